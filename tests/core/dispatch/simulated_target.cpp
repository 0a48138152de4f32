#include "tests/core/dispatch/simulated_target.hpp"

#include <algorithm>
#include <cmath>

namespace airtrain::testing {
namespace {

using namespace std::chrono_literals;
constexpr auto refusal_latency = 2ms;
constexpr auto pause = 500ms;

}  // namespace

void simulated_target::run(time length) {
  const auto end_of_run = now + length;
  delivered_ = refused_ = most_in_flight_ = 0;
  while (now < end_of_run) {
    const auto room = std::min(limit.limit(), does.offered);
    if (now >= paused_until_ && in_flight_.size() < room) {
      begin();
      continue;
    }
    auto next = end_of_run;
    if (now < paused_until_) next = std::min(next, paused_until_);
    if (!in_flight_.empty()) next = std::min(next, in_flight_.begin()->first);
    now = next;
    while (!in_flight_.empty() && in_flight_.begin()->first <= now) {
      const auto done = in_flight_.begin()->second;
      in_flight_.erase(in_flight_.begin());
      end(done);
    }
  }
  goodput_ = delivered_ / std::chrono::duration<double>(length).count();
}

void simulated_target::begin() {
  const auto serial = next_serial_++;
  std::normal_distribution<double> normal(0, 1);
  auto service =
      std::chrono::duration_cast<time>(does.service * std::exp(does.spread * normal(random_)));
  if (does.lanes > 0 && serial % does.lanes == 0) service *= 20;
  request made{serial, now, false,
               std::uniform_real_distribution<double>(0, 1)(random_) < does.fails};
  time done;
  if (does.refuses && in_flight_.size() >= does.capacity) {
    made.refused = true;
    done = now + refusal_latency;
  } else {
    free_at_.resize(does.capacity, now);
    auto worker = std::min_element(free_at_.begin(), free_at_.end());
    *worker = done = std::max(now, *worker) + service;
  }
  in_flight_.emplace(done, made);
  most_in_flight_ = std::max(most_in_flight_, static_cast<std::uint32_t>(in_flight_.size()));
  limit.begun(static_cast<std::uint32_t>(in_flight_.size()));
}

void simulated_target::end(const request& what) {
  if (what.refused) {
    ++refused_;
    paused_until_ = now + pause;
    limit.throttled(what.serial, next_serial_, now, paused_until_);
  } else if (what.failed) {
    limit.failed(what.serial, next_serial_, now);
  } else {
    ++delivered_;
    limit.delivered(what.serial, now - what.begun, next_serial_, now);
  }
}

}  // namespace airtrain::testing
