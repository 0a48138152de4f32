#pragma once

#include <atomic>
#include <cstdint>
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "config/settings.hpp"
#include "http/server.hpp"
#include "http/sha256.hpp"

namespace airtrain::api {

/// What a key allows; a set of bits.
enum class scope : std::uint8_t { none = 0, ingest = 1, read = 2, payload = 4, operate = 8 };
std::string_view to_string(scope what);

/// Who asks.
struct caller {
  std::string_view name;    ///< the key's; "loopback" where the service has no keys
  std::string_view source;  ///< of events that name none
  std::uint8_t scopes = 0;
  bool may(scope what) const {
    return (scopes & static_cast<std::uint8_t>(what)) == static_cast<std::uint8_t>(what);
  }
};

struct denial {
  problem_code code = problem_code::key_required;
  std::string detail;
};

/// Who asks, as far as that is known, and why they may not, if so.
struct admission {
  caller who{"unknown", {}, 0};
  std::optional<denial> refused;
};

/// How often each key was let in and turned away.
struct key_use {
  std::string_view name;  ///< "unknown" for requests without a key of ours
  std::uint64_t accepted = 0;
  std::uint64_t denied = 0;
};

/// The API keys. Without any, everybody who reaches the service may do everything (the
/// configuration then binds it to loopback). Fixed but for its counters; any thread.
class access_list {
 public:
  explicit access_list(const std::vector<api_key_settings>& keys);
  /// By `Authorization: Bearer KEY` or `X-API-Key: KEY`. Takes the same time whichever key it is.
  /// Counts.
  admission admit(const http::request& request, scope needs) const;
  /// Of all keys, and of requests with none of them.
  std::vector<key_use> use() const;

 private:
  struct entry {
    std::string name;
    std::string source;
    http::sha256_digest digest{};
    std::uint8_t scopes = 0;
    mutable std::atomic<std::uint64_t> accepted{0};
    mutable std::atomic<std::uint64_t> denied{0};
  };
  const entry* find(std::string_view key) const;

  std::deque<entry> keys_;
  entry anybody_;  ///< without keys: whoever reaches the service; with keys: strangers
};

}  // namespace airtrain::api
