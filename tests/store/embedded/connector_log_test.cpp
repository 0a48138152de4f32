#include "store/embedded/connector_log.hpp"

#include <gtest/gtest.h>

#include <array>

#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::uint64_t epoch = 1;
constexpr delivery_key first{.seq = 0, .part = 0};

/// One connector with one event that failed once and whose time has come again.
class connector_log_test : public testing::Test {
 protected:
  connector_log_test() : log(1, "payroll", limits, 0) {
    log.open(epoch, [] {});
    arrival event;
    event.what = event::seal({});
    log.arrive({&event, 1});
    EXPECT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
    settle(settlement::kind::retry);
    flush();
  }

  static fetch_request request(fetch_kind what) {
    fetch_request out;
    out.what = what;
    out.count_max = 10;
    out.bytes_max = 1 << 20;
    out.now_ms = 1000;
    return out;
  }

  void settle(settlement::kind how) {
    settlement s;
    s.what = how;
    s.key = first;
    s.due_ms = 500;
    log.settle(epoch, {s}, 0);
  }

  void flush() { log.written(log.take_changes(1, false).generation); }

  /// What a reader finds on the disk and hands over by that plan.
  std::size_t take_due(const connector_log::plan& plan) {
    connector_log::reading read;
    if (!plan.taken.contains(first)) {
      auto& one = read.deliveries.emplace_back();
      one.what.key = first;
      one.what.event = event::seal({});
      one.due_ms = 500;
      one.place = loaded_delivery::from::due;
    }
    read.due_unread_ms = plan.due_unread_ms;
    return log.take(epoch, request(fetch_kind::due), std::move(read)).value().deliveries.size();
  }

  store_settings settings;
  shared_limits limits{.settings = settings};
  connector_log log;
};

TEST_F(connector_log_test, what_was_settled_is_not_given_out_again_while_its_rows_are_on_the_disk) {
  ASSERT_EQ(take_due(log.plan_for(epoch, request(fetch_kind::due)).value()), 1u);
  settle(settlement::kind::delivered);
  EXPECT_EQ(take_due(log.plan_for(epoch, request(fetch_kind::due)).value()), 0u);
  EXPECT_EQ(log.counts().backlog, 0u);
}

TEST_F(connector_log_test, what_failed_again_is_given_out_again_once_its_new_rows_are_written) {
  ASSERT_EQ(take_due(log.plan_for(epoch, request(fetch_kind::due)).value()), 1u);
  settle(settlement::kind::retry);
  EXPECT_EQ(take_due(log.plan_for(epoch, request(fetch_kind::due)).value()), 0u);
  flush();
  EXPECT_EQ(take_due(log.plan_for(epoch, request(fetch_kind::due)).value()), 1u);
}

TEST_F(connector_log_test,
       a_due_fetch_that_other_settlements_overtake_still_knows_that_nothing_is_due) {
  arrival other{.seq = 5, .what = event::seal({})};
  log.arrive({&other, 1});
  ASSERT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
  const auto plan = log.plan_for(epoch, request(fetch_kind::due)).value();
  settlement s;
  s.key = {.seq = 5, .part = 0};
  log.settle(epoch, {s}, 0);
  ASSERT_EQ(take_due(plan), 1u);
  const auto again = log.fetch_from_memory(epoch, request(fetch_kind::due)).value();
  ASSERT_TRUE(again.has_value());
  EXPECT_EQ(again->next_due_ms, 0);
}

TEST_F(connector_log_test, what_fails_during_a_due_fetch_is_known_to_be_due_after_it) {
  arrival other{.seq = 5, .what = event::seal({})};
  log.arrive({&other, 1});
  ASSERT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
  const auto plan = log.plan_for(epoch, request(fetch_kind::due)).value();
  settlement s;
  s.what = settlement::kind::retry;
  s.key = {.seq = 5, .part = 0};
  s.due_ms = 2000;
  log.settle(epoch, {s}, 0);
  flush();
  ASSERT_EQ(take_due(plan), 1u);
  EXPECT_EQ(log.fetch_from_memory(epoch, request(fetch_kind::due)).value()->next_due_ms, 2000);
}

