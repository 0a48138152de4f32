// The log, its index and its retention, through a store with a real directory.

#include "store/embedded/keys.hpp"
#include "store/embedded/log_index.hpp"
#include "store/embedded_store.hpp"
#include "tests/store/embedded/restartable_store.hpp"

namespace airtrain::embedded::tests {
namespace {

using std::chrono::hours;
using std::chrono::milliseconds;

std::vector<settlement> all_settled(const std::vector<delivery>& taken, settlement::kind kind) {
  std::vector<settlement> out;
  for (const auto& one : taken) out.push_back(settled(one, kind));
  return out;
}

std::size_t rows(database& db, family f) {
  std::size_t count = 0;
  EXPECT_EQ(db.scan(f, "", std::string(24, '\xff'),
                    [&](auto, auto) {
                      ++count;
                      return true;
                    })
                .code,
            store_error_code::none);
  return count;
}

class embedded_log : public restartable_store {
 protected:
  std::shared_ptr<database> stopped() {
    store.stop();
    return database::open(store.settings, nullptr).value();
  }
};

TEST_F(embedded_log, a_connector_that_fell_behind_reads_the_log_until_it_reaches_the_tail_again) {
  store.settings.tail_events_max = 8;
  store.settings.open_max = 1u << 20;
  start();
  const auto epoch = store.open(a);
  store.fresh(a, epoch);
  store.publish_many(a, 0, 9000);
  const auto first = store.fresh(a, epoch, 3000);
  store.publish_many(a, 9000, 20);
  const auto rest = store.fresh(a, epoch);
  ASSERT_EQ(first.size() + rest.size(), 9020u);
  std::uint64_t before = 0;
  for (const auto* part : {&first, &rest})
    for (const auto& one : *part) {
      EXPECT_GT(one.key.seq, before);
      before = one.key.seq;
    }
  store.publish_many(a, 9020, 5);
  EXPECT_EQ(store.fresh(a, epoch).size(), 5u);
  EXPECT_EQ(store.store().counts(a)->backlog, 9025u);
}

TEST_F(embedded_log, a_backlog_is_counted_again_after_a_restart) {
  store.settings.open_max = 1u << 20;
  start();
  const auto b = store.connector("b");
  const auto epoch = store.open(a);
  store.publish_many(a, 0, 5000);
  store.publish_many(b, 5000, 4000);
  store.settle(a, epoch, all_settled(store.fresh(a, epoch, 4500), settlement::kind::delivered));
  restart();
  EXPECT_EQ(store.store().counts(a)->backlog, 500u);
  EXPECT_EQ(store.store().counts(b)->backlog, 4000u);
  EXPECT_EQ(store.fresh(a, store.open(a)).size(), 500u);
  EXPECT_EQ(store.fresh(b, store.open(b)).size(), 4000u);
}

TEST_F(embedded_log, every_index_row_equals_its_recomputation) {
  start();
  const auto b = store.connector("b");
  for (int i = 0; i < 10; ++i) {
    store.publish_many(a, i * 1000, 500);
    store.publish_many(b, i * 1000 + 500, 500);
  }
  const auto db = stopped();
  EXPECT_EQ(rows(*db, family::rix), 2u);
  for (std::uint64_t block = 0; block < 2; ++block)
    EXPECT_EQ(*db->get(family::rix, block_key(block)), index_block(*db, block)->encode());
}

TEST_F(embedded_log, a_missing_index_row_is_built_again_at_the_start) {
  store.settings.open_max = 1u << 20;
  start();
  store.publish_many(a, 0, 13'000);
  {
    const auto db = stopped();
    ASSERT_EQ(db->write({{family::rix, block_key(1), std::nullopt}}, true).code,
              store_error_code::none);
  }
  start();
  EXPECT_EQ(store.fresh(a, store.open(a)).size(), 13'000u);
  const auto db = stopped();
  EXPECT_EQ(*db->get(family::rix, block_key(1)), index_block(*db, 1)->encode());
}

TEST_F(embedded_log, no_more_than_open_max_are_taken_and_unsettled) {
  store.settings.open_max = 10;
  store.settings.tail_events_max = 4;
  start();
  const auto epoch = store.open(a);
  store.publish_many(a, 0, 30);
  std::vector<delivery> taken;
  for (int asked = 0; asked < 5; ++asked) {
    auto got =
        store.fetch(a, epoch, {.what = fetch_kind::fresh, .count_max = 100, .bytes_max = 1u << 20});
    EXPECT_TRUE(got.more);
    std::move(got.deliveries.begin(), got.deliveries.end(), std::back_inserter(taken));
  }
  EXPECT_EQ(taken.size(), 10u);
  store.settle(a, epoch, all_settled(taken, settlement::kind::delivered));
  const auto next =
      store.fetch(a, epoch, {.what = fetch_kind::fresh, .count_max = 3, .bytes_max = 1u << 20});
  EXPECT_EQ(next.deliveries.at(0).event->id(), "10");
}

TEST_F(embedded_log, deliveries_leave_no_rows_of_their_own) {
  start();
  const auto epoch = store.open(a);
  store.publish_many(a, 0, 1000);
  store.settle(a, epoch, all_settled(store.fresh(a, epoch), settlement::kind::delivered));
  store.flush();
  const auto db = stopped();
  EXPECT_EQ(rows(*db, family::held) + rows(*db, family::due) + rows(*db, family::park), 0u);
  EXPECT_LE(rows(*db, family::att), 2u);
  EXPECT_LE(rows(*db, family::cur), 1u);
}

TEST_F(embedded_log, a_dead_connector_adds_no_rows) {
  start();
  store.publish_many(a, 0, 3000);
  store.flush();
  const auto db = stopped();
  EXPECT_EQ(rows(*db, family::cur), 2u) << "the live row and its own";
  EXPECT_EQ(rows(*db, family::held) + rows(*db, family::park), 0u);
}

TEST_F(embedded_log, duplicates_are_known_over_a_restart_and_forgotten_after_the_window) {
  store.settings.dedupe_window = hours{1};
  start();
  const auto publish = [&] {
    publish_request request;
    request.items.push_back({sealed("1", store.now_ms), {}});
    return store.publish({request}).at(0).events.at(0).status;
  };
  EXPECT_EQ(publish(), publish_status::accepted);
  restart();
  store.now_ms += milliseconds{hours{1}}.count() - 1;
  EXPECT_EQ(publish(), publish_status::duplicate);
  store.now_ms += 1;
  EXPECT_EQ(publish(), publish_status::accepted);
}

TEST_F(embedded_log, retention_drops_what_was_delivered_and_keeps_what_is_held) {
  store.settings.open_max = 1u << 20;
  start();
  const auto epoch = store.open(a);
  store.publish_many(a, 0, 9000);
  auto taken = store.fresh(a, epoch);
  ASSERT_EQ(taken.size(), 9000u);
  auto ends = all_settled(taken, settlement::kind::delivered);
  ends[0].what = settlement::kind::dead;
  ends[1].what = settlement::kind::retry;
  ends[1].due_ms = store.now_ms;
  store.settle(a, epoch, ends);
  store.flush();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 0u) << "younger than retention.delivered";

  store.now_ms += milliseconds{hours{24 * 8}}.count();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 8192u);
  for (int restarted = 0; restarted < 2; ++restarted) {
    const auto letters = await<result<page<dead_letter>, store_error>>(
        [&](auto then) { store.store().list_dead_letters({}, then); });
    ASSERT_TRUE(letters) << letters.error().message;
    ASSERT_EQ(letters->items.size(), 1u);
    EXPECT_EQ(letters->items[0].event->id(), "0");
    restart();
  }
  const auto due = store.fetch(
      a, store.open(a),
      {.what = fetch_kind::due, .count_max = 10, .bytes_max = 1u << 20, .now_ms = store.now_ms});
  ASSERT_EQ(due.deliveries.size(), 1u);
  EXPECT_EQ(due.deliveries[0].event->id(), "1");
  const auto db = stopped();
  EXPECT_EQ(rows(*db, family::ev), 9001u - 8192u);
  EXPECT_EQ(rows(*db, family::rix), 0u);
}

TEST_F(embedded_log, nothing_is_purged_by_a_clock_that_cannot_be_believed) {
  store.settings.open_max = 1u << 20;
  store.settings.retention_dead_letters = hours{1};
  start();
  const auto epoch = store.open(a);
  store.publish_many(a, 0, 5000);
  auto ends = all_settled(store.fresh(a, epoch), settlement::kind::delivered);
  ends.back().what = settlement::kind::dead;
  store.settle(a, epoch, ends);
  store.flush();
  store.now_ms += milliseconds{hours{24 * 30}}.count();
  store.may_purge = false;
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 0u);
  EXPECT_EQ(store.store().counts(a)->dead_letters, 1u);
  store.may_purge = true;
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 4096u);
  EXPECT_EQ(store.store().counts(a)->dead_letters, 0u);
  EXPECT_EQ(store.store().figures().purged_dead_letters, 1u);
}

