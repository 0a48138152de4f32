#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/problem.hpp"
#include "config/settings.hpp"
#include "http/server.hpp"
#include "messages/result.hpp"

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
  std::string_view detail;
};

/// The API keys. Without any, everybody who reaches the service may do everything (the
/// configuration then binds it to loopback). Immutable; any thread.
class access_list {
 public:
  explicit access_list(const std::vector<api_key_settings>& keys);
  /// By `Authorization: Bearer KEY` or `X-API-Key: KEY`. Takes the same time whichever key it is.
  result<caller, denial> identify(const http::request& request) const;

 private:
  struct entry {
    std::string name;
    std::array<unsigned char, 32> digest;
    std::uint8_t scopes = 0;
  };
  std::vector<entry> keys_;
};

}  // namespace airtrain::api
