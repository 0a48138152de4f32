#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace airtrain::bench {

/// What a stand-in has taken, by key.
class ledger {
 public:
  enum class kind {
    none,
    keys,     ///< each key as it came: any text, about 100 bytes for each
    numbers,  ///< keys that differ only in the number at their end: a bit for each, for long runs
  };
  explicit ledger(kind of) : kind_(of) {}

  void add(std::string_view key);
  void clear();
  std::uint64_t unique() const { return unique_; }
  std::uint64_t duplicates() const { return duplicates_; }
  /// One key a line, in no order; numbers alone where only those are kept.
  std::string text() const;

 private:
  bool is_new(std::string_view key);

  kind kind_;
  std::unordered_map<std::string, std::uint32_t> keys_;
  std::vector<bool> numbers_;
  std::uint64_t unique_ = 0;
  std::uint64_t duplicates_ = 0;
};

}  // namespace airtrain::bench
