#include "bench/harness/sockets.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <system_error>

namespace airtrain::harness {
namespace {

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), what);
}

sockaddr_in loopback(std::uint16_t port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

/// Small messages go at once, and without BBR, whose timers cost more than loopback itself.
void tune(int socket) {
  const int on = 1;
  setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
  constexpr std::string_view simplest = "reno";
  setsockopt(socket, IPPROTO_TCP, TCP_CONGESTION, simplest.data(), simplest.size());
}

int tcp_socket() {
  const int made = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
  if (made < 0) fail("socket");
  tune(made);
  return made;
}

}  // namespace

void reset_on_close(int socket) {
  const linger now{1, 0};
  setsockopt(socket, SOL_SOCKET, SO_LINGER, &now, sizeof now);
}

std::uint16_t unused_port() {
  const int socket = listen_on_loopback(0);
  const auto port = port_of(socket);
  close(socket);
  return port;
}

int listen_on_loopback(std::uint16_t port) {
  const int made = tcp_socket();
  const int on = 1;
  setsockopt(made, SOL_SOCKET, SO_REUSEADDR, &on, sizeof on);
  const auto address = loopback(port);
  if (bind(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) fail("bind");
  if (listen(made, 1024) != 0) fail("listen");
  return made;
}

std::uint16_t port_of(int socket) {
  sockaddr_in address{};
  socklen_t size = sizeof address;
  if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) fail("getsockname");
  return ntohs(address.sin_port);
}

int accept_from(int listener) {
  const int made = accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
  if (made < 0) return -1;
  tune(made);
  return made;
}

int connect_to_loopback(std::uint16_t port) {
  const int made = tcp_socket();
  const auto address = loopback(port);
  if (connect(made, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0 &&
      errno != EINPROGRESS) {
    close(made);
    fail("connect");
  }
  return made;
}

bool read_some(int socket, std::string& into) {
  char bytes[65536];
  const auto got = recv(socket, bytes, sizeof bytes, 0);
  if (got > 0) into.append(bytes, static_cast<std::size_t>(got));
  return got > 0 || (got < 0 && (errno == EAGAIN || errno == EINTR));
}

bool write_some(int socket, std::string& pending) {
  if (pending.empty()) return true;
  const auto put = send(socket, pending.data(), pending.size(), MSG_NOSIGNAL);
  if (put < 0) return errno == EAGAIN || errno == EINTR;
  pending.erase(0, static_cast<std::size_t>(put));
  return true;
}

}  // namespace airtrain::harness
