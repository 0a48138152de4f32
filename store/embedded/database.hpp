#pragma once

#include <rocksdb/db.h>
#include <rocksdb/env.h>

#include <array>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "messages/result.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain::embedded {

/// The column families; see docs/architecture.md.
enum class family : std::uint8_t { ev, rix, cur, held, due, park, dd, att, audit, meta };
constexpr std::size_t family_count = 10;
std::string_view to_string(family value);

/// One change of one row. Without a value: it is deleted.
struct row_change {
  family in = family::meta;
  std::string key;
  std::optional<std::string> value;
};

/// An open RocksDB. Readers share it by `shared_ptr`; the last one to let go closes it.
class database {
 public:
  enum class mode : std::uint8_t {
    normal,
    read_only,  ///< changes nothing; refused while another process has the database
    salvage,    ///< takes what comes before the damage in a damaged log, drops the rest
  };
  /// `env` null: the system's. A refusal names the file that is damaged, where there is one.
  static result<std::shared_ptr<database>, store_error> open(const store_settings& settings,
                                                             rocksdb::Env* env,
                                                             mode how = mode::normal);
  ~database();
  database(const database&) = delete;
  database& operator=(const database&) = delete;

  rocksdb::DB& raw() { return *db_; }
  rocksdb::ColumnFamilyHandle* handle(family f) const {
    return handles_[static_cast<std::size_t>(f)];
  }

  /// The row, or nothing when there is none.
  result<std::optional<std::string>, store_error> get(family f, std::string_view key);
  /// One answer per key, in order; an empty one is a row that is not there.
  result<std::vector<std::optional<std::string>>, store_error> get_many(
      family f, std::span<const rocksdb::Slice> keys);

  /// Visits rows with begin <= key < end in order until `visit` says false.
  using visitor = std::function<bool(std::string_view key, std::string_view value)>;
  store_error scan(family f, std::string_view begin, std::string_view end, const visitor& visit);
  /// The last row of the family.
  result<std::optional<std::pair<std::string, std::string>>, store_error> last(family f);

  void add(rocksdb::WriteBatch& batch, const row_change& change) const;
  void add(rocksdb::WriteBatch& batch, family f, std::string_view key,
           std::string_view value) const;
  store_error write(rocksdb::WriteBatch& batch, bool sync);
  store_error write(const std::vector<row_change>& changes, bool sync);

  /// Bytes of all files, and of `ev` alone between two keys.
  std::uint64_t bytes_on_disk();
  std::uint64_t bytes_between(family f, std::string_view begin, std::string_view end);
  /// A file of rows.
  struct table {
    std::string name;
    std::string path;
  };
  std::vector<table> tables();
  /// Reads all files and compares their checksums.
  store_error verify_files();
  /// Drops the rows of the range: whole files at once, the rest by a tombstone.
  store_error drop_range(family f, std::string_view begin, std::string_view end);

 private:
  database() = default;
  rocksdb::DB* db_ = nullptr;
  std::array<rocksdb::ColumnFamilyHandle*, family_count> handles_{};
  std::shared_ptr<rocksdb::Cache> cache_;
  rocksdb::Env* env_ = nullptr;
  rocksdb::FileLock* lock_ = nullptr;  ///< of a read-only opening
};

/// Where RocksDB's own files are.
std::filesystem::path database_path(const store_settings& settings);

/// What RocksDB says as the store's error.
store_error error_from(const rocksdb::Status& status, std::string_view doing);

}  // namespace airtrain::embedded
