#include "store/embedded/purging_clock.hpp"

#include <mutex>
#include <utility>

#include "core/clock_agreement.hpp"

namespace airtrain::embedded {
namespace {

class compared_clock final : public purging_clock {
 public:
  explicit compared_clock(std::function<std::int64_t()> wall_ms) : wall_ms_(std::move(wall_ms)) {
    (void)believed();
  }

  bool believed() override {
    const std::lock_guard lock{mutex_};
    return clocks_.agree(observe());
  }
  std::chrono::milliseconds doubt_left() override {
    const std::lock_guard lock{mutex_};
    return clocks_.doubt_left(observe());
  }
  void doubt(std::chrono::milliseconds length) override {
    const std::lock_guard lock{mutex_};
    clocks_.doubt(length, observe());
  }

 private:
  instant observe() {
    const auto steady = std::chrono::steady_clock::now().time_since_epoch();
    const instant now{std::chrono::duration_cast<std::chrono::microseconds>(steady), wall_ms_()};
    clocks_.observe(now);
    return now;
  }

  const std::function<std::int64_t()> wall_ms_;
  std::mutex mutex_;
  clock_agreement clocks_;
};

}  // namespace

std::shared_ptr<purging_clock> clock_beside_steady(std::function<std::int64_t()> wall_ms) {
  return std::make_shared<compared_clock>(std::move(wall_ms));
}

}  // namespace airtrain::embedded
