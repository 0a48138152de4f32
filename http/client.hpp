#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/io_pool.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

struct origin {
  bool tls = false;
  std::string host{};  ///< name or address, without brackets
  std::uint16_t port = 0;
};
/// "http(s)://host[:port]" with nothing behind it; the message says what is wrong.
result<origin, std::string> parse_origin(std::string_view text);

struct target_settings {
  origin where{};
  std::uint32_t connections_max = 8;  ///< over all loops
  std::string ca_file{};              ///< empty: the system's roots
  /// To be shown to a server that asks who calls, with its chain, and its key. Empty: none.
  std::string certificate_file{};
  std::string key_file{};
  std::size_t head_bytes_max = 16u << 10;
  std::size_t body_bytes_max = 64u << 10;  ///< of an answer; more is an error
  std::chrono::milliseconds idle_timeout{60'000};
  std::chrono::milliseconds connect_timeout{10'000};
};

struct client_request {
  std::string method = "POST";
  std::string target = "/";
  std::string headers{};  ///< lines, "Name: value\r\n" each; Host and Content-Length are added
  std::string body{};     ///< own body, or
  std::shared_ptr<const void> body_owner{};  ///< keeps `body_view` alive
  std::string_view body_view{};              ///< used when `body_owner` is set
};

struct client_response {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers{};
  std::string body{};
  /// From the request's first byte on an open connection to the answer's last.
  std::chrono::microseconds answered_in{0};
  std::string_view get(std::string_view name) const;  ///< case-insensitive; empty when absent
};

enum class client_error_code : std::uint8_t {
  resolve_failed,
  address_denied,  ///< resolved only to addresses that may not be dialled
  connect_failed,
  reset,                ///< the connection ended before a whole answer
  tls_failed,           ///< handshake failed or timed out
  certificate_refused,  ///< not trusted, wrong host name, expired; no byte of HTTP was sent
  timeout,              ///< the deadline passed
  malformed,            ///< not HTTP, oversized head or body, truncated
  stopped,              ///< the client is shutting down
};
struct client_error {
  client_error_code code = client_error_code::reset;
  std::string message{};
};
std::string_view to_string(client_error_code value);

using client_result = result<client_response, client_error>;
using client_done = std::function<void(client_result)>;

/// The HTTP/1.1 client: keep-alive pools per target and loop, TLS (>= 1.2) verified with SNI and
/// host name, bounded reads, one absolute deadline per request, never follows a redirect. A request
/// that fails on a reused connection before any byte of an answer is sent once more on a fresh one.
class client {
 public:
  explicit client(io_pool& pool);
  ~client();

  /// A pool of connections to one origin. An unreadable file is an error.
  class target;
  result<std::shared_ptr<target>, std::string> make_target(target_settings settings);

  /// Call on a loop's thread; `done` runs on it, exactly once. Waits (within the deadline) for a
  /// connection when all are busy.
  void send(io_loop& loop, const std::shared_ptr<target>& to, client_request request,
            std::chrono::steady_clock::time_point deadline, client_done done);

  /// Ends all requests with `stopped` and closes the connections. Waits. Not from a loop.
  void stop();

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace airtrain::http
