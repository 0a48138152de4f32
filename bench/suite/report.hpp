#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "bench/suite/figures.hpp"

namespace airtrain::bench {

/// One run of the suite.
struct suite_report {
  std::string label;  ///< of what was measured, e.g. a commit
  std::string when;   ///< UTC
  std::string machine;
  int rounds = 0;
  int seconds = 0;
  bool quick = false;
  std::vector<scenario_result> results;
};

std::string machine_in_words();

/// Tables by group, gates, and what each column means.
std::string markdown_of(const suite_report& report);

std::string json_of(const suite_report& report);
/// Throws std::runtime_error where the file is no such report.
suite_report read_report(const std::filesystem::path& file);

/// What has changed from `before` to `after`, as a table: figures that both have.
std::string comparison_of(const suite_report& before, const suite_report& after);

/// Writes the plots that the results give into the folder; returns the files' names.
std::vector<std::string> write_plots(const suite_report& report,
                                     const std::filesystem::path& folder);

/// Median over the scenarios.
double fsync_us_of(const suite_report& report);
bool all_gates_met(const suite_report& report);

}  // namespace airtrain::bench
