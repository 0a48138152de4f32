#pragma once

#include <arpa/inet.h>
#include <gtest/gtest.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <utility>

namespace airtrain::http::testing {

/// A blocking socket that says exactly what a test has it say. Gives up after 10 s.
class raw_connection {
 public:
  explicit raw_connection(int socket) : socket_(socket) {
    const timeval patience{.tv_sec = 10, .tv_usec = 0};
    setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &patience, sizeof patience);
  }
  raw_connection(raw_connection&& other) noexcept : socket_(std::exchange(other.socket_, -1)) {}
  ~raw_connection() { close(); }

  static raw_connection to(std::uint16_t port) {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (connect(socket, reinterpret_cast<sockaddr*>(&address), sizeof address) != 0)
      ADD_FAILURE() << "can't connect to port " << port;
    return raw_connection(socket);
  }

  bool send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto n = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (n <= 0) return false;
      bytes.remove_prefix(static_cast<std::size_t>(n));
    }
    return true;
  }

  /// Everything up to and including `end`, or all that came before the connection ended.
  std::string read_until(std::string_view end) {
    while (buffered_.find(end) == std::string::npos)
      if (!fill()) return std::exchange(buffered_, {});
    return take(buffered_.find(end) + end.size());
  }
  std::string read_bytes(std::size_t count) {
    while (buffered_.size() < count)
      if (!fill()) return std::exchange(buffered_, {});
    return take(count);
  }
  /// One whole message: a head and the body its Content-Length announces.
  std::string read_message() {
    std::string head = read_until("\r\n\r\n");
    const auto at = head.find("Content-Length: ");
    if (at == std::string::npos) return head;
    return head + read_bytes(std::stoul(head.substr(at + 16)));
  }
  std::string read_to_end() {
    while (fill()) {
    }
    return std::exchange(buffered_, {});
  }
  /// What the last read met: the end, and not just no more patience.
  bool ended() const { return ended_; }
  bool ended_by_peer() { return buffered_.empty() && !fill() && ended_; }

  void finish_sending() { shutdown(socket_, SHUT_WR); }
  void reset() {
    const linger hard{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &hard, sizeof hard);
    close();
  }
  void close() {
    if (socket_ >= 0) ::close(std::exchange(socket_, -1));
  }
  int descriptor() const { return socket_; }

 private:
  std::string take(std::size_t count) {
    auto taken = buffered_.substr(0, count);
    buffered_.erase(0, count);
    return taken;
  }
  bool fill() {
    char piece[4096];
    const auto n = recv(socket_, piece, sizeof piece, 0);
    if (n <= 0) {
      ended_ = n == 0 || (errno != EAGAIN && errno != EWOULDBLOCK);
      return false;
    }
    buffered_.append(piece, static_cast<std::size_t>(n));
    return true;
  }

  int socket_;
  std::string buffered_;
  bool ended_ = false;
};

}  // namespace airtrain::http::testing
