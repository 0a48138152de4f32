#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "http/loop.hpp"

namespace airtrain::http {

/// Connects to the first address of several that answers: each gets a head start over the next, so
/// that a family of addresses that leads nowhere costs no more than that. On the loop's thread.
class dial final : public std::enable_shared_from_this<dial> {
 public:
  using callback = std::function<void(const boost::system::error_code&, tcp_socket)>;
  dial(asio::io_context& context, std::vector<tcp::endpoint> endpoints, callback done);

  void start() { try_next(); }
  void cancel();

 private:
  void try_next();
  void on_attempt(std::size_t attempt, const boost::system::error_code& error);
  void fail_one(const boost::system::error_code& error);
  void arm_head_start();

  asio::io_context& context_;
  const std::vector<tcp::endpoint> endpoints_;
  callback done_;
  std::vector<tcp_socket> attempts_;
  std::size_t pending_ = 0;
  loop_timer head_start_;
};

}  // namespace airtrain::http
