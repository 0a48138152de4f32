#pragma once

#include <string>
#include <vector>

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// Copies the events below a coming edge that deliveries still need, beside the held rows: of those
/// with owners, of connectors that are behind or gone, of parked and of held ones. In steps, so
/// that commits go on between them; a delivery that ends meanwhile takes its copy along
/// (`shared_limits::evacuated_below` must be the coming edge already).
///
/// A delivery only ever moves from the log to `park` to `held`: visited in that order none slips
/// by, and a step that is cut off by a crash is simply made again.
class evacuation {
 public:
  evacuation(engine& with, std::uint64_t edge) : engine_(with), edge_(edge) {}

  /// The next step, on the writer's thread with all that was settled before on the disk; writes,
  /// and leaves the sync to the caller.
  store_error step(database& db);
  bool done() const { return place_ == place::done; }

 private:
  enum class place : std::uint8_t { log, parked, held, done };

  store_error copy_from_log(database& db);
  result<std::vector<delivery_key>, store_error> next_from_log(database& db,
                                                               const connector_log& connector);
  store_error copy_parked(database& db);
  store_error copy_held(database& db);
  store_error copy(database& db, connector_id connector, const std::vector<delivery_key>& keys);
  bool needed(delivery_key key) const { return key.seq >= engine_.edge && key.seq < edge_; }

  engine& engine_;
  const std::uint64_t edge_;
  place place_ = place::log;
  connector_id connector_ = 1;  ///< in the log: the one whose turn it is
  delivery_key after_;          ///< in the log: its last that was copied
  std::string from_;            ///< parked, held: the row to go on at
};

}  // namespace airtrain::embedded
