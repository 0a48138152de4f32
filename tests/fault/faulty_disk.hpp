#pragma once

#include <chrono>
#include <cstdint>

#include "tests/fault/service.hpp"

namespace airtrain::test {

/// After the connectors of a service: memory so small, and events so large, that its store changes
/// its files all the time.
constexpr const char* small_store = "store: { cache: 8MiB }\n";
constexpr const char* large_filler = "3000";

/// The disk under a service: loses what was not synced, and fails as planned (tests/shim/disk). A
/// service started on it runs on what the disk then holds.
class faulty_disk {
 public:
  explicit faulty_disk(service& over);
  ~faulty_disk();  ///< kills the service: it would lose its disk
  faulty_disk(const faulty_disk&) = delete;

  /// Starts the service; false: it died before it listened.
  bool start();
  /// From now on; the lines of tests/shim/disk/plan.hpp. Nothing: all goes well.
  void plan(const std::string& lines);
  /// After a `cut`: what it left is the data from now on.
  void power_returns();
  /// How many calls of a kind (plan.hpp) the service that ran last has made.
  std::uint64_t calls(const std::string& kind) const;

 private:
  service& over_;
  bool started_ = false;
  temporary_folder folder_;
};

}  // namespace airtrain::test
