#include "bench/soak/faults.hpp"

#include <array>
#include <chrono>
#include <string_view>

namespace airtrain::bench {
namespace {

using std::chrono::milliseconds;

struct fault {
  std::string_view name;
  std::string_view mode;
  milliseconds delay{0};
};
constexpr std::array<fault, 8> kinds{{
    {"down", "down"},
    {"slow", "ok", milliseconds{200}},
    {"errors", "fail"},
    {"throttling", "throttle"},
    {"hanging", "hang"},
    {"resets", "reset"},
    {"garbage", "garbage"},
    {"flood", "flood"},
}};

}  // namespace

faults::faults(std::vector<const harness::stand_in*> targets, harness::service& service, bool kills,
               std::uint32_t seed)
    : targets_(std::move(targets)), service_(service), kills_(kills), random_(seed) {}

double faults::between(double least, double most) {
  return std::uniform_real_distribution<double>(least, most)(random_);
}

void faults::tick(double seconds) {
  if (seconds < next_) return;
  inject(seconds);
}

void faults::inject(double seconds) {
  constexpr unsigned one_kill_in = 5;
  if (kills_ && random_() % one_kill_in == 0) {
    service_.kill();
    service_.start();
    ++restarts_;
    injected_.push_back({seconds, seconds + 0.5, "kill -9"});
    next_ = seconds + between(4, 8);
    return;
  }
  const auto& kind = kinds[random_() % kinds.size()];
  const auto& target = *targets_[random_() % targets_.size()];
  const double lasting = between(1, 3);
  target.become(kind.mode, kind.delay, milliseconds{static_cast<int>(lasting * 1000)});
  injected_.push_back({seconds, seconds + lasting, std::string{kind.name}});
  // Well for longer than ill: what waited has to go out beside what arrives.
  next_ = seconds + lasting + between(3, 6);
}

void faults::heal() {
  for (const auto* target : targets_) target->become("ok");
}

}  // namespace airtrain::bench
