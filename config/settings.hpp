#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "core/answer_rules.hpp"
#include "core/backlog_gate.hpp"
#include "core/dispatch/options.hpp"
#include "core/mapping/expression.hpp"
#include "core/mapping/template.hpp"

namespace airtrain {

/// A value that must never be shown: no operator<<, no formatter. `reveal` where it is used.
class secret {
 public:
  /// What it is put together from: `${file:}` can be read again, the rest stays as it was.
  struct part {
    std::string text;
    std::filesystem::path file;  ///< empty: `text` counts
  };

  secret() = default;
  explicit secret(std::string value) : value_(std::move(value)) {}
  secret(std::string value, std::vector<part> parts)
      : value_(std::move(value)), parts_(std::move(parts)) {}
  const std::string& reveal() const { return value_; }
  bool empty() const { return value_.empty(); }
  const std::vector<part>& parts() const { return parts_; }

 private:
  std::string value_;
  std::vector<part> parts_;
};

struct api_key_settings {
  std::string name;
  std::string sha256;  ///< hex digest of the key
  std::vector<std::string> scopes;
};

struct http_settings {
  std::string listen = "127.0.0.1:8080";  ///< address:port; port 0: any free one
  std::vector<api_key_settings> keys;
  std::vector<std::string> hosts;
  std::size_t max_body = 1u << 20;
  std::size_t max_head = 16u << 10;
  std::uint32_t max_connections = 10'000;
  std::uint32_t max_batch = 10'000;      ///< events per request
  std::size_t max_buffered = 64u << 20;  ///< bytes of requests waiting for the store
  std::chrono::milliseconds head_timeout{10'000};
  std::chrono::milliseconds body_timeout{30'000};
  std::chrono::milliseconds idle_timeout{75'000};
  /// Both or neither; with a CA, for clients whose certificates are signed by it.
  std::optional<std::filesystem::path> tls_cert, tls_key, tls_client_ca;
  bool behind_proxy = false;
  bool insecure = false;
  std::uint32_t threads = 0;  ///< 0: one per core, at most 8
};

struct no_auth {};
struct bearer_auth {
  secret token;
};
struct basic_auth {
  std::string user;
  secret password;
};
struct api_key_auth {
  std::string header;
  secret value;
};
using auth_settings = std::variant<no_auth, bearer_auth, basic_auth, api_key_auth>;

struct request_settings {
  std::string method = "POST";
  text_template url;  ///< its origin (scheme, host, port) is constant
  std::vector<std::pair<std::string, text_template>> headers;
  std::optional<json_template> body;  ///< unset: the event's data, untouched
};

struct http_connector_settings {
  std::string origin;  ///< "https://host:port", from the url
  request_settings request;
  std::vector<answer_rule> answers;
  auth_settings auth;
  std::optional<std::filesystem::path> ca;
  std::chrono::milliseconds timeout{30'000};
  std::size_t max_answer = 64u << 10;  ///< bytes of an answer that are read
  std::string idempotency_header = "Idempotency-Key";
};

struct file_connector_settings {
  std::string path;  ///< "-": stdout
  std::size_t rotate_bytes = 100u << 20;
  std::uint32_t rotate_keep = 5;
};

struct connector_settings {
  std::string name;
  std::string type;  ///< http, file
  std::vector<std::string> events;
  std::optional<expression> when;
  std::optional<expression> ordering_key;
  dispatch_options dispatch;
  backlog_limit backlog;
  std::variant<http_connector_settings, file_connector_settings> target;
};

enum class unrouted_policy : std::uint8_t { accept, reject };

struct settings {
  std::filesystem::path config_file;
  std::filesystem::path data_dir = "./data";
  http_settings http;
  std::vector<connector_settings> connectors;  ///< in the order of the file
  std::vector<shared_rate_options> rate_limits;
  unrouted_policy unrouted = unrouted_policy::accept;
  std::chrono::milliseconds retention_delivered{std::chrono::hours{24 * 7}};
  std::chrono::milliseconds retention_dead_letters{0};
  std::chrono::milliseconds retention_attempts{std::chrono::hours{24 * 7}};
  std::uint64_t retention_max_bytes = 50ull << 30;
  std::chrono::milliseconds dedupe_window{std::chrono::hours{24 * 7}};
  double reserve_share = 0.05;
  std::uint64_t reserve_bytes = 512ull << 20;
  std::uint64_t store_cache = 96ull << 20;
  std::optional<std::chrono::milliseconds> drain_timeout;  ///< unset: longest time-out + 5 s
  std::uint32_t actor_threads = 0;                         ///< 0: one per two cores, at most 8
  std::vector<std::uint32_t> cores;                        ///< to run on; empty: any
};

}  // namespace airtrain
