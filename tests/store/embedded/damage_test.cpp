// What happens to the files: power cuts, damage, other processes.

#include <sys/wait.h>
#include <unistd.h>

#include <csignal>
#include <fstream>
#include <functional>

#include "store/embedded/block_index.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/log_index.hpp"
#include "store/embedded_store.hpp"
#include "tests/store/embedded/driver.hpp"

namespace airtrain::embedded::tests {
namespace {

using ::testing::HasSubstr;

/// The write-ahead log that was written last and holds something.
std::filesystem::path newest_wal(const std::filesystem::path& database) {
  std::filesystem::path newest;
  for (const auto& entry : std::filesystem::directory_iterator{database})
    if (entry.path().extension() == ".log" && entry.file_size() > 0 && entry.path() > newest)
      newest = entry.path();
  return newest;
}

void flip_bit(const std::filesystem::path& path, std::uint64_t at) {
  std::fstream file{path, std::ios::in | std::ios::out | std::ios::binary};
  file.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(file.get() ^ 0x10);
  file.seekp(static_cast<std::streamoff>(at));
  file.put(byte);
}

/// A store whose process was cut off, with what was synced until then.
struct cut_off {
  temporary_directory directory;
  connector_id to = 0;

  explicit cut_off(int events = 20) {
    driver from;
    EXPECT_EQ(from.start().code, store_error_code::none);
    to = from.connector("a");
    for (int i = 0; i < events; ++i) from.publish_many(to, i, 1, 500);
    from.flush();
    from.store().note_durable();
    from.files.copy_synced(from.directory(), directory.path());
  }
};

}  // namespace

TEST(embedded_store, what_was_answered_survives_a_power_cut_at_that_moment) {
  driver from;
  ASSERT_EQ(from.start().code, store_error_code::none);
  const auto a = from.connector("a");
  temporary_directory survived;
  std::promise<void> answered;
  publish_request request;
  request.items.push_back({sealed("1", from.now_ms), {{.connector = a}}});
  // Inside the completion: not a moment later than the producer could know.
  from.store().publish({std::move(request)}, [&](auto) {
    from.files.copy_synced(from.directory(), survived.path());
    answered.set_value();
  });
  answered.get_future().get();

  driver after{survived.path()};
  const auto error = after.start();
  ASSERT_EQ(error.code, store_error_code::none) << error.message;
  EXPECT_EQ(after.fresh(a, after.open(a)).size(), 1u);
}

TEST(embedded_store, a_torn_tail_of_the_log_is_taken_without_what_was_never_answered) {
  cut_off store;
  const auto wal = newest_wal(store.directory.path() / "log");
  {
    // A power cut in the middle of the next write leaves half a record.
    std::ofstream file{wal, std::ios::app | std::ios::binary};
    file << std::string("\x12\x34\x56\x78\x00\x70\x01half a record", 20);
  }
  driver after{store.directory.path()};
  const auto error = after.start();
  ASSERT_EQ(error.code, store_error_code::none) << error.message;
  EXPECT_EQ(after.fresh(store.to, after.open(store.to)).size(), 20u);
}

TEST(embedded_store, a_flipped_bit_in_the_log_is_refused_and_the_file_named) {
  cut_off store;
  const auto wal = newest_wal(store.directory.path() / "log");
  flip_bit(wal, std::filesystem::file_size(wal) / 2);
  driver after{store.directory.path()};
  const auto error = after.start();
  EXPECT_EQ(error.code, store_error_code::damaged);
  EXPECT_THAT(error.message, HasSubstr(wal.filename().string()));
  EXPECT_THAT(error.message, HasSubstr("airtrain recover"));
}

TEST(embedded_store, a_table_that_is_damaged_within_is_found_by_the_check_before_anyone_reads_it) {
  temporary_directory directory;
  {
    driver before{directory.path()};
    ASSERT_EQ(before.start().code, store_error_code::none);
    before.publish_many(before.connector("a"), 0, 200, 4000);
  }
  driver store{directory.path()};
  ASSERT_EQ(store.start().code, store_error_code::none);  // moves the log to a table
  store.store().check_files();
  EXPECT_EQ(store.store().health().damaged_files, 0u);

  std::filesystem::path largest;
  for (const auto& entry : std::filesystem::directory_iterator{store.database()})
    if (entry.path().extension() == ".sst" &&
        (largest.empty() || entry.file_size() > std::filesystem::file_size(largest)))
      largest = entry.path();
  flip_bit(largest, std::filesystem::file_size(largest) / 2);
  store.store().check_files();
  const auto health = store.store().health();
  ASSERT_EQ(health.damaged.size(), 1u);
  EXPECT_THAT(health.damaged[0], HasSubstr(largest.filename().string()));
  EXPECT_EQ(store.store().figures().damaged_files, 1u);
  EXPECT_TRUE(health.accepting);

  flip_bit(largest, std::filesystem::file_size(largest) / 2);
  store.store().check_files();
  EXPECT_EQ(store.store().health().damaged_files, 0u);
}

TEST(embedded_store, a_folder_without_a_store_is_not_taken_for_one_in_use) {
  temporary_directory empty;
  store_settings settings;
  settings.data_dir = empty.path();
  const auto report = recover_embedded_store(settings, false);
  ASSERT_FALSE(report);
  EXPECT_EQ(report.error().code, store_error_code::not_found);
  EXPECT_THAT(report.error().message, HasSubstr("there is no store"));
}

TEST(embedded_store, a_new_data_folder_is_its_owners_alone) {
  temporary_directory parent;
  driver store{parent.path() / "data"};
  ASSERT_EQ(store.start().code, store_error_code::none);
  EXPECT_EQ(std::filesystem::status(parent.path() / "data").permissions(),
            std::filesystem::perms::owner_all);
}

TEST(embedded_store, a_log_that_lost_its_end_is_refused_by_the_high_water_file) {
  cut_off store;
  const auto wal = newest_wal(store.directory.path() / "log");
  std::filesystem::resize_file(wal, std::filesystem::file_size(wal) / 2);
  driver after{store.directory.path()};
  const auto error = after.start();
  EXPECT_EQ(error.code, store_error_code::damaged);
  EXPECT_THAT(error.message, HasSubstr("acknowledged events are missing"));
  EXPECT_THAT(error.message, HasSubstr("high-water"));
}

/// A store whose newest log holds only what became of the events of older files.
struct cut_off_after_settling {
  temporary_directory directory;

