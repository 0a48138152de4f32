#include "store/embedded/hashed_memtable.hpp"

#include <algorithm>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <list>
#include <mutex>
#include <new>
#include <vector>

#include "messages/invariant.hpp"

namespace airtrain::embedded {
namespace {

using rocksdb::MemTableRep;
using rocksdb::Slice;

/// An entry of a memtable with the beginning of its key, so that most comparisons touch nothing
/// else.
struct sortable {
  std::array<std::uint64_t, 2> beginning;
  const char* entry;
};

constexpr std::size_t trailer_bytes = 8;  // behind the user's key: sequence number and type

std::uint64_t big_endian_at(const Slice& key, std::size_t offset, std::size_t size) {
  std::uint64_t out = 0;
  for (std::size_t i = offset; i < offset + 8; ++i)
    out = out << 8 | (i < size ? static_cast<std::uint8_t>(key[i]) : 0u);
  return out;
}

sortable sortable_from(const char* entry, const MemTableRep::KeyComparator& order) {
  const Slice key = order.decode_key(entry);
  const auto size = key.size() - trailer_bytes;
  return {{big_endian_at(key, 0, size), big_endian_at(key, 8, size)}, entry};
}

/// Entries in order, as they were at one moment.
using sorted_entries = std::shared_ptr<const std::vector<const char*>>;

sorted_entries sorted(const std::vector<const char*>& entries,
                      const MemTableRep::KeyComparator& order) {
  std::vector<sortable> all;
  all.reserve(entries.size());
  for (const auto* entry : entries) all.push_back(sortable_from(entry, order));
  std::sort(all.begin(), all.end(), [&](const sortable& a, const sortable& b) {
    return a.beginning != b.beginning ? a.beginning < b.beginning : order(a.entry, b.entry) < 0;
  });
  auto out = std::make_shared<std::vector<const char*>>();
  out->reserve(all.size());
  for (const auto& one : all) out->push_back(one.entry);
  return out;
}

/// Says that a place is free again. The first base of what lives there, and so destroyed last: only
/// then may something else be made there.
class occupant {
 public:
  explicit occupant(std::atomic<bool>* occupied) : occupied_(occupied) {}
  ~occupant() {
    if (occupied_ != nullptr) occupied_->store(false, std::memory_order_release);
  }
  occupant(const occupant&) = delete;

 private:
  std::atomic<bool>* const occupied_;  ///< null: it lives on the heap
};

class sorted_iterator final : private occupant, public MemTableRep::Iterator {
 public:
  sorted_iterator(sorted_entries entries, const MemTableRep::KeyComparator& order,
                  std::atomic<bool>* occupied = nullptr)
      : occupant(occupied), entries_(std::move(entries)), order_(order), at_(entries_->size()) {}

  bool Valid() const override { return at_ < entries_->size(); }
  const char* key() const override { return (*entries_)[at_]; }
  void Next() override { ++at_; }
  void Prev() override { at_ = at_ == 0 ? entries_->size() : at_ - 1; }
  void Seek(const Slice& internal_key, const char*) override {
    const auto found =
        std::partition_point(entries_->begin(), entries_->end(),
                             [&](const char* entry) { return order_(entry, internal_key) < 0; });
    at_ = static_cast<std::size_t>(found - entries_->begin());
  }
  void SeekForPrev(const Slice& internal_key, const char* memtable_key) override {
    Seek(internal_key, memtable_key);
    if (Valid() && order_(key(), internal_key) == 0) return;
    if (at_ == 0)
      at_ = entries_->size();
    else
      --at_;
  }
  void SeekToFirst() override { at_ = 0; }
  void SeekToLast() override { at_ = entries_->empty() ? 0 : entries_->size() - 1; }

 private:
  const sorted_entries entries_;
  const MemTableRep::KeyComparator& order_;
  std::size_t at_;  ///< the number of entries: nowhere
};

class hashed_memtable final : public MemTableRep {
 public:
  hashed_memtable(std::unique_ptr<MemTableRep> hashed, const KeyComparator& order,
                  rocksdb::Allocator* allocator)
      : MemTableRep(allocator), hashed_(std::move(hashed)), order_(order) {}