TEST_F(embedded_log, the_clocks_agree_until_one_is_set) {
  std::int64_t now_ms = 1'700'000'000'000;
  const auto clock = clock_beside_steady([&] { return now_ms; });
  EXPECT_TRUE(clock->believed());
  now_ms += 86'400'000;
  EXPECT_FALSE(clock->believed());
  now_ms -= 86'400'000;
  EXPECT_FALSE(clock->believed()) << "for an hour";
  EXPECT_GT(clock->doubt_left(), std::chrono::minutes{59});
}

TEST_F(embedded_log, a_clock_in_doubt_is_so_after_a_restart_too) {
  store.settings.open_max = 1u << 20;
  store.compare_clocks = true;
  start();
  const auto epoch = store.open(a);
  store.publish_many(a, 0, 5000);
  store.settle(a, epoch, all_settled(store.fresh(a, epoch), settlement::kind::delivered));
  store.flush();
  store.now_ms += milliseconds{hours{24 * 30}}.count();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 0u);
  restart();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 0u);
}

TEST_F(embedded_log, an_unsettled_delivery_keeps_its_event_however_old_and_does_not_pin_the_log) {
  store.settings.open_max = 1u << 20;
  start();
  const auto epoch = store.open(a);
  store.publish_many(a, 0, 9000);
  auto taken = store.fresh(a, epoch);
  auto ends = all_settled(taken, settlement::kind::delivered);
  ends.erase(ends.begin() + 5000);
  store.settle(a, epoch, ends);
  store.flush();
  store.now_ms += milliseconds{hours{24 * 30}}.count();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 8192u);
  restart();
  const auto again = store.fresh(a, store.open(a));
  ASSERT_EQ(again.size(), 1u);
  EXPECT_EQ(again[0].event->id(), "5000");
}

