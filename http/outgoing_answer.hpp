#pragma once

#include <array>
#include <boost/asio/buffer.hpp>
#include <string>

#include "http/answer.hpp"
#include "http/server.hpp"

namespace airtrain::http {

/// The answer to a connection's request, and how much of it is written. Knows no socket.
class outgoing_answer {
 public:
  void set(response answer);
  void set_accepted(std::string body);

  /// Makes the head. `to_head`: the request was HEAD, so no body follows.
  void begin(const answer_context& context, bool to_head);
  /// Puts a short body behind its head: over TLS each piece would be a record of its own.
  void join();
  /// What is still to be written.
  std::array<boost::asio::const_buffer, 2> rest() const;
  bool written() const { return written_ == head_.size() + body_bytes_; }
  void wrote(std::size_t count) { written_ += count; }

 private:
  response answer_;
  bool prebuilt_accepted_ = false;
  std::string head_;
  std::size_t body_bytes_ = 0;
  std::size_t written_ = 0;
};

}  // namespace airtrain::http
