#include "api/access.hpp"

#include <optional>

#include "http/sha256.hpp"
#include "messages/invariant.hpp"

namespace airtrain::api {
namespace {

constexpr std::uint8_t every_scope = 15;
constexpr std::string_view default_source = "/airtrain";

constexpr std::pair<std::string_view, scope> scope_names[] = {{"ingest", scope::ingest},
                                                              {"read", scope::read},
                                                              {"payload", scope::payload},
                                                              {"operate", scope::operate}};

std::uint8_t bits_of(const std::vector<std::string>& scopes) {
  unsigned bits = 0;
  for (const auto& given : scopes)
    for (const auto& [name, what] : scope_names)
      if (given == name) bits |= static_cast<unsigned>(what);
  return static_cast<std::uint8_t>(bits);
}

bool equal_ignoring_case(std::string_view text, std::string_view lower) {
  if (text.size() != lower.size()) return false;
  for (std::size_t i = 0; i < text.size(); ++i)
    if ((text[i] | 0x20) != lower[i]) return false;
  return true;
}

std::string_view presented_key(const http::request& request) {
  constexpr std::string_view scheme = "bearer ";
  const auto authorization = request.get("authorization");
  if (equal_ignoring_case(authorization.substr(0, scheme.size()), scheme))
    return authorization.substr(scheme.size());
  return request.get("x-api-key");
}

}  // namespace

std::string_view to_string(scope what) {
  for (const auto& [name, known] : scope_names)
    if (known == what) return name;
  return "none";
}

access_list::access_list(const std::vector<api_key_settings>& keys) {
  for (const auto& key : keys) {
    const auto digest = http::sha256_from_hex(key.sha256);
    AIRTRAIN_INVARIANT(digest.has_value());  // config/ has checked it
    keys_.push_back({key.name, *digest, bits_of(key.scopes)});
  }
}

result<caller, denial> access_list::identify(const http::request& request) const {
  if (keys_.empty()) return caller{"loopback", default_source, every_scope};
  const auto key = presented_key(request);
  if (key.empty())
    return failure(denial{problem_code::key_required,
                          "send the key as Authorization: Bearer KEY or as X-API-Key: KEY"});

  const auto digest = http::sha256(key);
  const entry* match = nullptr;
  for (const auto& candidate : keys_)
    if (http::equal_in_constant_time(candidate.digest, digest)) match = &candidate;
  if (!match)
    return failure(denial{problem_code::key_unknown, "no key of the configuration is this one"});
  return caller{match->name, match->name, match->scopes};
}

}  // namespace airtrain::api
