// What is still needed of the log is copied out of it, so that it does not grow for ever.

#include <future>

#include "store/embedded/keys.hpp"
#include "store/embedded_store.hpp"
#include "tests/store/embedded/driver.hpp"

namespace airtrain::embedded::tests {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

constexpr lane_id lane = 7;

class evacuation_of_the_log : public ::testing::Test {
 protected:
  evacuation_of_the_log() {
    store.settings.open_max = 1u << 20;
    store.settings.tail_events_max = 64;
    start();
    busy = store.connector("busy");
    sparse = store.connector("sparse");
  }
  void start() {
    const auto error = store.start();
    ASSERT_EQ(error.code, store_error_code::none) << error.message;
  }
  void restart() {
    store.stop();
    start();
  }

  /// To "busy", and each `nth` in a lane of "sparse" too; "busy" gets all delivered. Ids are
  /// numbers from `first` on.
  void publish_and_deliver(int first, int count, int nth) {
    const auto epoch = store.open(busy);
    for (int at = first; at < first + count; at += 1000) {
      publish_request request;
      for (int i = at; i < std::min(at + 1000, first + count); ++i) {
        std::vector<route> routes{{.connector = busy}};
        if (i % nth == 0) routes.push_back({.connector = sparse, .lane = lane});
        request.items.push_back({sealed(std::to_string(i), store.now_ms), std::move(routes)});
      }
      ASSERT_EQ(store.publish({std::move(request)}).at(0).error.code, store_error_code::none);
    }
    settle_all(busy, epoch, store.fresh(busy, epoch));
    store.flush();
  }
  void settle_all(connector_id id, std::uint64_t epoch, const std::vector<delivery>& taken) {
    std::vector<settlement> ends;
    for (const auto& one : taken) ends.push_back(settled(one, settlement::kind::delivered));
    store.settle(id, epoch, std::move(ends));
  }
  void outlive() { store.now_ms += milliseconds{hours{24 * 8}}.count(); }
  void trim() { ASSERT_EQ(store.store().trim().code, store_error_code::none); }

  static void expect_each(const std::vector<delivery>& given, int count, int nth) {
    ASSERT_EQ(given.size(), static_cast<std::size_t>(count));
    for (int i = 0; i < count; ++i) {
      EXPECT_EQ(given[static_cast<std::size_t>(i)].event->id(), std::to_string(i * nth));
      EXPECT_EQ(given[static_cast<std::size_t>(i)].lane, lane);
    }
  }
  /// Copies on the disk of a stopped store.
  std::size_t copies() {
    store.stop();
    const auto db = database::open(store.settings, nullptr).value();
    std::size_t count = 0;
    EXPECT_EQ(db->scan(family::held, "", std::string(24, '\xff'),
                       [&](std::string_view key, auto) {
                         count += held_position_from(key)->is_payload;
                         return true;
                       })
                  .code,
              store_error_code::none);
    return count;
  }
  void expect_sound() {
    store.stop();
    const auto report = recover_embedded_store(store.settings, false);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->sound) << report->findings.at(0);
  }

  driver store;
  connector_id busy = 0;
  connector_id sparse = 0;
};

TEST_F(evacuation_of_the_log, what_was_copied_counts_with_its_bytes_also_after_a_restart) {
  publish_and_deliver(0, 9000, 10);
  const auto epoch = store.open(sparse);
  const auto taken = store.fresh(sparse, epoch, 400);
  for (std::size_t i = 0; i < 300; ++i)
    store.settle(sparse, epoch,
                 {settled(taken[i], i < 100   ? settlement::kind::dead
                                    : i < 200 ? settlement::kind::aside
                                              : settlement::kind::retry)});
  store.flush();
  const auto before = *store.store().counts(sparse);
  EXPECT_EQ(before.backlog, 800u);
  EXPECT_GT(before.backlog_bytes, 0u);
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 8192u);
  EXPECT_EQ(store.store().counts(sparse)->backlog_bytes, before.backlog_bytes);
  restart();
  EXPECT_EQ(store.store().counts(sparse)->backlog, before.backlog);
  EXPECT_EQ(store.store().counts(sparse)->backlog_bytes, before.backlog_bytes);
}

TEST_F(evacuation_of_the_log, a_dead_letter_of_a_full_backlog_is_copied_and_not_taken_for_fresh) {
  publish_and_deliver(0, 100, 10);
  store.store().limit_backlog(sparse, {.bytes_max = 1, .then = when_full::dead_letter});
  publish_and_deliver(100, 8900, 10);
  const auto waits = *store.store().counts(sparse);
  EXPECT_EQ(waits.backlog, 10u);
  EXPECT_EQ(waits.dead_letters, 890u);
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 8192u);
  restart();
  EXPECT_EQ(store.store().counts(sparse)->backlog, 10u);
  EXPECT_EQ(store.store().counts(sparse)->backlog_bytes, waits.backlog_bytes);
  EXPECT_EQ(store.store().counts(sparse)->dead_letters, 890u);
  const auto epoch = store.open(sparse);
  const auto given = store.fresh(sparse, epoch);
  expect_each(given, 10, 10);
  settle_all(sparse, epoch, given);
  store.flush();
  EXPECT_EQ(copies(), 810u) << "one for each dead letter below the edge";
  expect_sound();
}

