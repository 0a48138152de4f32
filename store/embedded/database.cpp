#include "store/embedded/database.hpp"

#include <fmt/format.h>
#include <rocksdb/convenience.h>
#include <rocksdb/write_batch.h>

#include <cstdarg>
#include <cstdio>
#include <mutex>

#include "store/embedded/damage.hpp"
#include "store/embedded/database_options.hpp"

namespace airtrain::embedded {
namespace {

rocksdb::Slice slice(std::string_view bytes) {
  return {bytes.data(), bytes.size()};
}

/// RocksDB names the damaged part of a log in its own messages only: keeps those.
class damage_notes : public rocksdb::Logger {
 public:
  using Logger::Logv;
  void Logv(const char* format, va_list arguments) override {
    std::array<char, 512> line{};
    std::vsnprintf(line.data(), line.size(), format, arguments);
    const std::string_view text{line.data()};
    if (text.find("dropping") == std::string_view::npos) return;
    std::lock_guard lock{mutex_};
    if (notes_.size() < notes_bytes_max) notes_.append(notes_.empty() ? "" : "; ").append(text);
  }
  std::string take() {
    std::lock_guard lock{mutex_};
    return std::exchange(notes_, {});
  }

 private:
  static constexpr std::size_t notes_bytes_max = 2048;
  std::mutex mutex_;
  std::string notes_;
};

store_error_code code_of(const rocksdb::Status& status) {
  return status.IsCorruption() || status.IsPathNotFound() ? store_error_code::damaged
         : status.IsNotFound()                            ? store_error_code::not_found
                                                          : store_error_code::write_failed;
}

/// As `error_from`, with the damaged files named.
store_error naming_error(const rocksdb::Status& status, std::string_view doing,
                         const std::filesystem::path& path) {
  if (status.ok()) return {};
  return {code_of(status), fmt::format("{}: {}", doing, describe(status, path))};
}

store_error read_error(rocksdb::DB& db, const rocksdb::Status& status, family f) {
  if (status.ok()) return {};
  return naming_error(status, fmt::format("reading {}", to_string(f)), db.GetName());
}

store_error refusal(const rocksdb::Status& status, const std::string& path,
                    const std::string& notes) {
  const auto text = status.ToString();
  if (text.find("While lock file") != std::string::npos ||
      text.find("lock hold by current process") != std::string::npos)
    return {store_error_code::write_failed,
            fmt::format("{} is in use by another process ({})", path, text)};
  auto error = naming_error(status, fmt::format("opening {}", path), path);
  if (!notes.empty()) error.message += " (" + notes + ")";
  return error;
}

/// A folder in which no store was ever ready. Anywhere else a database whose start is missing must
/// not be taken for a new one: making one deletes the files of the old.
bool may_be_created(const store_settings& settings) {
  std::error_code unknown;
  if (std::filesystem::exists(settings.data_dir / "high-water", unknown)) return false;
  for (const auto& entry : std::filesystem::directory_iterator{database_path(settings), unknown})
    if (entry.path().extension() == ".sst") return false;
  return true;
}

rocksdb::ReadOptions read_options() {
  rocksdb::ReadOptions out;
  out.verify_checksums = true;
  out.total_order_seek = true;  // scans are by range, also where the memtable is hashed
  return out;
}

/// For iterators. Before 8.5.2 RocksDB drops the error where a file's first block is damaged (its
/// pull request 11783), and a scan ends as if there were no more rows. That happens where it looks
/// out for deleted ranges. Of what deliveries depend on they are all below `edge`, where nobody
/// reads; attempts and the audit log are cut by age, and of them the rows would show again.
rocksdb::ReadOptions scan_options(family f) {
  auto out = read_options();
  out.ignore_range_deletions = f != family::att && f != family::audit;
  return out;
}

}  // namespace

std::string_view to_string(family value) {
  static constexpr std::array<std::string_view, family_count> names{
      "ev", "rix", "cur", "held", "due", "park", "dd", "att", "audit", "meta"};
  return names[static_cast<std::size_t>(value)];
}

std::filesystem::path database_path(const store_settings& settings) {
  return settings.data_dir / "log";
}

store_error error_from(const rocksdb::Status& status, std::string_view doing) {
  if (status.ok()) return {};
  return {code_of(status), fmt::format("{}: {}", doing, status.ToString())};
}

result<std::shared_ptr<database>, store_error> database::open(const store_settings& settings,
                                                              rocksdb::Env* env, mode how) {
  std::shared_ptr<database> out{new database};
  out->env_ = env ? env : rocksdb::Env::Default();
  out->cache_ = make_cache(settings);
  const auto path = database_path(settings).string();
  const auto notes = std::make_shared<damage_notes>();
  auto options = database_options(settings, out->cache_, env);
  options.info_log = notes;
  std::error_code unknown;
  options.create_if_missing = !std::filesystem::exists(path + "/CURRENT", unknown);
  if (options.create_if_missing && (how != mode::normal || !may_be_created(settings)))
    return failure(store_error{store_error_code::damaged,
                               fmt::format("{}/CURRENT is missing, but there was a store ({})",
                                           path, (settings.data_dir / "high-water").string())});
  if (how == mode::salvage) {
    options.wal_recovery_mode = rocksdb::WALRecoveryMode::kPointInTimeRecovery;
    options.track_and_verify_wals_in_manifest = false;
  }
  std::vector<rocksdb::ColumnFamilyDescriptor> families{
      {rocksdb::kDefaultColumnFamilyName, rocksdb::ColumnFamilyOptions{}}};
  for (std::size_t i = 0; i < family_count; ++i) {
    const auto f = static_cast<family>(i);
    families.emplace_back(std::string{to_string(f)}, family_options(f, out->cache_));
  }
  std::vector<rocksdb::ColumnFamilyHandle*> handles;
  rocksdb::Status status;
  if (how == mode::read_only) {
    // A read-only database has no background to move the clean-up to.
    options.avoid_unnecessary_blocking_io = false;
    status = out->env_->LockFile(path + "/LOCK", &out->lock_);
    if (status.ok())
      status = rocksdb::DB::OpenForReadOnly(options, path, families, &handles, &out->db_);
  } else {
    status = rocksdb::DB::Open(options, path, families, &handles, &out->db_);
  }
  if (!status.ok()) return failure(refusal(status, path, notes->take()));
  out->db_->DestroyColumnFamilyHandle(handles[0]);
  for (std::size_t i = 0; i < family_count; ++i) out->handles_[i] = handles[i + 1];
  return out;
}

database::~database() {
  if (db_) {
    for (auto* handle : handles_)
      if (handle) db_->DestroyColumnFamilyHandle(handle);
    // What fails here is found again by the recovery of the next opening.
    db_->Close().PermitUncheckedError();
    delete db_;
  }
  if (lock_) env_->UnlockFile(lock_).PermitUncheckedError();
}

result<std::optional<std::string>, store_error> database::get(family f, std::string_view key) {
  std::string value;
  const auto status = db_->Get(read_options(), handle(f), slice(key), &value);
  if (status.IsNotFound()) return std::optional<std::string>{};
  if (!status.ok()) return failure(read_error(*db_, status, f));
  return std::optional<std::string>{std::move(value)};
}

result<std::vector<std::optional<std::string>>, store_error> database::get_many(
    family f, std::span<const rocksdb::Slice> keys) {
  std::vector<std::optional<std::string>> out(keys.size());
  std::vector<rocksdb::PinnableSlice> values(keys.size());
  std::vector<rocksdb::Status> statuses(keys.size());
  db_->MultiGet(read_options(), handle(f), keys.size(), keys.data(), values.data(), statuses.data(),
                false);
  for (std::size_t i = 0; i < keys.size(); ++i) {
    if (statuses[i].IsNotFound()) continue;
    if (!statuses[i].ok()) return failure(read_error(*db_, statuses[i], f));
    out[i] = values[i].ToString();
  }
  return out;
}

store_error database::scan(family f, std::string_view begin, std::string_view end,
                           const visitor& visit) {
  auto options = scan_options(f);
  const auto upper = slice(end);
  options.iterate_upper_bound = &upper;
  std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator(options, handle(f))};
  for (it->Seek(slice(begin)); it->Valid(); it->Next())
    if (!visit(it->key().ToStringView(), it->value().ToStringView())) return {};
  return read_error(*db_, it->status(), f);
}

