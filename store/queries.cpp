#include "store/queries.hpp"

#include <fmt/format.h>

#include <charconv>
#include <string_view>

namespace airtrain {
namespace {

/// Reads a whole decimal number from the front of `text` and removes it. Refuses signs and spaces.
template <class T>
bool take_number(std::string_view& text, T& value) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || end == text.data()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take_dot(std::string_view& text) {
  if (text.empty() || text.front() != '.') return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

std::string to_string(const dead_letter_id& id) {
  return fmt::format("{}.{}.{}", id.connector, id.key.seq, id.key.part);
}

std::optional<dead_letter_id> dead_letter_id_from(std::string_view text) {
  dead_letter_id id;
  if (take_number(text, id.connector) && take_dot(text) && take_number(text, id.key.seq) &&
      take_dot(text) && take_number(text, id.key.part) && text.empty())
    return id;
  return std::nullopt;
}

std::optional<lane_id> lane_after(const lane_query& query) {
  std::string_view text = query.page.after;
  lane_id lane = no_lane;
  if (take_number(text, lane) && text.empty()) return lane;
  return std::nullopt;
}

bool is_asked_for(const lane_query& query, const blocked_lane& lane) {
  if (query.stopped_only) return lane.stopped;
  return lane.stopped || lane.aside_count > 0 || !lane.waiting.empty();
}

}  // namespace airtrain
