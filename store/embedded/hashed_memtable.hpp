#pragma once

#include <rocksdb/memtablerep.h>

#include <memory>

namespace airtrain::embedded {

/// RocksDB's memtable of hashed lists, for keys that come in no order, but sorted by one sort when
/// it is flushed: RocksDB's own inserts its keys into a skip list one by one, which at a full load
/// took a sixth of the CPU time. Needs a prefix extractor, one writer, and the bytewise order.
///
/// `buckets`: of the hash table; one for every few keys.
std::shared_ptr<rocksdb::MemTableRepFactory> make_hashed_memtable_factory(std::size_t buckets);

}  // namespace airtrain::embedded
