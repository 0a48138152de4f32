#include "config/units.hpp"

#include <fmt/format.h>

#include <array>
#include <charconv>
#include <limits>

namespace airtrain::config {
namespace {

struct unit {
  std::string_view name;
  std::uint64_t factor;
};
constexpr std::array<unit, 5> durations{
    {{"ms", 1}, {"s", 1000}, {"m", 60'000}, {"h", 3'600'000}, {"d", 86'400'000}}};
constexpr std::array<unit, 5> sizes{
    {{"B", 1}, {"KiB", 1ull << 10}, {"MiB", 1ull << 20}, {"GiB", 1ull << 30}, {"TiB", 1ull << 40}}};

template <std::size_t N>
std::optional<std::uint64_t> parse(std::string_view text, const std::array<unit, N>& units) {
  std::uint64_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{}) return std::nullopt;
  const std::string_view name(stop, static_cast<std::size_t>(end - stop));
  if (name.empty()) return count == 0 ? std::optional<std::uint64_t>(0) : std::nullopt;
  // Halved, so that the value also fits the signed type of a duration.
  constexpr std::uint64_t limit = std::numeric_limits<std::uint64_t>::max() / 2;
  for (const unit& u : units)
    if (u.name == name && count <= limit / u.factor) return count * u.factor;
  return std::nullopt;
}

template <std::size_t N>
std::string show(std::uint64_t value, const std::array<unit, N>& units) {
  if (value == 0) return "0";
  const unit* best = &units[0];
  for (const unit& u : units)
    if (value % u.factor == 0) best = &u;
  return fmt::format("{}{}", value / best->factor, best->name);
}

}  // namespace

std::optional<std::chrono::milliseconds> parse_duration(std::string_view text) {
  const auto ms = parse(text, durations);
  if (!ms) return std::nullopt;
  return std::chrono::milliseconds(static_cast<std::int64_t>(*ms));
}

std::optional<std::uint64_t> parse_size(std::string_view text) {
  return parse(text, sizes);
}

std::optional<double> parse_rate(std::string_view text) {
  std::uint32_t count = 0;
  const char* end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, count);
  if (error != std::errc{} || count == 0) return std::nullopt;
  const std::string_view per(stop, static_cast<std::size_t>(end - stop));
  if (per == "/s") return count;
  if (per == "/m") return count / 60.0;
  if (per == "/h") return count / 3600.0;
  return std::nullopt;
}

std::string show_duration(std::chrono::milliseconds value) {
  return show(static_cast<std::uint64_t>(value.count()), durations);
}

std::string show_size(std::uint64_t bytes) {
  return show(bytes, sizes);
}

}  // namespace airtrain::config