  explicit cut_off_after_settling(const std::function<void(driver&, connector_id)>& act) {
    driver from;
    EXPECT_EQ(from.start().code, store_error_code::none);
    auto to = from.connector("a");
    from.publish_many(to, 0, 20);
    from.stop();
    EXPECT_EQ(from.start().code, store_error_code::none);  // which moves the log to the tables
    to = from.connector("a");
    act(from, to);
    from.store().note_durable();
    from.files.copy_synced(from.directory(), directory.path());
  }
  store_error lose_newest_log() {
    std::filesystem::remove(newest_wal(directory.path() / "log"));
    return driver{directory.path()}.start();
  }
};

void deliver_all(driver& store, connector_id to) {
  const auto epoch = store.open(to);
  std::vector<settlement> ends;
  for (const auto& one : store.fresh(to, epoch))
    ends.push_back(settled(one, settlement::kind::delivered));
  store.settle(to, epoch, std::move(ends));
  store.flush();
}

void discard_one(driver& store, connector_id to) {
  change_options discard;
  discard.what = delivery_change::discard;
  const auto done = await<result<bulk_result, store_error>>([&](auto then) {
    store.store().change_deliveries({{.connector = to, .key = {.seq = 3, .part = 0}}}, discard,
                                    then);
  });
  ASSERT_TRUE(done) << done.error().message;
  ASSERT_EQ(done->done, 1u);
}

TEST(embedded_store, a_log_that_lost_settlements_only_is_refused_by_the_high_water_file) {
  cut_off_after_settling store{deliver_all};
  const auto error = store.lose_newest_log();
  EXPECT_EQ(error.code, store_error_code::damaged);
  EXPECT_THAT(error.message, HasSubstr("settlements and operators' changes are missing"));
  EXPECT_THAT(error.message, HasSubstr("high-water"));
  EXPECT_THAT(error.message, HasSubstr("airtrain recover"));
}

TEST(embedded_store, a_log_that_lost_an_operators_change_only_is_refused) {
  cut_off_after_settling store{discard_one};
  EXPECT_THAT(store.lose_newest_log().message, HasSubstr("operators' changes are missing"));
}

TEST(embedded_store, numbers_that_a_failed_commit_used_up_are_not_missed_at_the_next_start) {
  driver store;
  ASSERT_EQ(store.start().code, store_error_code::none);
  const auto to = store.connector("a");
  store.publish_many(to, 0, 1);
  store.files.fail_next_sync(false);
  EXPECT_THROW(store.publish_many(to, 1, 5), std::runtime_error);
  while (!store.store().health().accepting) std::this_thread::yield();
  deliver_all(store, to);
  store.stop();
  const auto error = store.start();
  EXPECT_EQ(error.code, store_error_code::none) << error.message;
}

TEST(recover_embedded_store, takes_a_log_without_its_last_settlements_when_told_to) {
  cut_off_after_settling store{deliver_all};
  ASSERT_EQ(store.lose_newest_log().code, store_error_code::damaged);
  store_settings settings;
  settings.data_dir = store.directory.path();
  const auto wet = recover_embedded_store(settings, true);
  ASSERT_TRUE(wet) << wet.error().message;
  EXPECT_FALSE(wet->sound);
  driver after{store.directory.path()};
  ASSERT_EQ(after.start().code, store_error_code::none);
  const auto to = after.connector("a");
  EXPECT_EQ(after.fresh(to, after.open(to)).size(), 20u) << "what was settled comes again";
}

TEST(embedded_store, a_deleted_log_is_refused) {
  cut_off store;
  std::filesystem::remove(newest_wal(store.directory.path() / "log"));
  driver after{store.directory.path()};
  EXPECT_EQ(after.start().code, store_error_code::damaged);

  std::filesystem::remove_all(store.directory.path() / "log");
  const auto error = after.start();
  EXPECT_EQ(error.code, store_error_code::damaged);
  EXPECT_THAT(error.message, HasSubstr("high-water"));
}

TEST(embedded_store, a_second_process_is_refused_and_told_why) {
  // Forked first: a lock is known within a process even without the file system.
  temporary_directory directory;
  int opened[2];
  ASSERT_EQ(::pipe(opened), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    char byte = 0;
    if (::read(opened[0], &byte, 1) != 1) ::_exit(2);
    driver second{directory.path()};
    const auto error = second.start();
    const bool told = error.message.find("in use by another process") != std::string::npos;
    ::_exit(told ? 0 : 1);
  }
  driver first{directory.path()};
  ASSERT_EQ(first.start().code, store_error_code::none);
  ASSERT_EQ(::write(opened[1], "x", 1), 1);
  int status = 0;
  ::waitpid(child, &status, 0);
  EXPECT_EQ(status, 0);
}

TEST(embedded_store, what_was_answered_survives_kill_9) {
  temporary_directory directory;
  int answers[2];
  ASSERT_EQ(::pipe(answers), 0);
  const auto child = ::fork();
  ASSERT_GE(child, 0);
  if (child == 0) {
    driver store{directory.path()};
    if (store.start().code != store_error_code::none) ::_exit(1);
    const auto a = store.connector("a");
    for (int i = 0;; ++i) {
      store.publish_many(a, i, 1);
      const char byte = 1;
      if (::write(answers[1], &byte, 1) != 1) ::_exit(1);
    }
  }
  ::close(answers[1]);
  char byte = 0;
  std::size_t answered = 0;
  while (answered < 50 && ::read(answers[0], &byte, 1) == 1) ++answered;
  ::kill(child, SIGKILL);
  ::waitpid(child, nullptr, 0);
  while (::read(answers[0], &byte, 1) == 1) ++answered;
  ::close(answers[0]);

  driver after{directory.path()};
  const auto error = after.start();
  ASSERT_EQ(error.code, store_error_code::none) << error.message;
  const auto a = after.connector("a");
  EXPECT_GE(after.fresh(a, after.open(a)).size(), answered);
}

TEST(recover_embedded_store, finds_nothing_wrong_with_a_sound_store_and_changes_nothing) {
  cut_off store;
  store_settings settings;
  settings.data_dir = store.directory.path();
  const auto report = recover_embedded_store(settings, false);
  ASSERT_TRUE(report) << report.error().message;
  EXPECT_TRUE(report->sound);
  EXPECT_THAT(report->findings, ::testing::IsEmpty());
}

TEST(recover_embedded_store, names_a_flipped_bit_and_takes_what_comes_before_it_when_told_to) {
  cut_off store;
  const auto wal = newest_wal(store.directory.path() / "log");
  flip_bit(wal, std::filesystem::file_size(wal) / 2);
  store_settings settings;
  settings.data_dir = store.directory.path();

  const auto dry = recover_embedded_store(settings, false);
  ASSERT_TRUE(dry) << dry.error().message;
  EXPECT_FALSE(dry->sound);
  EXPECT_THAT(dry->findings.at(0), HasSubstr(wal.filename().string()));
  driver refused{store.directory.path()};
  EXPECT_NE(refused.start().code, store_error_code::none) << "a dry run has changed something";

  const auto wet = recover_embedded_store(settings, true);
  ASSERT_TRUE(wet) << wet.error().message;
  EXPECT_THAT(wet->findings.back(), HasSubstr("acknowledged events are missing"));
  driver after{store.directory.path()};
  const auto error = after.start();
  ASSERT_EQ(error.code, store_error_code::none) << error.message;
  const auto left = after.fresh(store.to, after.open(store.to)).size();
  EXPECT_GT(left, 0u);
  EXPECT_LT(left, 20u);
}

TEST(recover_embedded_store, rebuilds_a_wrong_index_and_drops_what_lost_its_event) {
  temporary_directory directory;
  {
    driver store{directory.path()};
    ASSERT_EQ(store.start().code, store_error_code::none);
    const auto a = store.connector("a");
    store.publish_many(a, 0, 5000);
    const auto epoch = store.open(a);
    const auto taken = store.fresh(a, epoch, 1);
    store.settle(a, epoch, {settled(taken[0], settlement::kind::dead)});
    store.flush();
  }
  driver broken{directory.path()};
  {
    const auto db = database::open(broken.settings, nullptr);
    ASSERT_TRUE(db);
    block_index_builder wrong;
    ASSERT_EQ((*db)
                  ->write({{family::rix, block_key(0), wrong.encode()},
                           {family::ev, event_key(1), std::nullopt}},
                          true)
                  .code,
              store_error_code::none);
  }
  const auto dry = recover_embedded_store(broken.settings, false);
  ASSERT_TRUE(dry);
  EXPECT_EQ(dry->findings.size(), 2u);
  const auto wet = recover_embedded_store(broken.settings, true);
  ASSERT_TRUE(wet);
  EXPECT_EQ(wet->repairs.size(), 2u);
  const auto again = recover_embedded_store(broken.settings, false);
  EXPECT_TRUE(again->sound) << again->findings.at(0);
}

}  // namespace airtrain::embedded::tests
