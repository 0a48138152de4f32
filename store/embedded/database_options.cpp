#include "store/embedded/database_options.hpp"

#include <rocksdb/filter_policy.h>
#include <rocksdb/slice_transform.h>
#include <rocksdb/table.h>
#include <rocksdb/write_buffer_manager.h>

#include "store/embedded/hashed_memtable.hpp"

namespace airtrain::embedded {
namespace {

// Few shards: with the default number a shard is smaller than one filter block, and a probe for a
// known id costs a disk read instead of microseconds.
constexpr int cache_shard_bits = 4;
constexpr double filter_bits_per_key = 10;
constexpr std::size_t write_buffer_bytes = 32u << 20;
constexpr std::uint64_t wal_bytes_max = 256u << 20;
constexpr double memtable_filter_share = 0.05;
constexpr std::size_t dd_write_buffer_bytes = 8u << 20;
constexpr std::size_t dd_prefix_bytes = 8;  // the time bucket and half of the id's hash
constexpr std::size_t dd_hash_buckets = 1u << 16;

bool probed_by_key(family f) {
  return f == family::dd || f == family::held;
}

rocksdb::BlockBasedTableOptions table_options(family f,
                                              const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::BlockBasedTableOptions out;
  out.block_cache = cache;
  out.block_size = 16u << 10;
  out.format_version = 5;
  out.cache_index_and_filter_blocks = true;
  out.pin_top_level_index_and_filter = true;
  out.index_type = rocksdb::BlockBasedTableOptions::kTwoLevelIndexSearch;
  if (probed_by_key(f)) {
    out.filter_policy.reset(rocksdb::NewBloomFilterPolicy(filter_bits_per_key));
    out.partition_filters = true;
    out.optimize_filters_for_memory = true;
  }
  return out;
}

}  // namespace

std::shared_ptr<rocksdb::Cache> make_cache(const store_settings& settings) {
  return rocksdb::NewLRUCache(settings.cache_bytes, cache_shard_bits);
}

rocksdb::DBOptions database_options(const store_settings& settings,
                                    const std::shared_ptr<rocksdb::Cache>& cache,
                                    rocksdb::Env* env) {
  rocksdb::DBOptions out;
  if (env) out.env = env;
  out.create_missing_column_families = true;
  out.paranoid_checks = true;
  // Takes a torn tail, refuses damage in the middle: "point in time" would silently drop all that
  // follows a flipped bit.
  out.wal_recovery_mode = rocksdb::WALRecoveryMode::kTolerateCorruptedTailRecords;
  // A log in the middle that is missing or short looks whole without it.
  out.track_and_verify_wals_in_manifest = true;
  out.max_total_wal_size = wal_bytes_max;
  out.write_buffer_manager =
      std::make_shared<rocksdb::WriteBufferManager>(settings.cache_bytes / 2, cache);
  out.bytes_per_sync = 1u << 20;
  out.avoid_unnecessary_blocking_io = true;
  // There is one writer; and the memtable of `dd` takes no other.
  out.allow_concurrent_memtable_write = false;
  // All families reach their files together: one alone could know of a commit that the others lose
  // with a damaged log, and a delivery would be in neither place.
  out.atomic_flush = true;
  out.max_background_jobs = 2;
  out.max_open_files = 512;
  out.keep_log_file_num = 4;
  out.max_log_file_size = 4u << 20;
  out.stats_dump_period_sec = 0;
  return out;
}

rocksdb::ColumnFamilyOptions family_options(family f,
                                            const std::shared_ptr<rocksdb::Cache>& cache) {
  rocksdb::ColumnFamilyOptions out;
  out.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table_options(f, cache)));
  out.write_buffer_size = write_buffer_bytes;
  out.compression = rocksdb::kLZ4Compression;
  out.level_compaction_dynamic_level_bytes = true;
  if (f == family::dd) {
    // Sorted at once when it is flushed, which costs less for several small ones than for a large.
    out.write_buffer_size = dd_write_buffer_bytes;
    // Hashes don't compress, and almost every probe is for an id that is not there.
    out.compression = rocksdb::kNoCompression;
    out.memtable_whole_key_filtering = true;
    out.memtable_prefix_bloom_size_ratio = memtable_filter_share;
    // Hashes come in no order: a sorted memtable would walk its levels for each, at a cache miss a
    // level. Order is needed only when it is flushed.
    out.prefix_extractor.reset(rocksdb::NewFixedPrefixTransform(dd_prefix_bytes));
    out.memtable_factory = make_hashed_memtable_factory(dd_hash_buckets);
  }
  return out;
}

}  // namespace airtrain::embedded
