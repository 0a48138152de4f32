#pragma once

#include <boost/asio/buffer.hpp>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/chunked_body.hpp"
#include "http/request_head.hpp"
#include "http/server_loop.hpp"

namespace airtrain::http {

enum class body_state : std::uint8_t { more, complete, malformed, too_large, no_memory };

/// Gathers the body of a connection's request: in the connection's buffer behind the head where it
/// fits, else in a buffer of its own that grows with what arrives, or decoded from chunks. What it
/// holds beyond the connection's buffer is charged to the server: what has arrived, and what the
/// next read may bring. Knows no socket.
class request_body {
 public:
  explicit request_body(server_shared& all) : all_(all) {}
  ~request_body() { release(); }
  request_body(const request_body&) = delete;
  request_body& operator=(const request_body&) = delete;

  /// `early` came with the head; the connection's buffer holds `room` bytes behind the head.
  void begin(const request_head& head, std::string_view early, std::size_t room);
  /// Its bytes are read into the connection's buffer.
  bool in_place() const { return kind_ == kind::in_place; }
  /// Where what comes next is read to, when it is not in place.
  boost::asio::mutable_buffer room();
  void received(std::size_t count);

  /// Looks at what is there; `behind_head` is what the connection's buffer holds behind the head.
  body_state progress(std::string_view behind_head);
  /// The whole of it, once complete. Until `give_back`.
  std::string_view bytes() const { return bytes_; }
  /// Gives back what it was charged for: a slow reader of the answer holds no body.
  void give_back();
  /// What came behind a complete body that is not in place.
  std::string_view behind() const;
  /// Ready for the next one.
  void release();

 private:
  enum class kind : std::uint8_t { in_place, own_buffer, chunked };

  body_state take_chunks();
  bool grow();
  bool charge_up_to(std::size_t bytes);

  server_shared& all_;
  kind kind_ = kind::in_place;
  std::size_t length_ = 0;
  std::string_view bytes_;
  std::string own_;
  std::size_t own_end_ = 0;
  std::optional<chunked_body> chunks_;
  std::vector<char> raw_;  ///< undecoded chunks
  std::size_t raw_end_ = 0;
  std::size_t charged_ = 0;
};

}  // namespace airtrain::http
