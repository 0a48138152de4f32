#pragma once

#include <map>
#include <optional>
#include <set>
#include <utility>

#include "store/embedded/database.hpp"
#include "store/embedded/environment.hpp"
#include "store/embedded/high_water.hpp"
#include "store/embedded_store.hpp"

namespace airtrain::embedded {

/// Checks every invariant of a stopped store that can be checked, and collects the rows that mend
/// it. Reads everything: its cost follows the size of the store.
class inspection {
 public:
  inspection(database& db, recovery_report& into) : db_(db), report_(into) {}

  /// Stops at the first thing that cannot even be read.
  store_error run();
  /// What to write to mend the store.
  std::vector<row_change> mending() { return std::move(mending_); }
  /// How far the log goes.
  high_water_mark log_end() const { return log_end_; }

 private:
  store_error check_log();
  store_error check_block(std::uint64_t block);
  store_error check_cursors();
  struct cursor {
    std::uint64_t next = 0;
    std::vector<delivery_key> open;
    bool damaged = false;
  };
  /// False: the row is damaged.
  bool read_live_row(std::string_view value);
  bool read_own_row(connector_id connector, std::string_view value);
  const cursor* cursor_of(connector_id connector) const;
  store_error check_open(connector_id connector, const cursor& at);
  store_error check_copies();
  void start_over(connector_id row, const std::map<connector_id, std::vector<delivery_key>>& open);
  store_error check_held();
  store_error check_due();
  store_error check_parked();
  /// The event of that delivery can be read.
  result<bool, store_error> has_event(connector_id connector, delivery_key key);

  void found(std::string what);
  void mend(row_change change, std::string what);

  database& db_;
  recovery_report& report_;
  std::vector<row_change> mending_;
  std::uint64_t edge_ = 0;
  std::map<connector_id, cursor> own_;  ///< of connectors with a row of their own
  std::map<connector_id, cursor> live_;
  std::uint64_t watermark_ = 0;
  bool live_damaged_ = false;
  /// Held and parked ones below the edge: their copies are needed.
  std::set<std::pair<connector_id, delivery_key>> claimed_;
  high_water_mark log_end_;
};

}  // namespace airtrain::embedded
