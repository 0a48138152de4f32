#pragma once

#include <condition_variable>
#include <cstdint>
#include <mutex>
#include <thread>

#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

struct disk_room {
  std::uint64_t free = 0;
  std::uint64_t reserve = 0;  ///< below it nothing new is taken

  /// Delivered history goes before the intake stops: a quarter above the reserve.
  std::uint64_t lacking_for_history() const {
    const auto wanted = reserve + reserve / 4;
    return free < wanted ? wanted - free : 0;
  }
};
disk_room room_of(const engine& with);

/// Syncs the high-water file and watches the free space, on a thread of its own: neither may wait
/// for a round of retention.
class disk_watch {
 public:
  explicit disk_watch(engine& with) : engine_(with) {}
  ~disk_watch() { stop(); }

  void start();
  void stop();
  /// Syncs the high-water file now. Any thread.
  void note_durable();

 private:
  void loop();
  void look_at_room();

  engine& engine_;
  std::mutex mutex_;
  std::condition_variable changed_;
  bool stopping_ = false;
  std::thread thread_;
};

}  // namespace airtrain::embedded
