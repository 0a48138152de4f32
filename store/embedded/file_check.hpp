#pragma once

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <map>
#include <mutex>
#include <string>
#include <thread>

#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// Reads every block of every table in the background and compares its checksum. A start reads the
/// write-ahead logs whole and looks whether the tables are there and as long as the manifest says;
/// what the disk has changed within one would otherwise show at its first read, perhaps months
/// later. On a thread of its own at the lowest priority, a small share of the time: the first pass
/// a minute after the start, then one a week.
class file_check {
 public:
  explicit file_check(engine& with) : engine_(with) {}
  ~file_check() { stop(); }

  void start();
  void stop();
  /// One pass, without pauses; waits for it. What it finds is in the store's health. Any thread.
  void pass();

 private:
  enum class pace : std::uint8_t { at_once, gentle };
  void loop();
  void pass(pace how);
  void check(const database::table& what);
  void forget_what_is_gone();
  void report();
  /// Waits; false: it is to stop.
  bool sleep(std::chrono::steady_clock::duration time);

  engine& engine_;
  std::mutex checking_;
  std::map<std::string, std::string> damaged_;  ///< guarded by `checking_`: file, what is wrong
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace airtrain::embedded
