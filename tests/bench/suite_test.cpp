#include <gtest/gtest.h>

#include <fstream>
#include <set>

#include "bench/suite/report.hpp"
#include "bench/suite/scenario.hpp"

namespace airtrain::bench {
namespace {

suite_report sample(std::vector<double> ratio) {
  suite_report made{.label = "abc",
                    .when = "now",
                    .machine = "here",
                    .rounds = 2,
                    .seconds = 1,
                    .quick = false,
                    .results = {}};
  auto& one = made.results.emplace_back();
  one.name = "single-64";
  one.group = "path";
  one.fsync_us = 200;
  one.add("ratio", std::move(ratio), gate{gate::kind::at_least, 0.5});
  one.add("p99_ms", 3.0, {}, "a part");
  one.add("cpu_us", {20, 21}, {}, "a part");
  return made;
}

TEST(scenarios, have_names_of_their_own) {
  std::set<std::string> names;
  for (const auto& each : all_scenarios()) EXPECT_TRUE(names.insert(each.name).second) << each.name;
}

TEST(report, tells_gates_met_from_missed) {
  EXPECT_TRUE(all_gates_met(sample({0.5, 0.6})));
  EXPECT_FALSE(all_gates_met(sample({0.4, 0.5})));
  EXPECT_NE(markdown_of(sample({0.4, 0.5})).find("| 0.45 | at least 0.5 | **missed** |"),
            std::string::npos);
}

TEST(report, explains_each_column_it_shows) {
  const auto text = markdown_of(sample({0.5, 0.6}));
  EXPECT_NE(text.find("- **ratio**: "), std::string::npos);
  EXPECT_EQ(text.find("- **events/s**: "), std::string::npos);
}

TEST(report, reads_back_what_it_wrote) {
  const auto file = std::filesystem::temp_directory_path() / "airtrain-bench-report-test.json";
  const auto before = sample({0.5, 0.6});
  std::ofstream(file) << json_of(before);
  const auto after = read_report(file);
  std::filesystem::remove(file);
  EXPECT_EQ(markdown_of(after), markdown_of(before));
}

TEST(comparison, says_what_is_better_beyond_the_noise) {
  const auto text = comparison_of(sample({0.5, 0.51}), sample({0.6, 0.61}));
  EXPECT_NE(text.find("| single-64 | ratio | 0.51 | 0.60 | +19.8 % | **better** |"),
            std::string::npos)
      << text;
  EXPECT_NE(text.find("one sample: unknown"), std::string::npos);
}

TEST(comparison, knows_that_less_time_is_better) {
  auto slower = sample({0.5, 0.51});
  slower.results[0].figures.back().samples = {30, 31};
  EXPECT_NE(comparison_of(sample({0.5, 0.51}), slower).find("| +48.8 % | **worse** |"),
            std::string::npos);
}

TEST(comparison, judges_by_the_ratio_where_there_is_one) {
  auto before = sample({0.5, 0.51});
  before.results[0].add("events_per_s", {1000, 1001});
  auto after = sample({0.5, 0.51});
  after.results[0].add("events_per_s", {500, 501});
  EXPECT_NE(comparison_of(before, after).find("| -50.0 % | see the ratio |"), std::string::npos);
}

/// The shortest scenario with a service, whole: the programs fit together.
TEST(suite, measures_a_scenario) {
  const auto work = std::filesystem::temp_directory_path() / "airtrain-bench-suite-test";
  std::filesystem::remove_all(work);
  std::filesystem::create_directories(work);
  const suite_settings settings{
      .programs = PROGRAMS, .work = work, .rounds = 1, .seconds = 1, .quick = true};
  scenario_result result;
  for (const auto& each : recovery_scenarios()) each.run(settings, result);
  std::filesystem::remove_all(work);
  ASSERT_NE(result.find("burst"), nullptr);
  EXPECT_GT(result.find("burst")->value(), 0.1);
  EXPECT_FALSE(result.curves.empty());
}

}  // namespace
}  // namespace airtrain::bench
