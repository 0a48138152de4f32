#pragma once

#include <atomic>
#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <shared_mutex>
#include <string>
#include <vector>

#include "store/embedded/connector_log.hpp"
#include "store/embedded/database.hpp"
#include "store/embedded/dedupe.hpp"
#include "store/embedded/environment.hpp"
#include "store/embedded/high_water.hpp"
#include "store/embedded/limited_backlogs.hpp"
#include "store/embedded/log_index.hpp"
#include "store/embedded/recent_events.hpp"

namespace airtrain::embedded {

/// All connectors by their number, which counts from 1. They live as long as the store.
class connector_registry {
 public:
  /// Null when there is none.
  connector_log* find(connector_id id) const;
  connector_log* find(std::string_view name) const;
  std::vector<connector_log*> all() const;
  connector_id next_id() const;
  void add(std::unique_ptr<connector_log> connector);

 private:
  mutable std::shared_mutex mutex_;
  std::deque<std::unique_ptr<connector_log>> connectors_;
};

/// The open database, or none while it is being reopened and after the end.
class database_slot {
 public:
  std::shared_ptr<database> get() const;
  void put(std::shared_ptr<database> db);
  /// Takes it out, waits until the readers have let go, and closes it.
  void close();

 private:
  mutable std::mutex mutex_;
  std::shared_ptr<database> db_;
};

/// Why events are not accepted now, if so. Strongest first: closed, write failed, high-water file
/// not written, disk full.
class health_state {
 public:
  void set_closed() { closed_ = true; }
  bool closed() const { return closed_; }
  void set_write_failed(std::string why);
  void set_sound();
  /// The high-water file; empty: it is well again.
  void set_high_water_failed(std::string why);
  void set_disk_full(bool full);
  bool disk_full() const { return disk_full_; }
  /// So many tables, of which some are named.
  void set_damaged(std::size_t files, std::vector<std::string> named);

  /// What a publish is refused with; code `none`: it is taken.
  store_error refusal() const;
  /// What a read is refused with when there is no database.
  store_error unavailable() const;
  store_health show() const;

 private:
  std::atomic<bool> closed_ = false;
  std::atomic<bool> write_failed_ = false;
  std::atomic<bool> high_water_failed_ = false;
  std::atomic<bool> disk_full_ = false;
  mutable std::mutex mutex_;
  std::string why_;
  std::string why_high_water_;
  std::size_t damaged_files_ = 0;
  std::vector<std::string> damaged_;
};

/// Counts since the start. Histograms are by powers of two.
struct commit_figures {
  mutable std::mutex mutex;
  std::uint64_t commits = 0;
  std::uint64_t events = 0;
  std::vector<std::uint64_t> us_log2;
  std::vector<std::uint64_t> events_log2;
  void note(std::uint64_t us, std::uint64_t event_count);
};

/// What the store's threads share.
struct engine {
  engine(const store_settings& with, environment in);

  const store_settings settings;
  const environment env;
  shared_limits limits;
  connector_registry connectors;
  limited_backlogs limited;
  log_index index;
  recent_events recent;
  dedupe_index dedupe;  ///< the writer's
  database_slot db;
  health_state health;
  high_water_file high_water;
  commit_figures figures;
  std::atomic<std::uint64_t> purged_dead_letters{0};
  std::atomic<bool> audited{true};           ///< since the audit was last cut to its bound
  std::atomic<std::uint64_t> edge{0};        ///< events below it are gone from the log
  std::atomic<std::uint64_t> next_epoch{1};  ///< grows over restarts
  std::uint64_t flush_serial = 0;            ///< the writer's; grows over restarts
  /// What the cursors on disk still need, and which connectors have a row of their own; the
  /// writer's.
  struct cursor_on_disk {
    bool own_row = false;
    std::uint64_t floor = 0;
  };
  std::vector<cursor_on_disk> cursors;

  std::int64_t now_ms() const { return env.wall_ms(); }
  /// By which the age of what may be purged is taken: by a clock that was set nothing is too old.
  std::int64_t purging_ms() const { return !env.purging || env.purging->believed() ? now_ms() : 0; }
};

}  // namespace airtrain::embedded