TEST_F(embedded_log, sequence_numbers_go_on_after_everything_was_dropped) {
  store.settings.open_max = 1u << 20;
  start();
  const auto last = store.publish_many(0 + a, 0, 8191);
  const auto epoch = store.open(a);
  store.settle(a, epoch, all_settled(store.fresh(a, epoch), settlement::kind::delivered));
  store.flush();
  store.now_ms += milliseconds{hours{24 * 30}}.count();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().edge(), 8192u);
  restart();
  EXPECT_EQ(store.publish_many(a, 10'000, 1), last + 1);
  store.stop();
  const auto report = recover_embedded_store(store.settings, false);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->sound) << report->findings.at(0);
}

TEST_F(embedded_log, old_buckets_of_ids_go_with_the_last_of_their_events) {
  store.settings.dedupe_window = hours{1};
  store.settings.retention_delivered = hours{1};
  store.settings.open_max = 1u << 20;
  start();
  store.publish_many(a, 0, 5000);
  const auto epoch = store.open(a);
  store.settle(a, epoch, all_settled(store.fresh(a, epoch), settlement::kind::delivered));
  store.now_ms += milliseconds{hours{5}}.count();
  publish_request request;
  for (int i = 0; i < 4000; ++i)
    request.items.push_back({sealed("later" + std::to_string(i), store.now_ms), {}});
  store.publish({request});
  store.now_ms += milliseconds{hours{2}}.count();
  store.flush();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  const auto db = stopped();
  EXPECT_EQ(rows(*db, family::dd), 4000u);
}

TEST_F(embedded_log, purged_dead_letters_are_gone_but_for_those_that_stop_a_lane) {
  store.settings.retention_dead_letters = hours{1};
  start();
  const auto epoch = store.open(a);
  publish_request request;
  request.items.push_back({sealed("1", store.now_ms), {{.connector = a, .lane = 5}}});
  request.items.push_back({sealed("2", store.now_ms), {{.connector = a}}});
  store.publish({request});
  auto ends = all_settled(store.fresh(a, epoch), settlement::kind::dead);
  ends[0].stops_lane = true;
  store.settle(a, epoch, ends);
  store.flush();
  store.now_ms += milliseconds{hours{2}}.count();
  ASSERT_EQ(store.store().trim().code, store_error_code::none);
  EXPECT_EQ(store.store().counts(a)->dead_letters, 1u);
  EXPECT_EQ(store.store().counts(a)->lanes_stopped, 1u);
}

}  // namespace
}  // namespace airtrain::embedded::tests
