#include "config/node_digest.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include <algorithm>

namespace airtrain::config {
namespace {

/// As unambiguous as need be: every value with its kind, every text with its length.
void append(std::string& to, const node& at) {
  const auto text = [&to](std::string_view one) {
    to.append(std::to_string(one.size())).append(":").append(one);
  };
  to.push_back(static_cast<char>('a' + static_cast<int>(at.what)));
  text(at.key);
  text(at.text);
  text(std::to_string(at.children.size()));
  for (const node& child : at.children) append(to, child);
}

}  // namespace

std::uint64_t digest_of(const std::vector<const node*>& nodes) {
  std::string all;
  for (const node* one : nodes)
    if (one != nullptr) append(all, *one);
  return std::max<std::uint64_t>(XXH3_64bits(all.data(), all.size()), 1);
}

}  // namespace airtrain::config