TEST_F(connector_log_test, what_failed_before_a_due_fetch_and_is_not_written_is_known_to_be_due) {
  arrival other{.seq = 5, .what = event::seal({})};
  log.arrive({&other, 1});
  ASSERT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
  settlement s;
  s.what = settlement::kind::retry;
  s.key = {.seq = 5, .part = 0};
  s.due_ms = 2000;
  log.settle(epoch, {s}, 0);
  const auto plan = log.plan_for(epoch, request(fetch_kind::due)).value();
  flush();
  ASSERT_EQ(take_due(plan), 1u);
  EXPECT_EQ(log.fetch_from_memory(epoch, request(fetch_kind::due)).value()->next_due_ms, 2000);
}

TEST_F(connector_log_test, nothing_of_a_lane_goes_before_what_was_moved_aside_and_is_not_written) {
  constexpr lane_id lane = 7;
  arrival event{.seq = 5, .lane = lane, .what = event::seal({})};
  log.arrive({&event, 1});
  ASSERT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
  settlement s;
  s.what = settlement::kind::aside;
  s.key = {.seq = 5, .part = 0};
  s.counted = false;
  log.settle(epoch, {s}, 0);
  auto of_lane = request(fetch_kind::lane);
  of_lane.lane = lane;
  EXPECT_EQ(log.plan_for(epoch, of_lane)->first_unwritten, s.key);
  flush();
  EXPECT_FALSE(log.plan_for(epoch, of_lane)->first_unwritten.has_value());
}

TEST_F(connector_log_test, what_is_replayed_is_not_read_before_its_new_record_is_written) {
  held_record dead;
  dead.state = held_state::dead;
  dead.lane = 7;
  const delivery_key key{.seq = 6, .part = 0};
  log.recover_held(key, dead);
  (void)log.replay(key, dead, 100, true, 0);
  auto of_lane = request(fetch_kind::lane);
  of_lane.lane = dead.lane;
  EXPECT_TRUE(log.plan_for(epoch, of_lane)->aside.empty());
  flush();
  EXPECT_EQ(log.plan_for(epoch, of_lane)->aside.size(), 1u);
}

TEST_F(connector_log_test,
       what_left_a_row_that_could_not_be_rewritten_leaves_it_with_the_next_flush) {
  constexpr lane_id lane = 7;
  const std::array<arrival, 2> events{{{.seq = 5, .lane = lane, .what = event::seal({})},
                                       {.seq = 6, .lane = lane, .what = event::seal({})}}};
  log.arrive(events);
  ASSERT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
  settlement aside;
  aside.what = settlement::kind::aside;
  aside.counted = false;
  for (const auto& event : events) {
    aside.key = {.seq = event.seq, .part = 0};
    log.settle(epoch, {aside}, 0);
  }
  flush();
  auto of_lane = request(fetch_kind::lane);
  of_lane.lane = lane;
  connector_log::reading read;
  auto& one = read.deliveries.emplace_back();
  one.what.key = {.seq = 5, .part = 0};
  one.what.event = event::seal({});
  one.what.lane = lane;
  one.parked_row = one.what.key;
  one.place = loaded_delivery::from::parked;
  const auto key = one.what.key;
  ASSERT_EQ(log.take(epoch, of_lane, std::move(read)).value().deliveries.size(), 1u);
  settlement end;
  end.key = key;
  log.settle(epoch, {end}, 0);

  const auto failed = log.take_changes(7, false);
  ASSERT_EQ(failed.reparked.size(), 1u);
  log.leaves_still(failed.reparked.front());
  log.written(failed.generation);
  EXPECT_TRUE(log.plan_for(epoch, of_lane)->taken.contains(key));
  const auto again = log.take_changes(7, false);
  ASSERT_EQ(again.reparked.size(), 1u);
  EXPECT_EQ(again.reparked.front().gone, std::vector{key});
  log.written(again.generation);
  EXPECT_FALSE(log.plan_for(epoch, of_lane)->taken.contains(key));
}

