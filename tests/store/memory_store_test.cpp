// What only the memory store can do: wait for a step, and lose exactly what was not synced.

#include "store/memory_store.hpp"

#include <gtest/gtest.h>

#include "tests/store/conformance.hpp"

namespace airtrain {
namespace {

using conformance::sealed;

struct memory_store_test : ::testing::Test {
  std::unique_ptr<memory_store> store = memory_store::make({}, [] { return 1000; });
  connector_id a = store->connector("a").value();
  int answered = 0;

  void publish(const std::string& id) {
    store->publish({{{{sealed({.id = id}, 1000), {{a}}}}}}, [this](const auto& results) {
      EXPECT_EQ(results.at(0).error.code, store_error_code::none);
      ++answered;
    });
  }
  std::uint64_t open() {
    std::uint64_t epoch = 0;
    store->open(
        a, [] {}, [&](const auto& opened) { epoch = opened->epoch; });
    store->run();
    return epoch;
  }
  std::vector<delivery> take(std::uint64_t epoch) {
    std::vector<delivery> taken;
    store->fetch(a, epoch, {.count_max = 10, .bytes_max = 1u << 20},
                 [&](const auto& fetched) { taken = fetched->deliveries; });
    store->answer_reads();
    return taken;
  }
};

TEST_F(memory_store_test, nothing_happens_until_it_steps) {
  publish("1");
  EXPECT_EQ(answered, 0);
  EXPECT_TRUE(store->step());
  EXPECT_EQ(answered, 1);
  EXPECT_FALSE(store->step());
}

TEST_F(memory_store_test, a_crash_loses_a_publish_that_was_not_committed_and_never_answers_it) {
  publish("1");
  store->crash();
  store->run();
  EXPECT_EQ(answered, 0);
  EXPECT_TRUE(take(open()).empty());
}

TEST_F(memory_store_test, a_crash_loses_unsynced_settlements_and_their_deliveries_come_again) {
  publish("1");
  publish("2");
  auto epoch = open();
  const auto taken = take(epoch);
  ASSERT_EQ(taken.size(), 2u);
  store->settle(a, epoch, {conformance::delivered(taken[0])});
  EXPECT_EQ(store->unsynced(), 1u);
  store->step();
  EXPECT_EQ(store->unsynced(), 0u);
  store->settle(a, epoch, {conformance::delivered(taken[1])});
  store->save_owner_state(a, epoch, "lost");
  store->crash();
  EXPECT_EQ(store->unsynced(), 0u);
  const auto again = take(open());
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].event->id(), "2");
}

TEST_F(memory_store_test, a_failed_read_takes_nothing) {
  publish("1");
  const auto epoch = open();
  store->inject().fail_reads = 1;
  bool failed = false;
  store->fetch(a, epoch, {.count_max = 10, .bytes_max = 1u << 20},
               [&](const auto& fetched) { failed = !fetched; });
  store->run();
  EXPECT_TRUE(failed);
  EXPECT_EQ(take(epoch).size(), 1u);
}

TEST_F(memory_store_test, settling_what_was_not_taken_ends_the_process) {
  publish("1");
  const auto epoch = open();
  const auto taken = take(epoch);
  store->settle(a, epoch, {conformance::delivered(taken[0])});
  EXPECT_DEATH(store->settle(a, epoch, {conformance::delivered(taken[0])}), "invariant broken");
}

}  // namespace
}  // namespace airtrain
