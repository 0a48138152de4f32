#pragma once

#include <memory>
#include <string>
#include <vector>

#include "http/ready_socket.hpp"
#include "http/server_loop.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

/// Accepts on one loop and hands each connection to the loop that has the fewest: the kernel's own
/// spreading (SO_REUSEPORT) hashes, and is lopsided with few connections.
class listener final : public std::enable_shared_from_this<listener> {
 public:
  listener(io_loop& loop, std::shared_ptr<server_shared> all,
           std::vector<std::shared_ptr<server_loop>> loops);

  /// Before `start`, from the starting thread. The error says what could not be bound.
  result<void, std::string> bind();
  std::uint16_t port() const { return port_; }

  // On the loop's thread.
  void start();
  void close();

 private:
  void wait();
  void accept_waiting();
  void back_off();
  void hand_over(owned_descriptor socket, const tcp::endpoint& peer);
  server_loop& least_loaded();

  std::shared_ptr<server_shared> all_;
  std::vector<std::shared_ptr<server_loop>> loops_;
  std::size_t turn_ = 0;
  tcp_acceptor acceptor_;
  loop_timer retry_;
  std::uint16_t port_ = 0;
};

}  // namespace airtrain::http
