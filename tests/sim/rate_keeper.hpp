#pragma once

#include <functional>
#include <map>
#include <memory>
#include <optional>

#include "core/dispatch/dispatcher.hpp"
#include "core/dispatch/shared_rate.hpp"
#include "tests/sim/journal.hpp"

namespace airtrain::sim {

/// Keeps the shared rate of one process, as the actor does, and counts what is sent by it.
class rate_keeper : public std::enable_shared_from_this<rate_keeper> {
 public:
  /// False: who wanted them is gone.
  using give = std::function<bool(std::uint32_t tokens)>;

  rate_keeper(agenda& time, double per_second);
  void order(connector_id from, const token_order& what, give to);
  /// An attempt of a member starts.
  void sent();

 private:
  void hand_out();

  agenda& time_;
  const double per_second_;
  const microseconds since_;
  shared_rate rate_;
  std::map<connector_id, give> members_;
  std::uint64_t sent_ = 0;
  std::optional<microseconds> wakes_at_;
};

}  // namespace airtrain::sim
