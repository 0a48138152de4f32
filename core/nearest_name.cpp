#include <algorithm>
#include <numeric>

#include "core/routing.hpp"

namespace airtrain {
namespace {

// Levenshtein's distance, or anything above `limit` when it is above.
std::size_t edit_distance(std::string_view a, std::string_view b, std::size_t limit) {
  if (a.size() > b.size()) std::swap(a, b);
  if (b.size() - a.size() > limit) return limit + 1;
  std::vector<std::size_t> row(a.size() + 1);
  std::iota(row.begin(), row.end(), std::size_t{0});
  for (std::size_t j = 1; j <= b.size(); ++j) {
    auto diagonal = row[0];
    row[0] = j;
    auto least = row[0];
    for (std::size_t i = 1; i <= a.size(); ++i) {
      const auto replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
      diagonal = row[i];
      row[i] = std::min({row[i] + 1, row[i - 1] + 1, replaced});
      least = std::min(least, row[i]);
    }
    if (least > limit) return limit + 1;
  }
  return row.back();
}

}  // namespace

std::string_view nearest_name(std::string_view name,
                              const std::vector<std::string_view>& candidates) {
  auto limit = std::max<std::size_t>(1, name.size() / 3);
  std::string_view nearest;
  for (const auto candidate : candidates) {
    const auto distance = edit_distance(name, candidate, limit);
    if (distance > limit) continue;
    nearest = candidate;
    if (distance == 0) break;
    limit = distance - 1;  // only a nearer one can win now
  }
  return nearest;
}

}  // namespace airtrain
