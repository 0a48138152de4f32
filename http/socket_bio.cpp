#include "http/socket_bio.hpp"

#include <sys/socket.h>

#include <cerrno>
#include <cstdint>

#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

int socket_of(BIO* bio) {
  return static_cast<int>(reinterpret_cast<std::intptr_t>(BIO_get_data(bio)));
}

bool is_temporary(int error) {
  return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

int write_bytes(BIO* bio, const char* bytes, int count) {
  BIO_clear_retry_flags(bio);
  const auto n = send(socket_of(bio), bytes, static_cast<std::size_t>(count), MSG_NOSIGNAL);
  if (n < 0 && is_temporary(errno)) BIO_set_retry_write(bio);
  return static_cast<int>(n);
}

int read_bytes(BIO* bio, char* into, int room) {
  BIO_clear_retry_flags(bio);
  const auto n = recv(socket_of(bio), into, static_cast<std::size_t>(room), 0);
  if (n < 0 && is_temporary(errno)) BIO_set_retry_read(bio);
  if (n == 0) BIO_set_flags(bio, BIO_FLAGS_IN_EOF);
  return static_cast<int>(n);
}

long control(BIO* bio, int what, long, void*) {
  if (what == BIO_CTRL_EOF) return BIO_test_flags(bio, BIO_FLAGS_IN_EOF) != 0 ? 1 : 0;
  return what == BIO_CTRL_FLUSH ? 1 : 0;
}

const BIO_METHOD* method() {
  static const BIO_METHOD* const made = [] {
    BIO_METHOD* fresh = BIO_meth_new(BIO_get_new_index() | BIO_TYPE_SOURCE_SINK, "airtrain socket");
    AIRTRAIN_INVARIANT(fresh != nullptr);
    BIO_meth_set_write(fresh, &write_bytes);
    BIO_meth_set_read(fresh, &read_bytes);
    BIO_meth_set_ctrl(fresh, &control);
    return fresh;
  }();
  return made;
}

}  // namespace

BIO* make_socket_bio(int socket) {
  BIO* bio = BIO_new(method());
  AIRTRAIN_INVARIANT(bio != nullptr);
  BIO_set_data(bio, reinterpret_cast<void*>(static_cast<std::intptr_t>(socket)));
  BIO_set_init(bio, 1);
  return bio;
}

}  // namespace airtrain::http