  rocksdb::KeyHandle Allocate(const size_t bytes, char** entry) override {
    const auto handle = hashed_->Allocate(bytes, entry);
    allocated_ = {handle, *entry};
    return handle;
  }
  void Insert(rocksdb::KeyHandle handle) override {
    AIRTRAIN_INVARIANT(handle == allocated_.handle);
    hashed_->Insert(handle);
    const std::lock_guard lock{mutex_};
    entries_.push_back(allocated_.entry);
  }
  bool Contains(const char* key) const override { return hashed_->Contains(key); }
  void Get(const rocksdb::LookupKey& key, void* argument,
           bool (*callback)(void* argument, const char* entry)) override {
    hashed_->Get(key, argument, callback);
  }
  void MarkReadOnly() override { hashed_->MarkReadOnly(); }
  void MarkFlushed() override { hashed_->MarkFlushed(); }
  /// Without the iterators: RocksDB asserts that it is the same when the table is dropped as when
  /// it was made read-only.
  size_t ApproximateMemoryUsage() override {
    const std::lock_guard lock{mutex_};
    return hashed_->ApproximateMemoryUsage() + entries_.capacity() * sizeof(const char*);
  }
  Iterator* GetDynamicPrefixIterator(rocksdb::Arena* arena) override {
    return hashed_->GetDynamicPrefixIterator(arena);
  }

  Iterator* GetIterator(rocksdb::Arena* arena) override {
    auto entries = sorted(entries_now(), order_);
    if (arena == nullptr) return new sorted_iterator(std::move(entries), order_);
    // Who passes an arena only destroys the iterator: its place stays ours.
    auto& home = free_place();
    return new (&home.bytes) sorted_iterator(std::move(entries), order_, &home.occupied);
  }

 private:
  struct place {
    alignas(sorted_iterator) std::array<std::byte, sizeof(sorted_iterator)> bytes;
    std::atomic<bool> occupied{true};
  };

  /// Sorted they are outside the lock, which the writer takes for every entry.
  std::vector<const char*> entries_now() {
    const std::lock_guard lock{mutex_};
    return entries_;
  }
  /// As many as there were iterators at once: readers may come for as long as nothing is flushed.
  place& free_place() {
    const std::lock_guard lock{mutex_};
    for (auto& one : places_)
      if (!one.occupied.exchange(true, std::memory_order_acquire)) return one;
    return places_.emplace_back();
  }

  struct allocation {
    rocksdb::KeyHandle handle = nullptr;
    const char* entry = nullptr;
  };

  const std::unique_ptr<MemTableRep> hashed_;
  const KeyComparator& order_;
  allocation allocated_;  ///< the writer's, between `Allocate` and `Insert`
  std::mutex mutex_;      ///< guards all below
  std::vector<const char*> entries_;
  std::list<place> places_;  ///< of iterators
};

class hashed_memtable_factory final : public rocksdb::MemTableRepFactory {
 public:
  explicit hashed_memtable_factory(std::size_t buckets)
      : hashed_(rocksdb::NewHashLinkListRepFactory(buckets)) {}

  const char* Name() const override { return "airtrain.hashed_memtable"; }
  using MemTableRepFactory::CreateMemTableRep;
  MemTableRep* CreateMemTableRep(const MemTableRep::KeyComparator& order,
                                 rocksdb::Allocator* allocator,
                                 const rocksdb::SliceTransform* prefix,
                                 rocksdb::Logger* log) override {
    std::unique_ptr<MemTableRep> hashed{hashed_->CreateMemTableRep(order, allocator, prefix, log)};
    return new hashed_memtable(std::move(hashed), order, allocator);
  }

 private:
  const std::unique_ptr<rocksdb::MemTableRepFactory> hashed_;
};

}  // namespace

std::shared_ptr<rocksdb::MemTableRepFactory> make_hashed_memtable_factory(std::size_t buckets) {
  return std::make_shared<hashed_memtable_factory>(buckets);
}

}  // namespace airtrain::embedded