TEST_F(connector_log_test, what_cannot_join_a_row_gets_one_of_its_own_and_leaves_that_one) {
  constexpr lane_id lane = 7;
  const auto park = [&](std::uint64_t seq) {
    const arrival event{.seq = seq, .lane = lane, .what = event::seal({})};
    log.arrive({&event, 1});
    ASSERT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
    settlement aside;
    aside.what = settlement::kind::aside;
    aside.counted = false;
    aside.key = {.seq = seq, .part = 0};
    log.settle(epoch, {aside}, 0);
  };
  park(5);
  flush();
  park(6);
  const auto joins = log.take_changes(7, false);
  ASSERT_EQ(joins.reparked.size(), 1u);
  const delivery_key key{.seq = 6, .part = 0};
  EXPECT_EQ(joins.reparked.front().more, std::vector{key});
  const auto own = log.parks_apart(joins.reparked.front());
  EXPECT_EQ(own.key, park_key(log.id(), lane, key));
  EXPECT_EQ(decode_key_list(*own.value), std::vector{key});
  log.written(joins.generation);

  auto of_lane = request(fetch_kind::lane);
  of_lane.lane = lane;
  connector_log::reading read;
  auto& one = read.deliveries.emplace_back();
  one.what.key = key;
  one.what.event = event::seal({});
  one.what.lane = lane;
  one.parked_row = key;
  one.place = loaded_delivery::from::parked;
  ASSERT_EQ(log.take(epoch, of_lane, std::move(read)).value().deliveries.size(), 1u);
  settlement end;
  end.key = key;
  log.settle(epoch, {end}, 0);
  const auto left = log.take_changes(7, false);
  ASSERT_EQ(left.reparked.size(), 1u);
  EXPECT_TRUE(left.reparked.front().whole_row);
  EXPECT_EQ(left.reparked.front().key, own.key);
}

class operators_decision : public connector_log_test {
 protected:
  bool discard() {
    loaded_delivery found;
    found.what.key = first;
    found.what.event = event::seal({});
    found.due_ms = 500;
    found.place = loaded_delivery::from::due;
    settlement decided;
    decided.key = first;
    decided.what = settlement::kind::discarded;
    return log.decide(std::move(found), decided, 0);
  }
};

TEST_F(operators_decision, during_a_fetch_stands) {
  const auto plan = log.plan_for(epoch, request(fetch_kind::due)).value();
  EXPECT_TRUE(discard());
  flush();
  EXPECT_EQ(take_due(plan), 0u) << "a discarded delivery was handed out";
  EXPECT_EQ(log.counts().backlog, 0u);
}

TEST_F(operators_decision, about_what_was_sent_and_settled_since_it_was_found_is_refused) {
  ASSERT_EQ(log.find(first), connector_log::whereabouts::off_log);
  ASSERT_EQ(take_due(log.plan_for(epoch, request(fetch_kind::due)).value()), 1u);
  settle(settlement::kind::delivered);
  EXPECT_EQ(log.find(first), connector_log::whereabouts::with_owner) << "the disk says otherwise";
  EXPECT_FALSE(discard());
  EXPECT_EQ(log.counts().backlog, 0u);
  flush();
  EXPECT_EQ(log.find(first), connector_log::whereabouts::off_log);
}

TEST_F(operators_decision, that_an_old_record_is_rendered_anew_reaches_a_fetch_under_way) {
  const auto plan = log.plan_for(epoch, request(fetch_kind::due)).value();
  log.rendered_anew(first, 500);
  EXPECT_EQ(take_due(plan), 0u) << "what was read is the old record";
  EXPECT_EQ(take_due(log.plan_for(epoch, request(fetch_kind::due)).value()), 1u);
}

TEST_F(operators_decision, that_lists_the_tail_as_open_during_a_fetch_keeps_its_order) {
  arrival events[4];
  for (std::uint64_t i = 0; i < 4; ++i) events[i] = {.seq = 5 + i, .what = event::seal({})};
  log.arrive({events, 1});
  ASSERT_TRUE(log.fetch_from_memory(epoch, request(fetch_kind::fresh)).value().has_value());
  log.open(epoch + 1, [] {});  // the first of them comes again
  log.arrive({events + 1, 3});
  ASSERT_EQ(log.plan_for(epoch + 1, request(fetch_kind::fresh)).value().returned.size(), 1u);
  ASSERT_TRUE(log.list_as_open({}, 0));
  ASSERT_TRUE(log.list_as_open({}, 0));
  connector_log::reading read;
  auto& one = read.deliveries.emplace_back();
  one.what.key = {.seq = 5, .part = 0};
  one.what.event = event::seal({});
  const auto got = log.take(epoch + 1, request(fetch_kind::fresh), std::move(read)).value();
  ASSERT_EQ(got.deliveries.size(), 1u) << "the eighth would go before the sixth";
  EXPECT_TRUE(got.more);
}

}  // namespace
}  // namespace airtrain::embedded
