#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <cstdint>
#include <cstdlib>
#include <mutex>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

namespace airtrain::e2e {

/// An external system on a free loopback port: keeps what it is sent, and answers 200 or, when told
/// to, not at all.
class target {
 public:
  target() {
    listener_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof where;
    ::bind(listener_, reinterpret_cast<sockaddr*>(&where), size);
    ::listen(listener_, 64);
    ::getsockname(listener_, reinterpret_cast<sockaddr*>(&where), &size);
    port_ = ntohs(where.sin_port);
    acceptor_ = std::thread{[this] { accept_all(); }};
  }
  ~target() {
    stopping_ = true;
    ::shutdown(listener_, SHUT_RDWR);
    acceptor_.join();
    ::close(listener_);
    const std::lock_guard lock{mutex_};
    for (int socket : sockets_) ::shutdown(socket, SHUT_RDWR);
    for (auto& one : readers_) one.join();
    for (int socket : sockets_) ::close(socket);
  }
  target(const target&) = delete;
  target& operator=(const target&) = delete;

  std::string origin() const { return "http://127.0.0.1:" + std::to_string(port_); }
  void hang(bool on) { hanging_ = on; }

  std::vector<std::string> bodies() const {
    const std::lock_guard lock{bodies_mutex_};
    return bodies_;
  }
  /// Waits until that many requests have come; false after 20 s.
  bool wait_for(std::size_t count) const {
    std::unique_lock lock{bodies_mutex_};
    return came_.wait_for(lock, std::chrono::seconds{20}, [&] { return bodies_.size() >= count; });
  }

 private:
  void accept_all() {
    while (!stopping_) {
      const int socket = ::accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
      if (socket < 0) return;
      const std::lock_guard lock{mutex_};
      sockets_.push_back(socket);
      readers_.emplace_back([this, socket] { serve(socket); });
    }
  }

  void serve(int socket) {
    std::string received;
    while (read_until(socket, received, "\r\n\r\n")) {
      const auto head_end = received.find("\r\n\r\n") + 4;
      const auto body_size = content_length(received.substr(0, head_end));
      while (received.size() < head_end + body_size)
        if (!read_more(socket, received)) return;
      keep(received.substr(head_end, body_size));
      received.erase(0, head_end + body_size);
      if (hanging_) continue;
      constexpr std::string_view answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
      if (::send(socket, answer.data(), answer.size(), MSG_NOSIGNAL) < 0) return;
    }
  }

  void keep(std::string body) {
    const std::lock_guard lock{bodies_mutex_};
    bodies_.push_back(std::move(body));
    came_.notify_all();
  }

  static bool read_more(int socket, std::string& into) {
    char buffer[16'384];
    const auto got = ::recv(socket, buffer, sizeof buffer, 0);
    if (got <= 0) return false;
    into.append(buffer, static_cast<std::size_t>(got));
    return true;
  }
  static bool read_until(int socket, std::string& into, std::string_view mark) {
    while (into.find(mark) == std::string::npos)
      if (!read_more(socket, into)) return false;
    return true;
  }
  static std::size_t content_length(std::string head) {
    std::transform(head.begin(), head.end(), head.begin(),
                   [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
    constexpr std::string_view name = "content-length:";
    const auto at = head.find(name);
    if (at == std::string::npos) return 0;
    return std::strtoul(head.c_str() + at + name.size(), nullptr, 10);
  }

  int listener_ = -1;
  std::uint16_t port_ = 0;
  std::atomic<bool> stopping_{false};
  std::atomic<bool> hanging_{false};
  std::thread acceptor_;
  std::mutex mutex_;
  std::vector<int> sockets_;
  std::vector<std::thread> readers_;
  mutable std::mutex bodies_mutex_;
  mutable std::condition_variable came_;
  std::vector<std::string> bodies_;
};

}  // namespace airtrain::e2e
