#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "http/io_pool.hpp"
#include "http/refusal.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

/// Files, in PEM.
struct server_tls_settings {
  std::string certificate_file{};  ///< with its chain
  std::string key_file{};
  std::string client_ca_file{};  ///< empty: peers need no certificate
};

struct server_settings {
  std::string address = "127.0.0.1";
  std::uint16_t port = 0;            ///< 0: any free one
  std::vector<std::string> hosts{};  ///< accepted in Host besides loopback and the address
  bool check_host = true;
  std::vector<std::string> any_host_paths{};  ///< exempt from the Host check, e.g. "/livez"
  std::optional<server_tls_settings> tls{};   ///< unset: plain HTTP
  std::size_t head_bytes_max = 16u << 10;
  std::size_t body_bytes_max = 1u << 20;
  std::uint32_t headers_max = 100;
  std::uint32_t connections_max = 10'000;
  std::size_t buffered_bytes_max = 64u << 20;  ///< request bodies held at once over all connections
  std::chrono::milliseconds handshake_timeout{10'000};
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds answer_timeout{60'000};  ///< writing an answer to a slow reader
  std::chrono::milliseconds idle_timeout{75'000};
};

struct header {
  std::string_view name{};
  std::string_view value{};
};

/// A request as it came, validated (one Host, one sane body length, no obs-fold, no control
/// characters). Views stay valid until its `responder` has been used or destroyed.
struct request {
  std::string_view method{};
  std::string_view target{};  ///< as sent: path and query
  std::string_view path{};
  std::string_view query{};  ///< without "?"
  std::vector<header> headers{};
  std::string_view body{};
  std::string_view peer{};  ///< "address:port"
  /// Case-insensitive; empty when absent.
  std::string_view get(std::string_view name) const;
  bool has(std::string_view name) const;
};

struct response {
  int status = 200;
  std::string content_type = "application/json";
  std::string headers{};  ///< further lines, "Name: value\r\n" each
  std::string body{};
};

/// Answers one request, exactly once, from any thread. Destroyed without an answer: 503 is sent.
class responder {
 public:
  responder();
  responder(responder&&) noexcept;
  responder& operator=(responder&&) noexcept;
  ~responder();
  void send(response answer);
  /// The fast path of ingest: a prebuilt head for 202 and JSON.
  void send_accepted(std::string body);

  /// Where an answer goes: a connection; in a test anything.
  struct target {
    virtual ~target() = default;
    virtual void answer(response answer) = 0;
    virtual void answer_accepted(std::string body);
  };
  explicit responder(std::shared_ptr<target> t);

 private:
  std::shared_ptr<target> target_;
};

/// Called on the loop of the connection; must not block or throw. One request per connection at a
/// time: the next is read when the responder was used (back-pressure).
using handler = std::function<void(const request&, responder)>;

struct server_figures {
  std::uint64_t connections = 0;  ///< open now
  std::uint64_t accepted = 0;
  std::array<std::uint64_t, refusal_codes> refused{};  ///< requests, by `refusal_code`
  std::uint64_t turned_away = 0;       ///< connections closed without a word: far too many
  std::uint64_t answers_given_up = 0;  ///< their readers took too long
  std::uint64_t handshakes_failed = 0;
  std::uint64_t accept_pauses = 0;  ///< out of file descriptors or memory
};

/// The HTTP/1.1 server. One listener per I/O thread (SO_REUSEPORT) or handed-off accepts.
class server {
 public:
  server(io_pool& pool, server_settings settings, handler handler);
  ~server();
  /// Binds and listens; the error says what could not be bound.
  result<void, std::string> start();
  std::uint16_t port() const;
  /// Stops accepting and closes idle connections; running requests are answered with
  /// `Connection: close`. From any thread.
  void drain();
  /// Closes everything. Waits for the loops to let go. Not from a loop.
  void stop();
  server_figures figures() const;

 private:
  struct impl;
  std::shared_ptr<impl> impl_;
};

}  // namespace airtrain::http
