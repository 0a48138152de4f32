#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "messages/result.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain {

/// Opens (or creates) the embedded store in `settings.data_dir` and recovers it. Refuses, naming
/// the file and what is wrong, when another process has it, when it is damaged, or when
/// acknowledged events are missing (the high-water file knows more than the log). Blocks. `wall_ms`
/// is the wall clock (ms since the epoch); called from any store thread.
result<std::unique_ptr<store>, store_error> open_embedded_store(
    const store_settings& settings, std::function<std::int64_t()> wall_ms);

/// What `airtrain recover` found in a stopped store.
struct recovery_report {
  bool sound = true;
  std::vector<std::string> findings;  ///< one line each, naming the file
  std::vector<std::string> repairs;   ///< what was done, or would be done
  std::string hopeless;               ///< why it can't be repaired, and what to do; "": it can
};

/// Checks a stopped store, every invariant of the layout; with `repair` mends what can be mended
/// and says what is lost. What can't be is said beforehand, and nothing is changed then. Blocks.
result<recovery_report, store_error> recover_embedded_store(const store_settings& settings,
                                                            bool repair);

}  // namespace airtrain
