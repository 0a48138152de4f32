#include "store/embedded/connector_log.hpp"

#include <algorithm>
#include <limits>

#include "messages/invariant.hpp"
#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::int64_t no_due = std::numeric_limits<std::int64_t>::max();
// Something waits, the disk knows until when.
constexpr std::int64_t long_due = 1;

store_error fenced_error() {
  return {store_error_code::fenced, "a newer owner has opened this connector"};
}

}  // namespace

connector_log::connector_log(connector_id id, std::string name, shared_limits& limits,
                             std::uint64_t head)
    : id_(id),
      name_(std::move(name)),
      limits_(limits),
      routed_to_(head),
      due_first_ms_(no_due),
      due_since_plan_ms_(no_due) {}

bool connector_log::keep_in_tail(const arrival& event) {
  if (!opened_ || tail_.size() >= limits_.settings.tail_events_max) return false;
  const auto size = event.what->bytes().size();
  if (limits_.tail_bytes.fetch_add(size) + size <= limits_.settings.queue_bytes_max) return true;
  limits_.tail_bytes.fetch_sub(size);
  return false;
}

std::function<void()> connector_log::arrive(std::span<const arrival> events) {
  std::lock_guard lock{mutex_};
  bool fresh = false;
  for (const auto& event : events) {
    if (event.refused) {
      ++dead_;
      if (event.lane != no_lane) ++lanes_.of(event.lane).dead;
      continue;
    }
    fresh = true;
    quiet_.store(false, std::memory_order_relaxed);
    ++backlog_;
    backlog_bytes_ += event.what->bytes().size();
    routed_to_ = event.seq + 1;
    if (!at_tail_) continue;
    if (keep_in_tail(event)) {
      tail_.push_back(event);
      continue;
    }
    at_tail_ = false;
    next_ = event.seq;
    behind_since_ms_ = event.what->accepted_at_ms();
  }
  if (!idle_ || !fresh) return {};
  idle_ = false;
  return on_work_;
}

void connector_log::open(std::uint64_t epoch, std::function<void()> on_work) {
  std::lock_guard lock{mutex_};
  // Of two at the same time the later one may come first here.
  if (epoch < epoch_) return;
  epoch_ = epoch;
  opened_ = true;
  on_work_ = std::move(on_work);
  idle_ = false;
  open_.give_back_all();
  off_log_.clear();
  plan_is_out_ = false;  // an earlier owner's reading is fenced
  lanes_.forget_taken();
  due_first_ms_ = waiting_ > 0 ? long_due : no_due;
}

bool connector_log::owned_by(std::uint64_t epoch) const {
  std::lock_guard lock{mutex_};
  return opened_ && epoch_ == epoch;
}

bool connector_log::fits(const fetch_request& what, const fetch_result& out, std::size_t bytes,
                         std::size_t next_bytes) const {
  if (out.deliveries.size() >= what.count_max) return false;
  return out.deliveries.empty() || bytes + next_bytes <= what.bytes_max;
}

void connector_log::take_from_tail(const fetch_request& what, fetch_result& out) {
  std::size_t bytes = 0;
  for (const auto& given : out.deliveries) bytes += given.event->bytes().size();
  while (!tail_.empty() && open_.size() < limits_.settings.open_max) {
    auto& event = tail_.front();
    const auto size = event.what->bytes().size();
    if (!fits(what, out, bytes, size)) break;
    bytes += size;
    const delivery_key key{.seq = event.seq, .part = 0};
    open_.add({.key = key,
               .lane = event.lane,
               .accepted_ms = event.what->accepted_at_ms(),
               .bytes = size});
    auto& given = out.deliveries.emplace_back();
    given.key = key;
    given.event = std::move(event.what);
    given.lane = event.lane;
    limits_.tail_bytes.fetch_sub(size);
    tail_.pop_front();
  }
}

void connector_log::tell_if_more(fetch_result& out) {
  out.more = open_.returned() > 0 || !tail_.empty() || !at_tail_;
  idle_ = !out.more;
}

