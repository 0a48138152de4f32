#pragma once

#include <atomic>
#include <functional>
#include <thread>

#include "tests/http/raw_connection.hpp"

namespace airtrain::http::testing {

/// A server that answers its n-th connection as the test's script says, one after the other.
class scripted_server {
 public:
  using script = std::function<void(raw_connection& connection, int number)>;

  explicit scripted_server(script play) : listener_(socket(AF_INET, SOCK_STREAM, 0)) {
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    EXPECT_EQ(bind(listener_, reinterpret_cast<sockaddr*>(&address), size), 0);
    EXPECT_EQ(listen(listener_, 64), 0);
    getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size);
    port_ = ntohs(address.sin_port);
    thread_ = std::thread([this, play = std::move(play)] { run(play); });
  }
  ~scripted_server() {
    shutdown(listener_, SHUT_RDWR);
    thread_.join();
    ::close(listener_);
  }

  std::uint16_t port() const { return port_; }
  int connections() const { return connections_; }

 private:
  void run(const script& play) {
    for (;;) {
      const int accepted = accept(listener_, nullptr, nullptr);
      if (accepted < 0) return;
      raw_connection connection(accepted);
      play(connection, connections_++);
    }
  }

  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  std::thread thread_;
};

}  // namespace airtrain::http::testing
