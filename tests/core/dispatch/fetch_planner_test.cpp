#include "core/dispatch/fetch_planner.hpp"

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

struct planner_test : ::testing::Test {
  instant now{5s, 1'000'000};
  delivery_window w{8, 1u << 20};
  lane_table lanes{w};
  fetch_planner planner{100};

  std::optional<fetch_request> plan(appetite wanted = appetite::flow) {
    return planner.plan(wanted, w, lanes, now);
  }
  void answer(const fetch_request& request, bool more = false, std::int64_t next_due_ms = 0,
              std::uint64_t last_seq = 0) {
    fetch_result result;
    result.request = request;
    result.more = more;
    result.next_due_ms = next_due_ms;
    if (last_seq > 0) {
      result.deliveries.emplace_back();
      result.deliveries.back().key = {last_seq, 0};
    }
    planner.answered(result, now);
  }
  void fail(const fetch_request& request) {
    fetch_result result;
    result.request = request;
    result.error = "planted";
    planner.answered(result, now);
  }
  void catch_up() { answer(*plan()); }
  void open(std::uint64_t next, std::int64_t next_due_ms = 0, std::uint64_t aside = 0) {
    opened_connector what;
    what.next = next;
    what.next_due_ms = next_due_ms;
    if (aside > 0) {
      blocked_lane lane;
      lane.lane = 7;
      lane.aside_count = 1;
      lane.first_aside = {aside, 0};
      what.blocked.push_back(lane);
    }
    lanes.restore(what.blocked);
    planner.opened(what, now, 1h);
  }
};

}  // namespace

TEST_F(planner_test, asks_one_thing_at_a_time_and_nothing_when_it_has_caught_up) {
  const auto asked = plan();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->what, fetch_kind::fresh);
  EXPECT_EQ(asked->count_max, 8u);
  EXPECT_FALSE(plan());
  answer(*asked, true);
  answer(*plan());
  EXPECT_FALSE(plan());
  planner.fresh_again();
  EXPECT_TRUE(plan());
}

TEST_F(planner_test, word_of_new_work_during_a_fetch_is_not_lost) {
  const auto asked = plan();
  planner.fresh_again();
  answer(*asked);
  EXPECT_TRUE(plan());
}

TEST_F(planner_test, asks_for_what_is_due_when_it_is_and_not_before) {
  catch_up();
  planner.due_at(now.wall_ms + 1000);
  EXPECT_FALSE(plan());
  EXPECT_EQ(planner.wake_at(appetite::flow, now), now.steady + 1s);
  now.wall_ms += 1000;
  now.steady += 1s;
  const auto asked = plan();
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->what, fetch_kind::due);
  EXPECT_EQ(asked->now_ms, now.wall_ms);
  EXPECT_FALSE(asked->release_connector_scope);
}

TEST_F(planner_test, what_became_due_while_it_asked_is_known_afterwards) {
  catch_up();
  planner.due_at(now.wall_ms);
  const auto asked = plan();
  planner.due_at(now.wall_ms + 5);
  answer(*asked);
  EXPECT_EQ(planner.next_due_ms(), now.wall_ms + 5);
}

TEST_F(planner_test, nothing_sent_nothing_due_is_read) {
  catch_up();
  planner.due_at(now.wall_ms);
  EXPECT_FALSE(plan(appetite::fill));
  EXPECT_FALSE(planner.wake_at(appetite::fill, now));
}

TEST_F(planner_test, releases_until_all_that_waited_was_read) {
  catch_up();
  planner.release_connector_scope();
  auto asked = plan();
  ASSERT_TRUE(asked);
  EXPECT_TRUE(asked->release_connector_scope);
  answer(*asked, true);
  asked = plan();
  EXPECT_TRUE(asked->release_connector_scope) << "there was more";
  planner.release_connector_scope();
  answer(*asked);
  planner.due_at(now.wall_ms);
  asked = plan();
  EXPECT_TRUE(asked->release_connector_scope) << "released again meanwhile";
  answer(*asked);
  planner.due_at(now.wall_ms);
  EXPECT_FALSE(plan()->release_connector_scope);
}

TEST_F(planner_test, a_probe_takes_one_due_or_not) {
  catch_up();
  planner.due_at(now.wall_ms + 3'600'000);
  const auto asked = plan(appetite::probe);
  ASSERT_TRUE(asked);
  EXPECT_EQ(asked->what, fetch_kind::due);
  EXPECT_EQ(asked->count_max, 1u);
  EXPECT_GT(asked->now_ms, now.wall_ms + 3'600'000);
  answer(*asked, true, now.wall_ms + 4'000'000, 3);
  EXPECT_FALSE(plan()) << "the others wait for their time";
}

TEST_F(planner_test, a_clock_that_was_set_back_releases_all_once) {
  open(0, now.wall_ms + 86'400'000);
  const auto asked = plan();
  EXPECT_EQ(asked->what, fetch_kind::due);
  EXPECT_GT(asked->now_ms, now.wall_ms + 86'400'000);
  answer(*asked);
  catch_up();
  planner.due_at(now.wall_ms);
  EXPECT_EQ(plan()->now_ms, now.wall_ms);
}

TEST_F(planner_test, reads_no_lane_back_before_fresh_has_come_to_what_no_one_had_taken) {
  open(21, 0, 9);
  auto asked = plan();
  EXPECT_EQ(asked->what, fetch_kind::fresh);
  answer(*asked, true, 0, 13);
  asked = plan();
  EXPECT_EQ(asked->what, fetch_kind::fresh) << "14 to 20 may be of that lane and earlier";
  answer(*asked, true, 0, 20);
  asked = plan();
  EXPECT_EQ(asked->what, fetch_kind::lane);
}

TEST_F(planner_test, lanes_and_fresh_work_take_turns) {
  open(0, 0, 9);
  const auto first = plan();
  answer(*first, true, 0, 1);
  const auto second = plan();
  EXPECT_NE(first->what, second->what);
}

TEST_F(planner_test, a_store_that_cannot_be_read_is_asked_again_after_growing_pauses) {
  auto asked = plan();
  fail(*asked);
  EXPECT_FALSE(plan());
  EXPECT_EQ(planner.wake_at(appetite::flow, now), now.steady + 100ms);
  now.steady += 100ms;
  asked = plan();
  ASSERT_TRUE(asked);
  fail(*asked);
  EXPECT_EQ(planner.wake_at(appetite::flow, now), now.steady + 200ms);
}

TEST_F(planner_test, retries_take_half_of_the_window_while_fresh_work_waits) {
  planner.due_at(now.wall_ms);
  const auto asked = plan();
  ASSERT_EQ(asked->what, fetch_kind::due);
  EXPECT_EQ(asked->count_max, 4u);
  answer(*asked);
  catch_up();
  planner.due_at(now.wall_ms);
  EXPECT_EQ(plan()->count_max, 8u) << "nothing else wants it";
}

TEST_F(planner_test, asks_for_nothing_fresh_until_a_quarter_of_the_window_is_free) {
  for (std::uint64_t seq = 1; seq <= 7; ++seq) {
    delivery d;
    d.key = {seq, 0};
    d.event = tiny_event(seq);
    w.admit(std::move(d), false);
  }
  EXPECT_FALSE(plan());
  w.release(0);
  EXPECT_TRUE(plan());
}
