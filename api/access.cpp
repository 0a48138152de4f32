#include "api/access.hpp"

#include <fmt/format.h>

#include <utility>

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
    auto& one = keys_.emplace_back();
    one.name = key.name;
    one.source = key.name;
    one.digest = *digest;
    one.scopes = bits_of(key.scopes);
  }
  anybody_.name = keys_.empty() ? "loopback" : "unknown";
  anybody_.source = default_source;
  anybody_.scopes = keys_.empty() ? every_scope : 0;
}

const access_list::entry* access_list::find(std::string_view key) const {
  const auto digest = http::sha256(key);
  const entry* match = nullptr;
  for (const auto& candidate : keys_)
    if (http::equal_in_constant_time(candidate.digest, digest)) match = &candidate;
  return match;
}

admission access_list::admit(const http::request& request, scope needs) const {
  const auto count = [](std::atomic<std::uint64_t>& one) {
    one.fetch_add(1, std::memory_order_relaxed);
  };
  const auto turned_away = [&](problem_code code, std::string why) {
    count(anybody_.denied);
    return admission{{anybody_.name, {}, 0}, denial{code, std::move(why)}};
  };
  const auto* who = &anybody_;
  if (!keys_.empty()) {
    const auto key = presented_key(request);
    if (key.empty())
      return turned_away(problem_code::key_required,
                         "send the key as Authorization: Bearer KEY or as X-API-Key: KEY");
    who = find(key);
    if (!who)
      return turned_away(problem_code::key_unknown, "no key of the configuration is this one");
  }
  admission in{{who->name, who->source, who->scopes}, {}};
  if (!in.who.may(needs))
    in.refused =
        denial{problem_code::scope_missing,
               fmt::format("the key \"{}\" lacks the scope {}", who->name, to_string(needs))};
  count(in.refused ? who->denied : who->accepted);
  return in;
}

std::vector<key_use> access_list::use() const {
  std::vector<key_use> all;
  const auto add = [&all](const entry& one) {
    all.push_back({one.name, one.accepted.load(std::memory_order_relaxed),
                   one.denied.load(std::memory_order_relaxed)});
  };
  for (const auto& one : keys_) add(one);
  add(anybody_);
  return all;
}

}  // namespace airtrain::api