result<std::optional<fetch_result>, store_error> connector_log::fetch_from_memory(
    std::uint64_t epoch, const fetch_request& what) {
  std::lock_guard lock{mutex_};
  if (!opened_ || epoch != epoch_) return failure(fenced_error());
  fetch_result out;
  out.request = what;
  switch (what.what) {
    case fetch_kind::fresh:
      if (open_.returned() > 0 || (tail_.empty() && !at_tail_)) return std::nullopt;
      take_from_tail(what, out);
      tell_if_more(out);
      return out;
    case fetch_kind::due:
      if (due_first_ms_ != no_due && (what.release_connector_scope || due_first_ms_ <= what.now_ms))
        return std::nullopt;
      out.next_due_ms = due_first_ms_ == no_due ? 0 : due_first_ms_;
      return out;
    case fetch_kind::lane: {
      const auto* lane = lanes_.find(what.lane);
      if (lane && lane->aside_count() > 0) return std::nullopt;
      return out;
    }
  }
  return out;
}

result<connector_log::plan, store_error> connector_log::plan_for(std::uint64_t epoch,
                                                                 const fetch_request& what) {
  std::lock_guard lock{mutex_};
  if (!opened_ || epoch != epoch_) return failure(fenced_error());
  plan out;
  if (what.what == fetch_kind::fresh) {
    open_.for_each([&](const open_list::entry& e) {
      if (!e.taken && out.returned.size() < what.count_max) out.returned.push_back(e.key);
    });
    out.room =
        limits_.settings.open_max - std::min<std::size_t>(limits_.settings.open_max, open_.size());
    out.from_log = tail_.empty() && !at_tail_;
    out.next = next_;
    return out;
  }
  plan_is_out_ = true;
  changed_since_plan_.clear();
  for (const auto& [key, from] : off_log_) out.taken.insert(key);
  for (const auto& [key, generation] : leaving_) out.taken.insert(key);
  if (what.what == fetch_kind::due) {
    due_since_plan_ms_ = no_due;
    auto unread = no_due;
    for (const auto& [generation, due_ms] : due_unwritten_) unread = std::min(unread, due_ms);
    out.due_unread_ms = unread == no_due ? 0 : unread;
  }
  if (const auto* lane = lanes_.find(what.lane); lane && what.what == fetch_kind::lane) {
    auto unwritten = lane->arriving;
    for (const auto& key : lane->aside)
      if (!out.taken.contains(key))
        out.aside.push_back(key);
      else if (!off_log_.contains(key))
        unwritten.push_back(key);
    if (!unwritten.empty()) out.first_unwritten = *std::ranges::min_element(unwritten);
  }
  return out;
}

bool connector_log::take_one(loaded_delivery& one) {
  const auto key = one.what.key;
  const auto accepted_ms = one.what.event->accepted_at_ms();
  const auto bytes = one.what.event->bytes().size();
  if (one.place != loaded_delivery::from::log) {
    if (off_log_.contains(key)) return false;
    off_log_[key] = {.place = one.place,
                     .lane = one.what.lane,
                     .accepted_ms = accepted_ms,
                     .bytes = bytes,
                     .due_ms = one.due_ms,
                     .parked_row = one.parked_row,
                     .rendered = one.what.rendered};
    if (one.place != loaded_delivery::from::due) ++lanes_.of(one.what.lane).taken;
    return true;
  }
  if (auto* entry = open_.find(key)) {
    if (entry->taken) return false;
    entry->lane = one.what.lane;
    entry->accepted_ms = accepted_ms;
    entry->bytes = bytes;
    open_.take(*entry);
    return true;
  }
  if (at_tail_ || key.seq < next_) return false;
  open_.add({.key = key, .lane = one.what.lane, .accepted_ms = accepted_ms, .bytes = bytes});
  next_ = key.seq + 1;
  behind_since_ms_ = accepted_ms;
  return true;
}

