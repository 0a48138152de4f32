#include "core/dispatch/fetch_planner.hpp"

#include <algorithm>
#include <utility>

#include "messages/invariant.hpp"

namespace airtrain {
namespace {

std::int64_t earlier(std::int64_t a, std::int64_t b) {
  if (a == 0 || b == 0) return std::max(a, b);
  return std::min(a, b);
}

/// Later than anything is due.
constexpr std::int64_t whenever_ms = std::int64_t{1} << 52;

constexpr std::chrono::microseconds error_pause_first{100'000};
constexpr std::chrono::microseconds error_pause_most{10'000'000};

}  // namespace

void fetch_planner::opened(const opened_connector& what, const instant& now,
                           std::chrono::milliseconds delay_longest) {
  next_due_ms_ = what.next_due_ms;
  if (next_due_ms_ > now.wall_ms + delay_longest.count()) release_all();
  // What an earlier owner had taken comes fresh, before what it had moved aside.
  for (const auto& lane : what.blocked)
    if (lane.aside_count > 0)
      lanes_after_ = std::max(lanes_after_.value_or(delivery_key{}), lane.first_aside);
}

void fetch_planner::fresh_again() {
  fresh_left_ = true;
  // The answer under way may have been given before there was something again.
  fresh_while_under_way_ = under_way_;
}

void fetch_planner::due_at(std::int64_t wall_ms) {
  next_due_ms_ = earlier(next_due_ms_, wall_ms);
  if (under_way_) due_while_under_way_ms_ = earlier(due_while_under_way_ms_, wall_ms);
}

bool fetch_planner::due_now(const instant& now) const {
  return next_due_ms_ != 0 && (next_due_ms_ <= now.wall_ms || release_all_);
}

std::optional<fetch_request> fetch_planner::plan(appetite wanted, const delivery_window& window,
                                                 lane_table& lanes, const instant& now) {
  if (under_way_ || now.steady < not_before_ || window.room() == 0) return std::nullopt;
  if (window.bytes_room() < window.bytes_max() / 4 && window.used() > 0) return std::nullopt;
  auto request = release_ || due_now(now) ? plan_due(wanted, window, now) : std::nullopt;
  if (!request && wanted != appetite::fill && lane_turn_) request = plan_lane(window, lanes, now);
  if (!request) request = plan_fresh(window, lanes, now);
  if (!request && wanted != appetite::fill && !lane_turn_) request = plan_lane(window, lanes, now);
  if (!request && due_hint_) request = plan_due(wanted, window, now);
  if (!request && wanted == appetite::probe) {
    request = plan_probe(window);
    probe_under_way_ = request.has_value();
  }
  if (!request) return std::nullopt;
  lane_turn_ = request->what != fetch_kind::lane;
  under_way_ = true;
  due_while_under_way_ms_ = 0;
  fresh_while_under_way_ = false;
  return request;
}

std::optional<fetch_request> fetch_planner::plan_due(appetite wanted, const delivery_window& window,
                                                     const instant& now) {
  if (wanted == appetite::fill) return std::nullopt;
  // Retries take at most half of the window while there is fresh work for the other half.
  const auto most = fresh_left_ || window.fresh_ready() > 0 ? std::max(window.count_max() / 2, 1u)
                                                            : window.count_max();
  if (window.active_retries() >= most) return std::nullopt;
  due_hint_ = false;
  return fetch_request{fetch_kind::due,
                       std::min(window.room(), most - window.active_retries()),
                       window.bytes_room(),
                       release_all_ ? whenever_ms : now.wall_ms,
                       release_,
                       no_lane};
}

/// There is nothing else to ask the target with: the first of those that wait, due or not.
std::optional<fetch_request> fetch_planner::plan_probe(const delivery_window& window) const {
  if (next_due_ms_ == 0) return std::nullopt;
  return fetch_request{fetch_kind::due, 1, window.bytes_room(), whenever_ms, true, no_lane};
}

std::optional<fetch_request> fetch_planner::plan_lane(const delivery_window& window,
                                                      lane_table& lanes, const instant& now) {
  if (lanes_after_ && fresh_left_) return std::nullopt;
  const auto lane = lanes.next_to_fetch();
  if (!lane) return std::nullopt;
  const auto count = std::min(window.room(), window.follower_room() + 1);
  return fetch_request{
      fetch_kind::lane, count, std::min(window.bytes_room(), window.follower_bytes_room()),
      now.wall_ms,      false, *lane};
}

std::optional<fetch_request> fetch_planner::plan_fresh(const delivery_window& window,
                                                       const lane_table& lanes,
                                                       const instant& now) const {
  if (!fresh_left_ || window.room() < std::max(window.count_max() / 4, 1u)) return std::nullopt;
  // Until fresh has passed what was aside at the start, no lane can be read back to make room.
  const bool too_many = lanes.size() >= std::size_t{blocked_lanes_max_} + window.count_max();
  if (too_many && !lanes_after_) return std::nullopt;
  return fetch_request{fetch_kind::fresh, window.room(), window.bytes_room(),
                       now.wall_ms,       false,         no_lane};
}

void fetch_planner::answered(const fetch_result& result, const instant& now) {
  AIRTRAIN_INVARIANT(under_way_);
  AIRTRAIN_INVARIANT(result.deliveries.size() <= result.request.count_max);
  under_way_ = false;
  if (!result.error.empty()) {
    const auto pause = error_pause_first * (1 << std::min(errors_in_a_row_++, 10u));
    not_before_ = now.steady + std::min(pause, error_pause_most);
    if (result.request.what == fetch_kind::due) due_hint_ = true;
    probe_under_way_ = false;
    return;
  }
  errors_in_a_row_ = 0;
  if (result.request.what == fetch_kind::fresh) {
    fresh_left_ = result.more || fresh_while_under_way_;
    if (!result.deliveries.empty()) frontier_ = std::max(frontier_, result.deliveries.back().key);
    if (lanes_after_ && (!fresh_left_ || frontier_ >= *lanes_after_)) lanes_after_.reset();
  } else if (result.request.what == fetch_kind::due) {
    next_due_ms_ = earlier(result.next_due_ms, due_while_under_way_ms_);
    if (std::exchange(probe_under_way_, false)) return;
    if (result.more) next_due_ms_ = now.wall_ms;
    if (result.more || std::exchange(release_while_under_way_, false)) return;
    if (result.request.release_connector_scope) release_ = false;
    if (result.request.now_ms == whenever_ms) release_all_ = false;
  }
}

std::optional<std::chrono::microseconds> fetch_planner::wake_at(appetite wanted,
                                                                const instant& now) const {
  if (under_way_) return std::nullopt;
  if (now.steady < not_before_) return not_before_;
  if (wanted == appetite::fill || next_due_ms_ <= now.wall_ms) return std::nullopt;
  return now.steady + std::chrono::milliseconds{next_due_ms_ - now.wall_ms};
}

}  // namespace airtrain
