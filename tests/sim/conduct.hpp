#pragma once

#include <map>
#include <set>
#include <string>
#include <vector>

#include "core/dispatch/dispatcher.hpp"
#include "tests/sim/journal.hpp"

namespace airtrain::sim {

/// The fact a dispatcher was told.
struct told {
  const char* what = "";
  const std::vector<attempt_outcome>* outcomes = nullptr;
  bool moves_breaker = false;  ///< an operator's command, or what was kept of it
};

/// Watches how one dispatcher behaves: what it may send in which condition, what may move its
/// breaker. Throws `violation`.
class conduct {
 public:
  conduct(connector_id connector, const dispatch_options& options)
      : connector_(connector), options_(options) {}

  /// After each fact: the dispatcher's status before and after, and what it now wants done.
  void judge(const told& fact, const connector_status& before, const connector_status& after,
             const dispatch_actions& actions, bool draining);
  /// After a clean stop and a start: what was held, paused or opened by an operator still is,
  /// unless a changed configuration has ended the hold.
  void judge_opening(const connector_status& left, const connector_status& found,
                     bool config_changed) const;

 private:
  bool held_after(const told& fact, const connector_status& before,
                  const connector_status& after) const;
  void judge_breaker(const told& fact, const connector_status& before,
                     const connector_status& after, bool hold_ended) const;
  void judge_sends(const connector_status& after, const dispatch_actions& actions,
                   bool draining) const;
  bool outdated(const std::vector<attempt_outcome>& outcomes) const;

  connector_id connector_;
  dispatch_options options_;
  bool held_ = false;  ///< as far as it can be seen from here
  struct attempt {
    bool probe = false;
    bool outdated = false;  ///< sent before the breaker last moved, or a hold began or ended
  };
  std::map<std::uint64_t, attempt> in_flight_;
};

}  // namespace airtrain::sim
