#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/paging.hpp"

namespace airtrain::cli {

struct bulk_action {
  std::string path;            ///< where it is posted
  std::string_view done_word;  ///< what then has become of them
};

/// Does the action to `ids`, or to what the filter takes, page by page, and tells what was done. An
/// unset filter was wrong and was reported. `ids` are the command's positionals unless given.
int run_bulk(const arguments& given, const std::optional<query_values>& filter,
             const bulk_action& action);
int run_bulk(const arguments& given, const std::optional<query_values>& filter,
             const bulk_action& action, const std::vector<std::string>& ids);

}  // namespace airtrain::cli
