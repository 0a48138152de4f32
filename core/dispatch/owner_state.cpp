#include "core/dispatch/owner_state.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

namespace airtrain {
namespace {

constexpr std::string_view first_line = "owner-state 1";

template <class T>
void read(std::string_view text, T& out) {
  T value{};
  const auto [at, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error == std::errc{} && at == text.data() + text.size()) out = value;
}

template <class E>
void read_enum(std::string_view text, E last, E& out) {
  unsigned value = 0;
  read(text, value);
  if (value <= static_cast<unsigned>(last)) out = static_cast<E>(value);
}

/// Names and fields in one place, for both directions.
template <class State, class Visit>
void each_number(State& s, Visit&& visit) {
  visit("breaker_openings", s.breaker.openings);
  visit("breaker_successes", s.breaker.successes);
  visit("breaker_until_ms", s.breaker.until_ms);
  visit("held_since_ms", s.held_since_ms);
  visit("state_since_ms", s.state_since_ms);
  visit("throttled_until_ms", s.throttled_until_ms);
  visit("closed_at_ms", s.closed_at_ms);
  visit("reachable_ms", s.reachable_ms);
  visit("delivered_total", s.delivered_total);
  visit("reject_run", s.reject_run);
  visit("reject_group", s.reject_group);
  visit("refused_run", s.refused_run);
  visit("throttles_in_a_row", s.throttles_in_a_row);
  visit("sole_candidate_seq", s.sole_candidate.seq);
  visit("sole_candidate_part", s.sole_candidate.part);
  visit("sole_candidate_rejections", s.sole_candidate_rejections);
  visit("suspect_seq", s.suspect.seq);
  visit("suspect_part", s.suspect.part);
  visit("suspect_for_ms", s.suspect_for_ms);
  visit("config_digest", s.config_digest);
  visit("kept_at_ms", s.kept_at_ms);
  visit("clock_doubt_ms", s.clock_doubt_ms);
}

std::string_view cut_off(std::string_view& text, char at) {
  const auto end = std::min(text.find(at), text.size());
  const auto first = text.substr(0, end);
  text.remove_prefix(std::min(end + 1, text.size()));
  return first;
}

/// "seq.part:delivered_total", apart by spaces.
void read_refused(std::string_view text, std::vector<refused_delivery>& out) {
  while (!text.empty()) {
    auto entry = cut_off(text, ' ');
    refused_delivery one;
    read(cut_off(entry, '.'), one.key.seq);
    read(cut_off(entry, ':'), one.key.part);
    read(entry, one.delivered_total);
    if (one.key.seq != 0) out.push_back(one);
  }
}

void read_line(std::string_view name, std::string_view value, owner_state& state) {
  each_number(state, [&](std::string_view known, auto& field) {
    if (name == known) read(value, field);
  });
  if (name == "breaker") read_enum(value, breaker_state::disabled, state.breaker.state);
  if (name == "held") read_enum(value, hold_kind::manual, state.held);
  if (name == "paused") state.paused = value == "1";
  if (name == "held_message") state.held_message = value;
  if (name == "refused") read_refused(value, state.refused);
}

std::string one_line(std::string text) {
  std::replace_if(
      text.begin(), text.end(), [](unsigned char c) { return c < 0x20; }, ' ');
  return text;
}

}  // namespace

std::string encode(const owner_state& state) {
  std::string out = fmt::format("{}\nbreaker={}\nheld={}\npaused={}\n", first_line,
                                static_cast<unsigned>(state.breaker.state),
                                static_cast<unsigned>(state.held), state.paused ? 1 : 0);
  each_number(state, [&](std::string_view name, auto value) {
    out += fmt::format("{}={}\n", name, value);
  });
  if (!state.held_message.empty())
    out += fmt::format("held_message={}\n", one_line(state.held_message));
  if (state.refused.empty()) return out;
  out += "refused=";
  for (const auto& one : state.refused)
    out += fmt::format("{}.{}:{} ", one.key.seq, one.key.part, one.delivered_total);
  out.back() = '\n';
  return out;
}

std::optional<owner_state> decode_owner_state(std::string_view text) {
  if (cut_off(text, '\n') != first_line) return std::nullopt;
  owner_state state;
  while (!text.empty()) {
    const auto line = cut_off(text, '\n');
    const auto equals = line.find('=');
    if (equals == std::string_view::npos) continue;
    read_line(line.substr(0, equals), line.substr(equals + 1), state);
  }
  return state;
}

}  // namespace airtrain
