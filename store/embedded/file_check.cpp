#include "store/embedded/file_check.hpp"

#include <fmt/format.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <chrono>
#include <set>

#include "messages/thread_name.hpp"
#include "store/embedded/damage.hpp"

namespace airtrain::embedded {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::minutes first_after{1};
constexpr std::chrono::hours between{24 * 7};
/// For each unit of time that it reads, it rests so many: a twentieth of a core, 50 GB in about an
/// hour on a disk that reads 500 MB/s.
constexpr int rest = 19;
constexpr std::size_t named_max = 16;

/// Behind everybody else, for the processor and for the disk.
void make_this_thread_patient() {
  // linux/ioprio.h is not for programs: who = 1 is this thread, class 3 is idle.
  constexpr int ioprio_who_process = 1;
  constexpr int ioprio_idle = 3 << 13;
  // Without the right to it, it runs as the others do.
  (void)::setpriority(PRIO_PROCESS, static_cast<id_t>(::gettid()), 19);
  (void)::syscall(SYS_ioprio_set, ioprio_who_process, 0, ioprio_idle);
}

/// "" or what is wrong. Reads the file itself, past the cache of the store.
std::string verified(const database::table& what, rocksdb::Env* env) {
  rocksdb::Options options;
  if (env) options.env = env;
  rocksdb::SstFileReader reader{options};
  auto status = reader.Open(what.path);
  rocksdb::ReadOptions reading;
  reading.fill_cache = false;
  if (status.ok()) status = reader.VerifyChecksum(reading);
  return status.ok() ? "" : describe(status, std::filesystem::path{what.path}.parent_path());
}

}  // namespace

void file_check::start() {
  thread_ = std::thread{[this] {
    name_this_thread("store check");
    make_this_thread_patient();
    loop();
  }};
}

void file_check::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_all();
  if (thread_.joinable()) thread_.join();
}

void file_check::pass() {
  pass(pace::at_once);
}

void file_check::loop() {
  if (!sleep(first_after)) return;
  do pass(pace::gentle);
  while (sleep(between));
}

bool file_check::sleep(clock::duration time) {
  std::unique_lock lock{mutex_};
  return !changed_.wait_for(lock, time, [&] { return stopping_; });
}

void file_check::pass(pace how) {
  std::lock_guard lock{checking_};
  const auto tables = [&] {
    // Only for that long: who closes the database waits for its readers.
    const auto db = engine_.db.get();
    return db ? db->tables() : std::vector<database::table>{};
  }();
  for (const auto& table : tables) {
    const auto began = clock::now();
    check(table);
    if (!sleep(how == pace::gentle ? (clock::now() - began) * rest : clock::duration{})) return;
  }
}

void file_check::check(const database::table& what) {
  auto wrong = verified(what, engine_.env.files);
  if (wrong.empty() && damaged_.empty()) return;
  if (wrong.empty())
    damaged_.erase(what.name);
  else
    damaged_[what.name] = std::move(wrong);
  // A compaction may have taken some away meanwhile.
  forget_what_is_gone();
  report();
}

void file_check::forget_what_is_gone() {
  const auto db = engine_.db.get();
  if (!db) return;
  std::set<std::string> there;
  for (auto& table : db->tables()) there.insert(std::move(table.name));
  std::erase_if(damaged_, [&](const auto& one) { return !there.contains(one.first); });
}

void file_check::report() {
  std::vector<std::string> named;
  for (const auto& [file, wrong] : damaged_) {
    if (named.size() == named_max) break;
    named.push_back(fmt::format("{}: {}", file, wrong));
  }
  engine_.health.set_damaged(damaged_.size(), std::move(named));
}

}  // namespace airtrain::embedded
