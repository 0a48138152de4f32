#include <thread>

#include "tests/store/embedded/restartable_store.hpp"

// What a failed commit had moved between the live row and rows of their own.

namespace airtrain::embedded::tests {
namespace {

class failed_commit : public restartable_store, public ::testing::WithParamInterface<bool> {
 protected:
  failed_commit() {
    store.settings.tail_events_max = 4;
    // Nothing is written but what the test flushes.
    store.settings.settle_interval = std::chrono::hours{1};
    start();
  }
  void fail_a_flush() {
    store.files.fail_next_sync(GetParam());
    EXPECT_THROW(store.flush(), std::runtime_error);
    while (!store.store().health().accepting) std::this_thread::yield();
  }

  void deliver_all(std::uint64_t epoch) {
    std::vector<settlement> ends;
    for (const auto& one : store.fresh(a, epoch))
      ends.push_back(settled(one, settlement::kind::delivered));
    store.settle(a, epoch, std::move(ends));
  }
};

TEST_P(failed_commit,
       that_brought_a_connector_back_to_the_live_row_loses_nothing_that_comes_later) {
  const auto epoch = store.open(a);
  store.fresh(a, epoch);
  store.publish_many(a, 0, 10);
  store.flush();  // behind: a row of its own
  deliver_all(epoch);
  fail_a_flush();  // at the tail again

  store.publish_many(a, 100, 10);
  store.flush();
  restart();
  EXPECT_EQ(store.store().counts(a)->backlog, 10u);
  EXPECT_EQ(store.fresh(a, store.open(a)).size(), 10u);
}

TEST_P(failed_commit, that_gave_a_connector_a_row_of_its_own_leaves_no_stale_one) {
  const auto epoch = store.open(a);
  store.fresh(a, epoch);
  store.flush();  // at the tail: in the live row
  store.publish_many(a, 0, 10);
  fail_a_flush();  // behind: a row of its own

  deliver_all(epoch);
  store.flush();
  restart();
  EXPECT_EQ(store.store().counts(a)->backlog, 0u);
}

INSTANTIATE_TEST_SUITE_P(landed_or_not, failed_commit, ::testing::Bool(),
                         [](const auto& run) { return run.param ? "landed" : "lost"; });

}  // namespace
}  // namespace airtrain::embedded::tests