result<std::optional<std::pair<std::string, std::string>>, store_error> database::last(family f) {
  std::unique_ptr<rocksdb::Iterator> it{db_->NewIterator(scan_options(f), handle(f))};
  it->SeekToLast();
  std::optional<std::pair<std::string, std::string>> out;
  if (it->Valid()) out.emplace(it->key().ToString(), it->value().ToString());
  if (!it->status().ok()) return failure(read_error(*db_, it->status(), f));
  return out;
}

void database::add(rocksdb::WriteBatch& batch, family f, std::string_view key,
                   std::string_view value) const {
  // A batch in memory only fails when it is over 4 GiB, which the limits of a commit exclude.
  batch.Put(handle(f), slice(key), slice(value)).PermitUncheckedError();
}

void database::add(rocksdb::WriteBatch& batch, const row_change& change) const {
  if (change.value)
    add(batch, change.in, change.key, *change.value);
  else
    batch.Delete(handle(change.in), change.key).PermitUncheckedError();
}

store_error database::write(rocksdb::WriteBatch& batch, bool sync) {
  rocksdb::WriteOptions options;
  options.sync = sync;
  return error_from(db_->Write(options, &batch), "writing");
}

store_error database::write(const std::vector<row_change>& changes, bool sync) {
  rocksdb::WriteBatch batch;
  for (const auto& change : changes) add(batch, change);
  return write(batch, sync);
}