TEST_F(evacuation_of_the_log, a_connector_that_nobody_opens_does_not_pin_it_and_loses_nothing) {
  publish_and_deliver(0, 9000, 10);
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 8192u);
  EXPECT_EQ(store.store().counts(sparse)->backlog, 900u);
  restart();
  EXPECT_EQ(store.store().counts(sparse)->backlog, 900u);
  publish_and_deliver(9000, 1000, 10);
  const auto epoch = store.open(sparse);
  const auto given = store.fresh(sparse, epoch);
  expect_each(given, 1000, 10);
  settle_all(sparse, epoch, given);
  store.flush();
  EXPECT_EQ(store.store().counts(sparse)->backlog, 0u);
  EXPECT_EQ(copies(), 0u) << "what is delivered takes its copy along";
  expect_sound();
}

TEST_F(evacuation_of_the_log, what_was_copied_comes_in_steps_and_before_what_is_in_the_log) {
  publish_and_deliver(0, 9000, 10);
  outlive();
  trim();
  auto epoch = store.open(sparse);
  auto given = store.fresh(sparse, epoch, 7);
  settle_all(sparse, epoch, given);
  store.flush();
  restart();
  EXPECT_EQ(store.store().counts(sparse)->backlog, 893u);
  epoch = store.open(sparse);
  while (given.size() < 900) {
    const auto more = store.fresh(sparse, epoch, 100);
    ASSERT_FALSE(more.empty());
    given.insert(given.end(), more.begin(), more.end());
  }
  expect_each(given, 900, 10);
}

TEST_F(evacuation_of_the_log, taken_parked_failed_and_dead_ones_are_copied_each) {
  auto epoch = store.open(sparse);
  publish_and_deliver(0, 9000, 100);
  const auto taken = store.fresh(sparse, epoch, 80);
  ASSERT_EQ(taken.size(), 80u);
  std::vector<settlement> some;
  for (std::size_t i = 20; i < 80; ++i) {
    some.push_back(settled(taken[i], i < 40   ? settlement::kind::retry
                                     : i < 60 ? settlement::kind::dead
                                              : settlement::kind::aside));
    if (i >= 60) some.back().history.attempts = 0;
    if (i >= 60) some.back().counted = false;
    some.back().due_ms = store.now_ms;
  }
  store.settle(sparse, epoch, some);
  store.flush();
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 8192u);
  expect_sound();
  start();
  epoch = store.open(sparse);
  EXPECT_EQ(store.fresh(sparse, epoch).size(), 30u) << "20 taken, 10 never";
  const auto get = [&](fetch_kind what) {
    return store
        .fetch(sparse, epoch,
               {.what = what,
                .count_max = 100,
                .bytes_max = 1u << 20,
                .now_ms = store.now_ms,
                .lane = lane})
        .deliveries.size();
  };
  EXPECT_EQ(get(fetch_kind::due), 20u);
  EXPECT_EQ(get(fetch_kind::lane), 20u);
  EXPECT_EQ(store.store().counts(sparse)->dead_letters, 20u);
}

TEST_F(evacuation_of_the_log, a_backlog_of_most_events_stays_where_it_is) {
  publish_and_deliver(0, 9000, 1);
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 0u);
  expect_each(store.fresh(sparse, store.open(sparse)), 9000, 1);
}

TEST_F(evacuation_of_the_log,
       a_backlog_of_most_events_stays_also_when_it_was_moved_aside_or_failed) {
  publish_and_deliver(0, 9000, 1);
  const auto epoch = store.open(sparse);
  std::vector<settlement> aside;
  for (const auto& one : store.fresh(sparse, epoch))
    aside.push_back(
        settled(one, one.key.seq % 2 == 0 ? settlement::kind::aside : settlement::kind::retry));
  store.settle(sparse, epoch, std::move(aside));
  store.flush();
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 0u);
}

