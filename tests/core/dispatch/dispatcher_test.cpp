#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

dispatch_options plain() {
  dispatch_options o;
  o.concurrency = 4;
  o.window = 16;
  return o;
}

}  // namespace

TEST(dispatcher, sends_up_to_its_concurrency_and_settles_what_was_delivered) {
  rig r{plain()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 10; ++seq) r.add(seq);
  EXPECT_EQ(r.sent_seqs(), (std::vector<std::uint64_t>{1, 2, 3, 4}));
  r.answer(2, delivered());
  EXPECT_EQ(r.sent_seqs(), (std::vector<std::uint64_t>{1, 3, 4, 5}));
  while (!r.in_flight.empty()) r.answer_all(delivered());
  EXPECT_TRUE(r.store.all_ended());
  EXPECT_EQ(r.status().delivered_total, 10u);
}

TEST(dispatcher, five_failures_in_a_row_open_the_circuit_and_three_probes_close_it) {
  rig r{plain()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 12; ++seq) r.add(seq);
  for (int i = 0; i < 5; ++i) r.answer(r.sent_seqs().front(), unreachable());
  EXPECT_EQ(r.status().breaker, breaker_state::open);
  r.answer_all(unreachable());
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(20s);
  EXPECT_TRUE(r.in_flight.empty());
  r.pass(14s);
  ASSERT_EQ(r.in_flight.size(), 1u);
  EXPECT_TRUE(r.in_flight.begin()->second.with.probe);
  for (int i = 0; i < 3; ++i) r.answer_all(delivered());
  EXPECT_EQ(r.status().breaker, breaker_state::closed);
  while (!r.in_flight.empty()) {
    EXPECT_LE(r.in_flight.size(), 4u);
    r.answer_all(delivered());
    r.pass(1s);
  }
  EXPECT_TRUE(r.store.all_ended());
}

TEST(dispatcher, a_lane_has_one_in_flight_and_keeps_commit_order) {
  rig r{plain()};
  r.open();
  for (std::uint64_t seq = 1; seq <= 40; ++seq) r.add(seq, 1 + seq % 2);
  std::vector<std::uint64_t> order;
  while (!r.in_flight.empty()) {
    EXPECT_LE(r.in_flight.size(), 2u);
    const auto seq = r.in_flight.begin()->first;
    order.push_back(seq);
    r.answer(seq, delivered());
  }
  EXPECT_TRUE(r.store.all_ended());
  std::uint64_t last[2] = {0, 0};
  for (const auto seq : order) {
    EXPECT_GT(seq, last[seq % 2]);
    last[seq % 2] = seq;
  }
}