std::uint64_t database::bytes_on_disk() {
  std::uint64_t total = 0;
  for (auto* of : handles_) {
    std::uint64_t bytes = 0;
    if (db_->GetIntProperty(of, rocksdb::DB::Properties::kTotalSstFilesSize, &bytes))
      total += bytes;
  }
  std::uint64_t unflushed = 0;
  if (db_->GetAggregatedIntProperty(rocksdb::DB::Properties::kSizeAllMemTables, &unflushed))
    total += unflushed;
  return total;
}

std::uint64_t database::bytes_between(family f, std::string_view begin, std::string_view end) {
  const rocksdb::Range range{slice(begin), slice(end)};
  std::uint64_t bytes = 0;
  const auto status = db_->GetApproximateSizes(handle(f), &range, 1, &bytes);
  return status.ok() ? bytes : 0;
}

std::vector<database::table> database::tables() {
  std::vector<rocksdb::LiveFileMetaData> files;
  db_->GetLiveFilesMetaData(&files);
  std::vector<table> out;
  out.reserve(files.size());
  for (const auto& file : files) {
    const auto name = std::filesystem::path{file.name}.filename().string();
    out.push_back({name, file.db_path + "/" + name});
  }
  return out;
}

store_error database::verify_files() {
  return naming_error(db_->VerifyChecksum(), "verifying checksums", db_->GetName());
}

store_error database::drop_range(family f, std::string_view begin, std::string_view end) {
  const auto from = slice(begin);
  const auto to = slice(end);
  if (auto error = error_from(rocksdb::DeleteFilesInRange(db_, handle(f), &from, &to, false),
                              "dropping files");
      error.code != store_error_code::none)
    return error;
  return error_from(db_->DeleteRange(rocksdb::WriteOptions{}, handle(f), from, to),
                    "dropping rows");
}

}  // namespace airtrain::embedded
