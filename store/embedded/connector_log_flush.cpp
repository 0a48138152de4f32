#include <algorithm>

#include "messages/invariant.hpp"
#include "store/embedded/connector_log.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"

// What has to reach the disk with the next flush.

namespace airtrain::embedded {
namespace {

constexpr std::size_t park_row_events_max = 1024;

/// Those of the arriving ones that the last row has room for: a row for each flush would be one for
/// each delivery where they trickle in.
std::vector<delivery_key> take_for_last_row(lane_table::lane& lane) {
  auto& arriving = lane.arriving;
  if (lane.rows.empty() || arriving.empty()) return {};
  auto& [first, row] = *lane.rows.rbegin();
  // A row begins with the delivery it is known by.
  if (row.count >= park_row_events_max || arriving.front() < first) return {};
  const auto end = arriving.begin() + static_cast<std::ptrdiff_t>(std::min(
                                          park_row_events_max - row.count, arriving.size()));
  std::vector<delivery_key> out(arriving.begin(), end);
  arriving.erase(arriving.begin(), end);
  row.count += static_cast<std::uint32_t>(out.size());
  return out;
}

}  // namespace

connector_log::changes connector_log::take_changes(std::uint64_t head, bool own_row) {
  std::lock_guard lock{mutex_};
  changes out;
  out.generation = generation_;
  collected_generation_ = generation_;
  take_parked_changes(out);
  out.rows.insert(out.rows.begin(), std::make_move_iterator(rows_.begin()),
                  std::make_move_iterator(rows_.end()));
  rows_.clear();
  out.attempts = std::exchange(attempts_, {});
  out.touched = std::exchange(touched_, false);
  out.cursor_as_written = own_row && !at_tail_ && !out.touched;
  if (out.cursor_as_written) return out;

  key_list_encoder list;
  open_.for_each([&](const open_list::entry& e) { list.add(e.key); });
  // A connector at the tail has nothing in the log but what is in memory: it can claim all below
  // the head. One that is behind claims nothing from its place in the log on.
  if (at_tail_)
    for (const auto& event : tail_) list.add({.seq = event.seq, .part = 0});
  out.at_tail = at_tail_;
  out.next = at_tail_ ? head : place_in_log();
  out.open = list.take();
  out.floor = tail_.empty() ? out.next : tail_.front().seq;
  if (const auto* first = open_.first()) out.floor = std::min(out.floor, first->key.seq);
  const bool nothing_new = generation_ == written_generation_ && !out.touched;
  quiet_.store(nothing_new && at_tail_ && !own_row && tail_.empty() && open_.empty(),
               std::memory_order_relaxed);
  return out;
}

void connector_log::has_changed() {
  ++generation_;
  quiet_.store(false, std::memory_order_relaxed);
}

void connector_log::take_parked_changes(changes& out) {
  for (auto id : parked_lanes_changed_) {
    auto* lane = lanes_.find(id);
    if (!lane) continue;
    auto& arriving = lane->arriving;
    std::sort(arriving.begin(), arriving.end());
    auto more = take_for_last_row(*lane);
    std::optional<delivery_key> joined;
    if (!more.empty()) joined = lane->rows.rbegin()->first;
    if (joined) lane->leaving.try_emplace(*joined);
    for (auto& [first, gone] : lane->leaving)
      out.reparked.push_back(
          {.key = park_key(id_, id, first),
           .gone = std::move(gone),
           .more = first == joined ? std::move(more) : std::vector<delivery_key>{},
           .whole_row = !lane->rows.contains(first)});
    lane->leaving.clear();

    for (std::size_t at = 0; at < arriving.size(); at += park_row_events_max) {
      const auto count = std::min(park_row_events_max, arriving.size() - at);
      const std::vector<delivery_key> keys(
          arriving.begin() + static_cast<std::ptrdiff_t>(at),
          arriving.begin() + static_cast<std::ptrdiff_t>(at + count));
      out.rows.push_back({family::park, park_key(id_, id, keys.front()), encode_key_list(keys)});
      lane->rows[keys.front()] = {.count = static_cast<std::uint32_t>(count)};
    }
    arriving.clear();
    drop_lane_if_empty(id);
  }
  parked_lanes_changed_.clear();
}

void connector_log::leaves_still(const changes::park_rewrite& what) {
  std::lock_guard lock{mutex_};
  const auto row = park_position_from(what.key);
  AIRTRAIN_INVARIANT(row.has_value());
  auto& leaving = lanes_.of(row->lane).leaving[row->first];
  leaving.insert(leaving.end(), what.gone.begin(), what.gone.end());
  parked_lanes_changed_.insert(row->lane);
  has_changed();
  for (const auto& key : what.gone) leaving_[key] = generation_;
}

row_change connector_log::parks_apart(const changes::park_rewrite& what) {
  std::lock_guard lock{mutex_};
  const auto row = park_position_from(what.key);
  AIRTRAIN_INVARIANT(row.has_value() && !what.more.empty());
  auto& rows = lanes_.of(row->lane).rows;
  const auto count = static_cast<std::uint32_t>(what.more.size());
  const auto joined = rows.find(row->first);
  AIRTRAIN_INVARIANT(joined != rows.end() && joined->second.count >= count);
  joined->second.count -= count;
  if (joined->second.count == 0) rows.erase(joined);
  rows[what.more.front()] = {.count = count};
  return {family::park, park_key(id_, row->lane, what.more.front()), encode_key_list(what.more)};
}

void connector_log::written(std::uint64_t generation) {
  std::lock_guard lock{mutex_};
  written_generation_ = std::max(written_generation_, generation);
  due_unwritten_.erase(due_unwritten_.begin(), due_unwritten_.upper_bound(written_generation_));
  std::erase_if(leaving_, [&](const auto& left) { return left.second <= written_generation_; });
}

bool connector_log::dirty() const {
  std::lock_guard lock{mutex_};
  return generation_ != written_generation_;
}

}  // namespace airtrain::embedded
