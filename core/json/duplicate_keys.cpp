#include "core/json/duplicate_keys.hpp"

#include <algorithm>
#include <array>
#include <deque>

#include "core/json/strings.hpp"

namespace airtrain::json {
namespace {

struct key_place {
  std::string_view characters;
  std::uint32_t index;
};

constexpr std::uint32_t pairwise_max = 16;

std::string_view inside_quotes(std::string_view text, const node& key) {
  return text.substr(key.begin + 1, key.end - key.begin - 2);
}

// Calls `visit(index of the key)` for every member.
template <class F>
void for_each_key(const std::vector<node>& nodes, std::uint32_t object, F visit) {
  for (auto key = object + 1; key != nodes[object].next; key = nodes[key + 1].next) visit(key);
}

std::uint32_t find_pairwise(std::string_view text, const std::vector<node>& nodes,
                            std::uint32_t object) {
  std::array<std::string_view, pairwise_max> seen;
  std::uint32_t count = 0;
  std::uint32_t duplicate = 0;
  for_each_key(nodes, object, [&](std::uint32_t key) {
    const auto name = inside_quotes(text, nodes[key]);
    auto* const last = seen.begin() + count;
    if (duplicate == 0 && std::find(seen.begin(), last, name) != last) duplicate = key;
    seen[count++] = name;
  });
  return duplicate;
}

std::uint32_t find_sorted(std::string_view text, const std::vector<node>& nodes,
                          std::uint32_t object, std::uint32_t members) {
  std::deque<std::string> decoded;  // keeps its elements in place
  std::vector<key_place> keys;
  keys.reserve(members);
  for_each_key(nodes, object, [&](std::uint32_t key) {
    auto name = inside_quotes(text, nodes[key]);
    if (nodes[key].escaped) {
      append_decoded(decoded.emplace_back(), name);
      name = decoded.back();
    }
    keys.push_back({name, key});
  });
  std::sort(keys.begin(), keys.end(), [](const key_place& a, const key_place& b) {
    const auto order = a.characters <=> b.characters;
    return order != 0 ? order < 0 : a.index < b.index;
  });
  std::uint32_t duplicate = 0;
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].characters != keys[i - 1].characters) continue;
    duplicate = duplicate == 0 ? keys[i].index : std::min(duplicate, keys[i].index);
  }
  return duplicate;
}

}  // namespace

std::uint32_t find_duplicate_key(std::string_view text, const std::vector<node>& nodes,
                                 std::uint32_t object, std::uint32_t members) {
  bool any_escaped = false;
  if (members <= pairwise_max)
    for_each_key(nodes, object, [&](std::uint32_t key) { any_escaped |= nodes[key].escaped; });
  if (members > pairwise_max || any_escaped) return find_sorted(text, nodes, object, members);
  return find_pairwise(text, nodes, object);
}

}  // namespace airtrain::json