result<fetch_result, store_error> connector_log::take(std::uint64_t epoch,
                                                      const fetch_request& what, reading read) {
  std::lock_guard lock{mutex_};
  if (!opened_ || epoch != epoch_) return failure(fenced_error());
  fetch_result out;
  out.request = what;
  for (auto& one : read.deliveries)
    if (!changed_since_plan_.contains(one.what.key) && take_one(one))
      out.deliveries.push_back(std::move(one.what));
  plan_is_out_ = false;
  changed_since_plan_.clear();
  switch (what.what) {
    case fetch_kind::fresh:
      finish_fresh(read, out);
      break;
    case fetch_kind::due:
      finish_due(read, out);
      break;
    case fetch_kind::lane: {
      const auto* lane = lanes_.find(what.lane);
      out.more = lane && lane->aside_count() > 0;
      break;
    }
  }
  return out;
}

void connector_log::drop_plan() {
  std::lock_guard lock{mutex_};
  plan_is_out_ = false;
  changed_since_plan_.clear();
}

void connector_log::finish_fresh(const reading& read, fetch_result& out) {
  if (read.scanned_to && !at_tail_) {
    next_ = std::max(next_, *read.scanned_to);
    at_tail_ = tail_.empty() && routed_to_ <= next_;
  }
  // An operator's change may have listed more as open since the plan: they come first.
  if (!read.more && open_.returned() == 0) take_from_tail(out.request, out);
  tell_if_more(out);
}

void connector_log::finish_due(const reading& read, fetch_result& out) {
  // What was settled since, or was not written yet, was not read.
  const auto next = read.next_due_ms == 0 ? no_due : read.next_due_ms;
  const auto unread = read.due_unread_ms == 0 ? no_due : read.due_unread_ms;
  due_first_ms_ = std::min({next, unread, due_since_plan_ms_});
  out.more = read.more;
  out.next_due_ms = due_first_ms_ == no_due ? 0 : due_first_ms_;
}

void connector_log::note_due(std::int64_t due_ms) {
  due_first_ms_ = std::min(due_first_ms_, due_ms);
  due_since_plan_ms_ = std::min(due_since_plan_ms_, due_ms);
}

void connector_log::note_unwritten_due(std::int64_t due_ms, std::uint64_t generation) {
  note_due(due_ms);
  const auto noted = due_unwritten_.try_emplace(generation, due_ms).first;
  noted->second = std::min(noted->second, due_ms);
}

std::uint64_t connector_log::place_in_log() const {
  if (!tail_.empty()) return tail_.front().seq;
  return at_tail_ ? routed_to_ : next_;
}

std::optional<delivery_state> connector_log::state_of(delivery_key key) const {
  std::lock_guard lock{mutex_};
  if (const auto* entry = open_.find(key))
    return entry->taken ? delivery_state::in_flight : delivery_state::pending;
  if (off_log_.contains(key)) return delivery_state::in_flight;
  if (key.seq >= place_in_log()) return delivery_state::pending;
  return std::nullopt;
}

bool connector_log::opened() const {
  std::lock_guard lock{mutex_};
  return opened_;
}

std::uint64_t connector_log::waiting() const {
  std::lock_guard lock{mutex_};
  return waiting_;
}

std::pair<std::vector<delivery_key>, std::uint64_t> connector_log::unsettled() const {
  std::lock_guard lock{mutex_};
  std::vector<delivery_key> keys;
  open_.for_each([&](const open_list::entry& e) { keys.push_back(e.key); });
  for (const auto& event : tail_) keys.push_back({.seq = event.seq, .part = 0});
  return {std::move(keys), at_tail_ ? routed_to_ : next_};
}

std::set<delivery_key> connector_log::taken_off_log() const {
  std::lock_guard lock{mutex_};
  std::set<delivery_key> out;
  for (const auto& [key, from] : off_log_) out.insert(key);
  for (const auto& [key, generation] : leaving_) out.insert(key);
  return out;
}

