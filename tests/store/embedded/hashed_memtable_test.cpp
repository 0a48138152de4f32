#include "store/embedded/hashed_memtable.hpp"

#include <gtest/gtest.h>
#include <malloc.h>
#include <rocksdb/db.h>
#include <rocksdb/slice_transform.h>

#include <atomic>
#include <map>
#include <random>
#include <thread>
#include <vector>

#include "tests/store/embedded/temporary_directory.hpp"

namespace airtrain::embedded::tests {
namespace {

class hashed_memtable : public testing::Test {
 protected:
  static constexpr std::size_t prefix_bytes = 8;

  void SetUp() override {
    rocksdb::Options options;
    options.create_if_missing = true;
    options.allow_concurrent_memtable_write = false;
    options.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(prefix_bytes));
    options.memtable_factory = make_hashed_memtable_factory(16);
    rocksdb::DB* opened = nullptr;
    ASSERT_TRUE(rocksdb::DB::Open(options, folder_.path().string(), &opened).ok());
    db_.reset(opened);
  }

  /// Few prefixes, and keys with many zeros: what follows them decides the order.
  std::string random_key() {
    std::string key(prefix_bytes, '\0');
    key[prefix_bytes - 1] = static_cast<char>(random_() % 5);
    for (auto more = random_() % 12; more > 0; --more)
      key += static_cast<char>(random_() % 3 == 0 ? random_() : 0);
    return key;
  }
  void change_at_random() {
    const auto key = random_key();
    if (random_() % 4 == 0) {
      ASSERT_TRUE(db_->Delete({}, key).ok());
      expected_.erase(key);
    } else {
      expected_[key] = std::to_string(random_());
      ASSERT_TRUE(db_->Put({}, key, expected_[key]).ok());
    }
  }
  std::map<std::string, std::string> all(bool backwards) {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;
    const std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator(options)};
    std::vector<std::pair<std::string, std::string>> seen;
    if (backwards) {
      for (it->SeekToLast(); it->Valid(); it->Prev())
        seen.emplace(seen.begin(), it->key().ToString(), it->value().ToString());
    } else {
      for (it->SeekToFirst(); it->Valid(); it->Next())
        seen.emplace_back(it->key().ToString(), it->value().ToString());
    }
    EXPECT_TRUE(std::is_sorted(seen.begin(), seen.end()));
    return {seen.begin(), seen.end()};
  }
  void expect_all_there() {
    EXPECT_EQ(all(false), expected_);
    EXPECT_EQ(all(true), expected_);
    for (const auto& [key, value] : expected_) {
      std::string found;
      ASSERT_TRUE(db_->Get({}, key, &found).ok());
      EXPECT_EQ(found, value);
    }
    std::string none;
    EXPECT_TRUE(db_->Get({}, "no such key", &none).IsNotFound());
  }
  void expect_seeks_to_find() {
    rocksdb::ReadOptions options;
    options.total_order_seek = true;
    const std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator(options)};
    for (int i = 0; i < 200; ++i) {
      const auto key = random_key();
      it->Seek(key);
      const auto from = expected_.lower_bound(key);
      ASSERT_EQ(it->Valid(), from != expected_.end());
      if (it->Valid()) {
        EXPECT_EQ(it->key().ToString(), from->first);
      }
      it->SeekForPrev(key);
      const auto after = expected_.upper_bound(key);
      ASSERT_EQ(it->Valid(), after != expected_.begin());
      if (it->Valid()) {
        EXPECT_EQ(it->key().ToString(), std::prev(after)->first);
      }
    }
  }

  temporary_directory folder_;
  std::unique_ptr<rocksdb::DB> db_;
  std::map<std::string, std::string> expected_;
  std::mt19937 random_{7};
};

TEST_F(hashed_memtable, has_what_was_written_in_order_before_and_after_its_flush) {
  expect_all_there();
  for (int round = 0; round < 6; ++round) {
    for (int i = 0; i < 400; ++i) change_at_random();
    expect_all_there();
    expect_seeks_to_find();
    ASSERT_TRUE(db_->Flush({}).ok());
    expect_all_there();
    expect_seeks_to_find();
  }
}

TEST_F(hashed_memtable, readers_cost_it_no_memory_however_many_come) {
  change_at_random();
  all(false);
  // What it reports to RocksDB leaves its iterators out. (Zero under a sanitizer's allocator.)
  const auto before = mallinfo2().uordblks;
  for (int i = 0; i < 2000; ++i) all(false);
  EXPECT_LT(mallinfo2().uordblks, before + 20'000);
}

TEST_F(hashed_memtable, can_be_read_whole_while_it_is_written_to) {
  constexpr int keys = 20'000;
  std::atomic<int> written{0};
  std::thread writer([&] {
    for (int i = 0; i < keys; ++i) {
      std::string key(prefix_bytes, static_cast<char>(i % 7));
      ASSERT_TRUE(db_->Put({}, key + std::to_string(i), "").ok());
      written = i + 1;
    }
  });
  std::vector<std::thread> readers;
  for (int reader = 0; reader < 2; ++reader)
    readers.emplace_back([&] {
      for (int before = 0; before < keys;) {
        before = written;
        const auto seen = all(false).size();
        EXPECT_GE(seen, static_cast<std::size_t>(before));
      }
    });
  writer.join();
  for (auto& one : readers) one.join();
}

TEST_F(hashed_memtable, finds_the_keys_of_one_prefix) {
  for (int i = 0; i < 2000; ++i) change_at_random();
  const auto prefix = random_key().substr(0, prefix_bytes);
  const std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator({})};
  auto expected = expected_.lower_bound(prefix);
  for (it->Seek(prefix); it->Valid() && it->key().starts_with(prefix); it->Next(), ++expected)
    EXPECT_EQ(it->key().ToString(), expected->first);
  EXPECT_TRUE(expected == expected_.end() || !expected->first.starts_with(prefix));
}

}  // namespace
}  // namespace airtrain::embedded::tests
