// What waits behind a stopped lane: however much it is, it rests on the disk.

#include <malloc.h>

#include <cstdlib>
#include <string_view>

#include "store/embedded/key_list.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded_store.hpp"
#include "tests/store/embedded/driver.hpp"

namespace airtrain::embedded::tests {
namespace {

constexpr lane_id lane = 7;

class stopped_lane : public ::testing::Test {
 protected:
  stopped_lane() {
    store.settings.open_max = 256;
    start();
    a = store.connector("a");
    epoch = store.open(a);
  }
  void start() {
    const auto error = store.start();
    ASSERT_EQ(error.code, store_error_code::none) << error.message;
  }

  void publish(int first, int count) {
    publish_request request;
    for (int i = first; i < first + count; ++i)
      request.items.push_back(
          {sealed(std::to_string(i), store.now_ms), {{.connector = a, .lane = lane}}});
    ASSERT_EQ(store.publish({std::move(request)}).at(0).error.code, store_error_code::none);
  }
  /// Event 0 stops the lane.
  void stop_lane() {
    publish(0, 1);
    auto end = settled(store.fresh(a, epoch, 1).at(0), settlement::kind::dead);
    end.stops_lane = true;
    store.settle(a, epoch, {end});
  }
  /// Takes what is fresh and moves it aside, as the owner of a stopped lane does. How many.
  std::size_t move_aside(std::uint32_t count = 256) {
    const auto got = store.fetch(
        a, epoch, {.what = fetch_kind::fresh, .count_max = count, .bytes_max = 1u << 20});
    EXPECT_LE(got.deliveries.size(), store.settings.open_max);
    std::vector<settlement> all;
    for (const auto& one : got.deliveries) {
      all.push_back(settled(one, settlement::kind::aside));
      all.back().counted = false;
      all.back().history = {};
    }
    store.settle(a, epoch, std::move(all));
    return got.deliveries.size();
  }
  void park(int first, int count, int together) {
    for (int at = first; at < first + count; at += together) {
      publish(at, std::min(together, first + count - at));
      while (move_aside() > 0) {
      }
    }
  }
  fetch_result from_lane() {
    return store.fetch(
        a, epoch,
        {.what = fetch_kind::lane, .count_max = 256, .bytes_max = 1u << 20, .lane = lane});
  }
  /// All that waits in the lane comes in order, from event `first` on; each is delivered.
  void expect_drained(int first, int count) {
    int next = first;
    while (next < first + count) {
      const auto got = from_lane();
      ASSERT_FALSE(got.deliveries.empty()) << "at " << next;
      std::vector<settlement> ends;
      for (const auto& one : got.deliveries) {
        ASSERT_EQ(one.event->id(), std::to_string(next++));
        ends.push_back(settled(one, settlement::kind::delivered));
      }
      store.settle(a, epoch, std::move(ends));
    }
    EXPECT_TRUE(from_lane().deliveries.empty());
  }
  struct on_disk {
    std::size_t rows = 0;
    std::size_t deliveries = 0;
  };
  on_disk parked() {
    store.stop();
    const auto db = database::open(store.settings, nullptr).value();
    on_disk out;
    EXPECT_EQ(db->scan(family::park, "", std::string(24, '\xff'),
                       [&](auto, std::string_view value) {
                         ++out.rows;
                         out.deliveries += decode_key_list(value).value().size();
                         return true;
                       })
                  .code,
              store_error_code::none);
    return out;
  }

  driver store;
  connector_id a = 0;
  std::uint64_t epoch = 0;
};

TEST_F(stopped_lane, what_waits_behind_it_is_listed_page_by_page) {
  const int count = std::getenv("FAULTS") ? 60'000 : 3'500;
  stop_lane();
  park(1, count, 4000);
  delivery_query query;
  query.connector = a;
  query.page.limit = 1000;
  auto slowest = std::chrono::steady_clock::duration::zero();
  int next = 1;
  do {
    const auto asked = std::chrono::steady_clock::now();
    const auto page = await<result<airtrain::page<delivery_summary>, store_error>>([&](auto then) {
                        store.store().list_deliveries(query, then);
                      }).value();
    slowest = std::max(slowest, std::chrono::steady_clock::now() - asked);
    for (const auto& one : page.items) {
      ASSERT_EQ(one.event->id(), std::to_string(next++));
      ASSERT_EQ(one.delivery.state, delivery_state::waiting);
      ASSERT_EQ(one.delivery.why, reason::lane_stopped);
    }
    query.page.after = page.next;
  } while (!query.page.after.empty());
  EXPECT_EQ(next, count + 1);
  RecordProperty("slowest_page_us", static_cast<int>(slowest / std::chrono::microseconds{1}));
}

TEST_F(stopped_lane, what_waits_behind_it_comes_in_order_also_after_a_restart) {
  stop_lane();
  park(1, 5000, 500);
  EXPECT_EQ(store.store().counts(a)->backlog, 5000u);
  store.stop();
  start();
  epoch = store.open(a);
  park(5001, 100, 100);
  expect_drained(1, 5100);
  EXPECT_EQ(store.store().counts(a)->backlog, 0u);
  store.flush();
  EXPECT_EQ(parked().rows, 0u);
}

TEST_F(stopped_lane, what_trickles_in_does_not_make_a_row_each) {
  stop_lane();
  for (int i = 1; i <= 300; ++i) {
    publish(i, 1);
    ASSERT_EQ(move_aside(), 1u);
    store.flush();
  }
  const auto rests = parked();
  EXPECT_EQ(rests.deliveries, 300u);
  EXPECT_EQ(rests.rows, 1u);
  start();
  epoch = store.open(a);
  expect_drained(1, 300);
}

/// FAULTS=full: a million, which takes minutes.
TEST_F(stopped_lane, what_waits_behind_it_takes_no_memory_and_comes_in_order) {
  const auto* asked = std::getenv("FAULTS");
  const int waiting = asked && std::string_view{asked} == "full" ? 1'000'000 : 20'000;
  const auto heap_bytes = [] { return mallinfo2().uordblks; };
  // RocksDB's own, and of each that waits less than its key would take in any container.
  const auto growth_max = (1u << 20) + static_cast<std::size_t>(waiting) * 16;
  const auto before = heap_bytes();
  stop_lane();
  park(1, waiting, 1000);
  store.flush();
  store.stop();
  start();
  epoch = store.open(a);
  EXPECT_LT(heap_bytes(), before + growth_max);
  expect_drained(1, waiting);
}

}  // namespace
}  // namespace airtrain::embedded::tests