connector_counts connector_log::counts() const {
  std::lock_guard lock{mutex_};
  connector_counts out{.id = id_, .name = name_, .opened = opened_, .backlog = backlog_};
  out.backlog_bytes = backlog_bytes_;
  out.backlog_bytes_max = limit_.bytes_max;
  out.dead_letters = dead_;
  out.lanes_stopped = lanes_.stopped();
  if (backlog_ == 0) return out;
  std::int64_t oldest = no_due;
  if (const auto* first = open_.first()) oldest = std::min(oldest, first->accepted_ms);
  if (!tail_.empty()) oldest = std::min(oldest, tail_.front().what->accepted_at_ms());
  if (!at_tail_ && next_ < routed_to_) oldest = std::min(oldest, behind_since_ms_);
  if (waiting_ + aside_ > 0) oldest = std::min(oldest, oldest_off_log_ms_);
  out.oldest_accepted_ms = oldest == no_due ? 0 : oldest;
  return out;
}

void connector_log::limit_backlog(backlog_limit by) {
  std::lock_guard lock{mutex_};
  limit_ = by;
}

std::pair<backlog_limit, std::uint64_t> connector_log::room() const {
  std::lock_guard lock{mutex_};
  return {limit_, backlog_bytes_};
}

blocked_lane connector_log::show(lane_id lane) const {
  std::lock_guard lock{mutex_};
  return lanes_.show(lane);
}

std::vector<blocked_lane> connector_log::blocked() const {
  std::lock_guard lock{mutex_};
  std::vector<blocked_lane> out;
  out.reserve(lanes_.all().size());
  for (const auto& [id, lane] : lanes_.all())
    if (lane.blocked()) out.push_back(lanes_.show(id));
  return out;
}

std::optional<delivery_key> connector_log::stopped_by(lane_id id) const {
  std::lock_guard lock{mutex_};
  const auto* lane = lanes_.find(id);
  if (!lane || lane->stoppers.empty()) return std::nullopt;
  return *lane->stoppers.begin();
}

std::optional<delivery_key> connector_log::first_held_aside(lane_id id) const {
  std::lock_guard lock{mutex_};
  const auto* lane = lanes_.find(id);
  if (!lane) return std::nullopt;
  for (const auto& key : lane->aside)
    if (!off_log_.contains(key)) return key;
  return std::nullopt;
}

std::string connector_log::owner_state() const {
  std::lock_guard lock{mutex_};
  return owner_state_;
}

void connector_log::recover(recovered from, std::uint64_t head) {
  std::lock_guard lock{mutex_};
  for (const auto& key : from.open)
    open_.add({.key = key, .accepted_ms = from.first_accepted_ms, .taken = false});
  at_tail_ = false;
  next_ = from.next;
  routed_to_ = from.pending > 0 ? head : from.next;
  behind_since_ms_ = from.first_accepted_ms;
  backlog_ += from.open.size() + from.pending;
  backlog_bytes_ += from.bytes;
  owner_state_ = std::move(from.owner_state);
}

void connector_log::recover_held(delivery_key key, const held_record& record) {
  std::lock_guard lock{mutex_};
  if (ended(record.state)) {
    ++dead_;
    if (record.lane != no_lane) ++lanes_.of(record.lane).dead;
    if (record.stops_lane) lanes_.stop(record.lane, key);
    return;
  }
  ++backlog_;
  note_oldest_off_log(record.accepted_ms);
  if (record.state == held_state::retry) {
    ++waiting_;
    due_first_ms_ = long_due;
    if (record.lane != no_lane) lanes_.of(record.lane).waiting.insert(key);
  } else {
    ++aside_;
    lanes_.of(record.lane).aside.insert(key);
  }
}

void connector_log::recover_parked(const park_position& at, std::uint32_t count) {
  std::lock_guard lock{mutex_};
  backlog_ += count;
  aside_ += count;
  auto& lane = lanes_.of(at.lane);
  lane.rows[at.first] = {.count = count};
  lane.parked += count;
}

void connector_log::recover_newest_effect(lane_id lane, delivery_key key) {
  std::lock_guard lock{mutex_};
  if (auto* found = lanes_.find(lane)) found->newest_effect = key;
}

void connector_log::recover_oldest_parked(std::int64_t accepted_ms) {
  std::lock_guard lock{mutex_};
  note_oldest_off_log(accepted_ms);
}

void connector_log::recover_bytes(std::uint64_t bytes) {
  std::lock_guard lock{mutex_};
  backlog_bytes_ += bytes;
}

}  // namespace airtrain::embedded
