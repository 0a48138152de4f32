#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

struct coalescing : ::testing::Test {
  static dispatch_options latest() {
    dispatch_options o;
    o.concurrency = 4;
    o.window = 8;
    o.ordered = true;
    o.coalesce_latest = true;
    return o;
  }
  rig r{latest()};
  void SetUp() override { r.open(); }
  bool superseded(std::uint64_t seq) const {
    const auto& settled = r.store.at(seq).settled;
    return !settled.empty() && settled.back().what == settlement::kind::discarded &&
           settled.back().why == reason::superseded && !settled.back().counted;
  }
};

}  // namespace

TEST_F(coalescing, a_newer_one_replaces_the_one_before_it_that_was_never_sent) {
  r.add(1, 7);
  ASSERT_TRUE(r.sent(1));
  for (std::uint64_t seq = 2; seq <= 50; ++seq) r.add(seq, 7);
  EXPECT_EQ(r.status().window, 2u);
  for (std::uint64_t seq = 2; seq < 50; ++seq) EXPECT_TRUE(superseded(seq)) << seq;
  r.answer(1, delivered());
  EXPECT_EQ(r.sent_seqs(), std::vector<std::uint64_t>{50});
}

TEST_F(coalescing, one_that_is_ready_and_not_sent_is_replaced_too) {
  r.pause();
  r.add(1, 7);
  r.add(2, 7);
  r.resume();
  EXPECT_TRUE(superseded(1));
  EXPECT_EQ(r.sent_seqs(), std::vector<std::uint64_t>{2});
}

TEST_F(coalescing, another_type_another_lane_and_no_lane_are_not_replaced) {
  r.pause();
  r.add(1, 7, "shift_updated");
  r.add(2, 7, "shift_cancelled");
  r.add(3, 7, "shift_updated");
  r.add(4, 8, "shift_updated");
  r.add(5, no_lane, "shift_updated");
  r.add(6, no_lane, "shift_updated");
  r.resume();
  EXPECT_EQ(r.store.count(fake_store::place::ended), 0u);
}

TEST_F(coalescing, one_that_was_attempted_is_not_replaced) {
  r.add(1, 7);
  r.answer(1, conflict());
  r.add(2, 7);
  EXPECT_EQ(r.store.count(fake_store::place::ended), 0u);
  while (!r.sent(1)) ASSERT_TRUE(r.pass_to_wake());
  r.answer(1, delivered());
  EXPECT_TRUE(r.sent(2));
}

TEST_F(coalescing, one_that_went_out_as_a_probe_is_not_replaced) {
  r.add(1, 7);
  r.answer(1, unauthorized());
  r.answer(1, unauthorized());  // the probe
  r.add(2, 7);
  EXPECT_EQ(r.store.count(fake_store::place::ended), 0u);
}

TEST_F(coalescing, what_an_operator_replayed_is_not_replaced) {
  r.add(1, 7);
  r.answer(1, rejected());
  r.pause();
  r.replay(1);
  r.add(2, 7);
  r.resume();
  EXPECT_FALSE(superseded(1));
  ASSERT_TRUE(r.sent(1));
  r.answer(1, delivered());
  EXPECT_TRUE(r.sent(2));
}

TEST_F(coalescing, what_is_read_back_from_the_disk_is_replaced_by_what_follows_it_there) {
  r.options.coalesce_latest = false;
  r.restart();
  for (std::uint64_t seq = 1; seq <= 20; ++seq) r.add(seq, 7);
  ASSERT_GT(r.store.count(fake_store::place::aside), 10u);
  r.options.coalesce_latest = true;
  r.restart();
  for (int i = 0; i < 50 && !r.store.all_ended(); ++i) r.answer_all(delivered());
  EXPECT_TRUE(r.store.all_ended());
  EXPECT_FALSE(superseded(20)) << "the latest is sent";
  EXPECT_TRUE(superseded(19));
}

TEST_F(coalescing, without_the_option_nothing_is_replaced) {
  r.options.coalesce_latest = false;
  r.restart();
  for (std::uint64_t seq = 1; seq <= 4; ++seq) r.add(seq, 7);
  EXPECT_EQ(r.store.count(fake_store::place::ended), 0u);
}