TEST_F(evacuation_of_the_log, a_backlog_of_most_events_pins_it_only_until_as_much_has_followed) {
  publish_and_deliver(0, 4096, 1);
  publish_and_deliver(4096, 9000, 100'000);
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 12'288u);
  restart();
  expect_each(store.fresh(sparse, store.open(sparse)), 4096, 1);
}

TEST_F(evacuation_of_the_log, a_backlog_of_most_events_stays_also_behind_others_that_go) {
  publish_and_deliver(1, 8191, 100'000);
  publish_and_deliver(8192, 4200, 1);
  outlive();
  trim();
  EXPECT_EQ(store.store().edge(), 8192u);
  EXPECT_EQ(store.fresh(sparse, store.open(sparse)).size(), 4200u);
}

TEST_F(evacuation_of_the_log, too_large_a_log_is_cut_before_its_time) {
  publish_and_deliver(0, 9000, 10);
  trim();
  EXPECT_EQ(store.store().edge(), 0u) << "younger than retention.delivered";
  store.stop();
  store.settings.retention_max_bytes = 1;
  start();
  trim();
  EXPECT_GT(store.store().edge(), 0u);
  expect_each(store.fresh(sparse, store.open(sparse)), 900, 10);
}

TEST_F(evacuation_of_the_log, a_power_cut_in_the_middle_loses_nothing) {
  publish_and_deliver(0, 20'000, 3);
  outlive();
  std::vector<std::unique_ptr<temporary_directory>> cuts;
  auto trimmed = std::async(std::launch::async, [&] { return store.store().trim(); });
  do {
    cuts.push_back(std::make_unique<temporary_directory>());
    try {
      store.files.copy_synced(store.directory(), cuts.back()->path());
    } catch (const std::filesystem::filesystem_error&) {
      // A file went while it was copied: this is no moment of the disk.
      cuts.pop_back();
    }
  } while (cuts.size() < 8 && trimmed.wait_for(milliseconds{0}) != std::future_status::ready);
  EXPECT_EQ(trimmed.get().code, store_error_code::none);
  ASSERT_FALSE(cuts.empty());
  for (const auto& cut : cuts) {
    driver after{cut->path()};
    after.settings.open_max = 1u << 20;
    const auto report = recover_embedded_store(after.settings, false);
    ASSERT_TRUE(report) << report.error().message;
    EXPECT_TRUE(report->sound) << report->findings.at(0);
    const auto error = after.start();
    ASSERT_EQ(error.code, store_error_code::none) << error.message;
    EXPECT_EQ(after.store().counts(sparse)->backlog, 6667u);
    expect_each(after.fresh(sparse, after.open(sparse)), 6667, 3);
  }
}

TEST_F(evacuation_of_the_log, what_ends_meanwhile_leaves_no_copy) {
  publish_and_deliver(0, 20'000, 3);
  const auto epoch = store.open(sparse);
  const auto taken = store.fresh(sparse, epoch);
  ASSERT_EQ(taken.size(), 6667u);
  outlive();
  auto trimmed = std::async(std::launch::async, [&] { return store.store().trim(); });
  for (const auto& one : taken) settle_all(sparse, epoch, {one});
  EXPECT_EQ(trimmed.get().code, store_error_code::none);
  store.flush();
  EXPECT_EQ(copies(), 0u);
}

TEST_F(evacuation_of_the_log, a_failed_write_in_the_middle_loses_nothing) {
  for (const bool lands : {false, true}) {
    publish_and_deliver(lands ? 9000 : 0, 9000, 10);
    outlive();
    store.files.fail_next_sync(lands);
    EXPECT_NE(store.store().trim().code, store_error_code::none);
    while (!store.store().health().accepting) std::this_thread::yield();
  }
  trim();
  EXPECT_EQ(store.store().edge(), 16384u);
  expect_each(store.fresh(sparse, store.open(sparse)), 1800, 10);
  expect_sound();
}

TEST_F(evacuation_of_the_log, attempts_and_the_audit_have_an_end) {
  store.stop();
  store.settings.retention_attempts = hours{1};
  store.settings.audit_records_max = 10;
  start();
  publish_and_deliver(0, 9000, 10);
  for (int i = 0; i < 25; ++i) {
    audit_record record;
    record.at_ms = i + 1;
    record.action = std::to_string(i);
    const auto error =
        await<store_error>([&](auto then) { store.store().append_audit(record, then); });
    ASSERT_EQ(error.code, store_error_code::none);
  }
  const auto attempts = [&](const std::string& id) {
    const auto found = await<result<std::vector<event_detail>, store_error>>(
        [&](auto then) { store.store().event_details(id, std::nullopt, then); });
    return found.value().at(0).deliveries.at(0).attempts.size();
  };
  EXPECT_EQ(attempts("1"), 1u);
  store.now_ms += milliseconds{hours{2}}.count();
  trim();
  EXPECT_EQ(attempts("1"), 0u);
  EXPECT_EQ(attempts("8999"), 1u) << "of a block that is not complete";
  const auto audit = await<result<page<audit_record>, store_error>>(
      [&](auto then) { store.store().list_audit({}, then); });
  ASSERT_EQ(audit->items.size(), 10u);
  EXPECT_EQ(audit->items[0].action, "15");
}

TEST_F(evacuation_of_the_log, of_two_openings_at_the_same_time_the_later_epoch_stays) {
  shared_limits limits{.settings = store.settings};
  connector_log log{1, "a", limits, 1};
  log.open(2, [] {});
  log.open(1, [] {});
  EXPECT_TRUE(log.owned_by(2));
  EXPECT_FALSE(log.owned_by(1));
}

}  // namespace
}  // namespace airtrain::embedded::tests
