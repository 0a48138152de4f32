#include "store/embedded/engine.hpp"

#include <bit>
#include <mutex>
#include <thread>

#include "messages/invariant.hpp"

namespace airtrain::embedded {

connector_log* connector_registry::find(connector_id id) const {
  std::shared_lock lock{mutex_};
  return id == 0 || id > connectors_.size() ? nullptr : connectors_[id - 1].get();
}

connector_log* connector_registry::find(std::string_view name) const {
  std::shared_lock lock{mutex_};
  for (const auto& one : connectors_)
    if (one->name() == name) return one.get();
  return nullptr;
}

std::vector<connector_log*> connector_registry::all() const {
  std::shared_lock lock{mutex_};
  std::vector<connector_log*> out;
  out.reserve(connectors_.size());
  for (const auto& one : connectors_) out.push_back(one.get());
  return out;
}

connector_id connector_registry::next_id() const {
  std::shared_lock lock{mutex_};
  return static_cast<connector_id>(connectors_.size() + 1);
}

void connector_registry::add(std::unique_ptr<connector_log> connector) {
  std::unique_lock lock{mutex_};
  AIRTRAIN_INVARIANT(connector->id() == connectors_.size() + 1);
  connectors_.push_back(std::move(connector));
}

std::shared_ptr<database> database_slot::get() const {
  std::lock_guard lock{mutex_};
  return db_;
}

void database_slot::put(std::shared_ptr<database> db) {
  std::lock_guard lock{mutex_};
  db_ = std::move(db);
}

void database_slot::close() {
  std::weak_ptr<database> left;
  {
    std::lock_guard lock{mutex_};
    left = db_;
    db_.reset();
  }
  // A reader holds it for one bounded read.
  while (!left.expired()) std::this_thread::sleep_for(std::chrono::milliseconds{1});
}

void health_state::set_write_failed(std::string why) {
  std::lock_guard lock{mutex_};
  why_ = std::move(why);
  write_failed_ = true;
}

void health_state::set_sound() {
  std::lock_guard lock{mutex_};
  why_.clear();
  write_failed_ = false;
}

void health_state::set_high_water_failed(std::string why) {
  std::lock_guard lock{mutex_};
  why_high_water_ = std::move(why);
  high_water_failed_ = !why_high_water_.empty();
}

void health_state::set_disk_full(bool full) {
  disk_full_ = full;
}

void health_state::set_damaged(std::size_t files, std::vector<std::string> named) {
  std::lock_guard lock{mutex_};
  damaged_files_ = files;
  damaged_ = std::move(named);
}

store_error health_state::refusal() const {
  if (closed_ || write_failed_) return unavailable();
  if (high_water_failed_) {
    std::lock_guard lock{mutex_};
    return {store_error_code::write_failed, why_high_water_};
  }
  if (disk_full_)
    return {store_error_code::disk_full, "free disk space is below the configured reserve"};
  return {};
}

store_error health_state::unavailable() const {
  if (closed_) return {store_error_code::closed, "the store is closed"};
  std::lock_guard lock{mutex_};
  return {store_error_code::write_failed, why_};
}

store_health health_state::show() const {
  const auto error = refusal();
  std::lock_guard lock{mutex_};
  return {.accepting = error.code == store_error_code::none,
          .why = error.message,
          .damaged = damaged_,
          .damaged_files = damaged_files_};
}

void commit_figures::note(std::uint64_t us, std::uint64_t event_count) {
  const auto count = [](std::vector<std::uint64_t>& histogram, std::uint64_t value) {
    const auto at = static_cast<std::size_t>(value <= 1 ? 0 : std::bit_width(value - 1));
    if (histogram.size() <= at) histogram.resize(at + 1);
    ++histogram[at];
  };
  std::lock_guard lock{mutex};
  ++commits;
  events += event_count;
  count(us_log2, us);
  count(events_log2, event_count);
}

engine::engine(const store_settings& with, environment in)
    : settings(with),
      env(std::move(in)),
      limits{.settings = settings},
      recent(with.recent_bytes_max),
      dedupe(with.dedupe_window),
      high_water(with.data_dir / "high-water") {}

}  // namespace airtrain::embedded
