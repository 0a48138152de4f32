#include "store/embedded/disk_watch.hpp"

#include <algorithm>
#include <chrono>
#include <filesystem>

#include "messages/thread_name.hpp"

namespace airtrain::embedded {
namespace {

using clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds room_interval{200};
// The high-water file trails the log by this much on the platter; on a slow disk by more, so that
// it takes no more than a fiftieth of the disk's time.
constexpr std::chrono::milliseconds sync_interval{20};
constexpr int sync_share = 50;

environment::space system_space(const std::filesystem::path& path) {
  std::error_code error;
  const auto found = std::filesystem::space(path, error);
  // Unknown is not full: a write will tell.
  if (error) return {.free = ~std::uint64_t{0}, .total = 0};
  return {.free = found.available, .total = found.capacity};
}

}  // namespace

disk_room room_of(const engine& with) {
  const auto& measure = with.env.disk;
  const auto space =
      measure ? measure(with.settings.data_dir) : system_space(with.settings.data_dir);
  const auto share = static_cast<double>(space.total) * with.settings.reserve_share;
  return {.free = space.free,
          .reserve = std::max(with.settings.reserve_bytes, static_cast<std::uint64_t>(share))};
}

void disk_watch::start() {
  look_at_room();
  thread_ = std::thread{[this] {
    name_this_thread("store watch");
    loop();
  }};
}

void disk_watch::stop() {
  {
    std::lock_guard lock{mutex_};
    stopping_ = true;
  }
  changed_.notify_one();
  if (thread_.joinable()) thread_.join();
}

void disk_watch::loop() {
  clock::duration pause = sync_interval;
  auto look_at = clock::now() + room_interval;
  while (true) {
    {
      std::unique_lock lock{mutex_};
      if (changed_.wait_for(lock, pause, [&] { return stopping_; })) return;
    }
    const auto began = clock::now();
    note_durable();
    const auto ended = clock::now();
    pause = std::clamp<clock::duration>((ended - began) * sync_share, sync_interval, room_interval);
    if (ended < look_at) continue;
    look_at = ended + room_interval;
    look_at_room();
  }
}

void disk_watch::look_at_room() {
  const auto room = room_of(engine_);
  engine_.health.set_disk_full(room.free < room.reserve);
}

void disk_watch::note_durable() {
  engine_.health.set_high_water_failed(engine_.high_water.sync().message);
}

}  // namespace airtrain::embedded
