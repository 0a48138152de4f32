#include "config/sections.hpp"

namespace airtrain::config {
namespace {

constexpr std::size_t rate_limits_max = 1000;

}  // namespace

void read_rate_limits(reader& r, const node& at, settings& into) {
  if (!r.expect_map(at)) return;
  if (at.children.size() > rate_limits_max)
    return r.problem(at, fmt::format("more than {} rate limits", rate_limits_max));
  for (const node& one : at.children) {
    const auto inside = r.enter(one.key);
    const auto rate = one.scalar() ? parse_rate(one.text) : std::nullopt;
    if (!valid_name(one.key))
      r.problem_at_key(one,
                       "a rate limit's name is letters, digits, - _ and ., begins with a letter "
                       "or digit, and has at most 64 characters");
    else if (!rate)
      r.problem(one, "not a rate: write 100/s, 10/m or 5/h");
    else
      into.rate_limits.push_back({one.key, *rate});
  }
}

}  // namespace airtrain::config
