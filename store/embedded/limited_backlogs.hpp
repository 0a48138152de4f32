#pragma once

#include <algorithm>
#include <atomic>
#include <mutex>
#include <vector>

#include "store/embedded/connector_log.hpp"

namespace airtrain::embedded {

/// The connectors whose backlogs have a limit. Any thread; costs nothing while there are none.
class limited_backlogs {
 public:
  void limit(connector_log& connector, backlog_limit by) {
    connector.limit_backlog(by);
    std::lock_guard lock{mutex_};
    if (std::find(limited_.begin(), limited_.end(), &connector) == limited_.end())
      limited_.push_back(&connector);
    any_ = true;
  }

  /// What decides which events fit, with what waits at this moment.
  backlog_gate gate() const {
    backlog_gate out;
    if (!any_) return out;
    std::lock_guard lock{mutex_};
    for (const auto* connector : limited_) {
      const auto [limit, bytes] = connector->room();
      out.limit(connector->id(), limit, bytes);
    }
    return out;
  }

 private:
  std::atomic<bool> any_ = false;
  mutable std::mutex mutex_;
  std::vector<connector_log*> limited_;
};

}  // namespace airtrain::embedded
