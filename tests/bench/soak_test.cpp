#include "bench/soak/soak.hpp"

#include <gtest/gtest.h>

#include <algorithm>

#include "bench/soak/series.hpp"

namespace airtrain::bench {
namespace {

series over(std::vector<double> values) {
  series made{"memory", "MiB", 0.10, 8, {}, std::move(values)};
  for (std::size_t i = 0; i < made.values.size(); ++i)
    made.seconds.push_back(static_cast<double>(i));
  return made;
}

TEST(flatness, sees_a_leak_that_goes_on_after_the_warm_up) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(100 + i);
  const auto how = judge(over(values));
  EXPECT_FALSE(how.flat);
  EXPECT_NEAR(how.growth, 74, 1);
}

TEST(flatness, forgives_peaks_and_saw_teeth) {
  std::vector<double> values;
  for (int i = 0; i < 100; ++i) values.push_back(100 + (i % 10) * 5 + (i % 31 == 0 ? 500 : 0));
  EXPECT_TRUE(judge(over(values)).flat);
}

/// Few seconds, few events: whether memory is flat shows only in minutes.
TEST(soak, of_a_few_seconds_with_faults_and_a_kill_loses_nothing) {
  const auto work = std::filesystem::temp_directory_path() / "airtrain-bench-soak-test";
  const soak_settings settings{.programs = PROGRAMS,
                               .work = work,
                               .seconds = 12,
                               .rate = 500,
                               .kills = true,
                               // With this seed the first fault is a kill.
                               .seed = 4};
  const auto result = soak(settings);
  std::filesystem::remove_all(work);
  EXPECT_EQ(result.lost, 0u);
  EXPECT_EQ(result.events, 6000u);
  EXPECT_GE(result.restarts, 1);
  EXPECT_GE(result.faults.size(), 2u);
  EXPECT_GE(result.all[0].values.size(), 10u);
  EXPECT_NE(svg_of(result).find("</svg>"), std::string::npos);
  EXPECT_NE(json_of(result, settings).find("\"lost\": 0"), std::string::npos);
}

}  // namespace
}  // namespace airtrain::bench
