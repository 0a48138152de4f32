// Connectors that share a rate, with their keeper, under virtual time.

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "tests/actors/world.hpp"

namespace airtrain {
namespace {

using namespace std::chrono_literals;
using ::testing::SizeIs;

delivery_engine_settings tenant_of(double per_second) {
  delivery_engine_settings settings;
  settings.rate_limits = {{"tenant", per_second}};
  return settings;
}

dispatch_options sharing() {
  dispatch_options options;
  options.shared_rate = "tenant";
  return options;
}

struct shared_rate_of_connectors : ::testing::Test {
  world w{tenant_of(20)};  // its bucket holds two
  script& a = w.add("a", sharing());
  script& b = w.add("b", sharing());

  void start_with(int events_of_each) {
    w.start();
    for (int i = 0; i < events_of_each; ++i) w.submit(std::to_string(i));
    w.settle();
  }
};

TEST_F(shared_rate_of_connectors, together_they_keep_to_the_rate_and_share_it_alike) {
  start_with(200);
  w.pass(10s);
  EXPECT_LE(a.seen.size() + b.seen.size(), 202u);
  EXPECT_GE(a.seen.size() + b.seen.size(), 195u);
  EXPECT_NEAR(static_cast<double>(a.seen.size()), static_cast<double>(b.seen.size()), 4);
}

TEST_F(shared_rate_of_connectors, one_that_is_paused_leaves_its_share_to_the_others) {
  start_with(500);
  w.pass(1s);
  w.pause("b");
  const auto before = a.seen.size();
  w.pass(5s);
  EXPECT_GE(a.seen.size() - before, 98u);
  w.resume("b");
  const auto b_before = b.seen.size();
  w.pass(5s);
  EXPECT_NEAR(static_cast<double>(b.seen.size() - b_before), 50, 4);
}

TEST_F(shared_rate_of_connectors, one_that_crashes_leaks_nothing) {
  b.does = script::mode::crash;
  start_with(1500);
  w.pass(20s);
  EXPECT_EQ(w.report("b").status.state, connector_state::failed);
  EXPECT_GE(a.seen.size() + b.seen.size(), 395u) << "what it still wanted went nowhere";
  const auto before = a.seen.size();
  w.pass(5s);
  EXPECT_GE(a.seen.size() - before, 98u);
  b.does = script::mode::deliver;
  w.resume("b");
  const auto b_before = b.seen.size();
  w.pass(5s);
  EXPECT_NEAR(static_cast<double>(b.seen.size() - b_before), 50, 4);
}

TEST_F(shared_rate_of_connectors, one_that_hangs_holds_up_no_other) {
  b.does = script::mode::keep;
  start_with(500);
  w.pass(5s);
  const auto before = a.seen.size();
  w.pass(5s);
  EXPECT_GE(a.seen.size() - before, 98u);
}

TEST_F(shared_rate_of_connectors, why_names_the_limit) {
  start_with(100);
  w.pass(1s);
  constexpr std::uint64_t last = 100;
  const auto why = w.why("a", last);
  ASSERT_TRUE(why);
  ASSERT_THAT(why->waits_for, SizeIs(1));
  EXPECT_EQ(why->waits_for[0].what, "rate_limit");
  EXPECT_EQ(why->waits_for[0].id, "tenant");
}

TEST(shared_rate_of_a_connector, that_is_not_there_refuses_the_start) {
  delivery_engine_settings settings;
  world w(settings);
  w.add("a", sharing());
  const auto started = w.actors().start();
  ASSERT_FALSE(started);
  EXPECT_EQ(started.error(), "connector 'a': there is no rate limit 'tenant'");
}

}  // namespace
}  // namespace airtrain
