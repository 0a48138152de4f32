#include "tests/hostile/peer.hpp"

#include <fcntl.h>
#include <poll.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "bench/harness/http_text.hpp"

namespace airtrain::test {

using std::chrono::milliseconds;

peer::peer(int socket, const std::atomic<bool>& ended) : socket_(socket), ended_(ended) {
  // Calls block, but never for long: `ended` is looked at between them.
  fcntl(socket_, F_SETFL, fcntl(socket_, F_GETFL) & ~O_NONBLOCK);
  const timeval at_most{.tv_sec = 0, .tv_usec = 50'000};
  setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &at_most, sizeof at_most);
  setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &at_most, sizeof at_most);
}

peer::~peer() {
  close();
}

bool peer::shake_hands(SSL_CTX* context) {
  tls_.reset(SSL_new(context));
  SSL_set_fd(tls_.get(), socket_);
  return until_done([this] { return SSL_accept(tls_.get()); }) == 1;
}

/// Repeats a call that only ran out of its time.
long peer::until_done(const std::function<long()>& call) const {
  for (;;) {
    errno = 0;
    const auto result = call();
    const bool out_of_time = errno == EAGAIN || errno == EWOULDBLOCK;
    if (result > 0 || !out_of_time || ended_) return result;
  }
}

bool peer::send(std::string_view bytes) {
  while (!bytes.empty() && socket_ >= 0 && !ended_) {
    const auto sent = until_done([&]() -> long {
      return tls_ ? SSL_write(tls_.get(), bytes.data(), static_cast<int>(bytes.size()))
                  : ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    });
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return bytes.empty();
}

bool peer::drip(std::string_view bytes, milliseconds time) {
  for (std::size_t i = 0; i < bytes.size(); ++i)
    if (!send(bytes.substr(i, 1)) || !pause(time)) return false;
  return true;
}

std::optional<request_seen> peer::read_request() {
  for (;;) {
    if (const auto whole = harness::first_message(received_)) {
      request_seen request{std::string(whole->head), std::string(whole->body)};
      received_.erase(0, whole->size());
      return request;
    }
    if (!fill()) return std::nullopt;
  }
}

void peer::wait_until_closed() {
  while (fill()) received_.clear();
}

bool peer::pause(milliseconds time) {
  const auto until = std::chrono::steady_clock::now() + time;
  while (std::chrono::steady_clock::now() < until) {
    if (ended_) return false;
    pollfd gone{socket_, POLLRDHUP, 0};
    const auto left =
        std::chrono::duration_cast<milliseconds>(until - std::chrono::steady_clock::now());
    constexpr milliseconds at_most{50};
    if (poll(&gone, 1, static_cast<int>(std::clamp(left, milliseconds{0}, at_most).count())) > 0)
      return false;
  }
  return true;
}

bool peer::fill() {
  if (socket_ < 0) return false;
  char bytes[16'384];
  const auto got = until_done([&]() -> long {
    return tls_ ? SSL_read(tls_.get(), bytes, sizeof bytes)
                : ::recv(socket_, bytes, sizeof bytes, 0);
  });
  if (got <= 0) return false;
  received_.append(bytes, static_cast<std::size_t>(got));
  return true;
}

void peer::reset() {
  const linger hard{.l_onoff = 1, .l_linger = 0};
  setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
  close_rudely();
}

void peer::close() {
  if (tls_ && socket_ >= 0) SSL_shutdown(tls_.get());
  close_rudely();
}

void peer::close_rudely() {
  if (socket_ >= 0) ::close(std::exchange(socket_, -1));
}

void peer::finish_sending() {
  shutdown(socket_, SHUT_WR);
}

}  // namespace airtrain::test
