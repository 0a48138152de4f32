#include <gtest/gtest.h>

#include <deque>
#include <random>

#include "tests/core/dispatch/rig.hpp"

using namespace airtrain;
using namespace airtrain::testing;
using namespace std::chrono_literals;

namespace {

/// One connector under seeded chance: a store that answers at once or later, a target that fails in
/// every way, an operator, restarts. Checks after every step; then the target heals, and all must
/// drain.
class model {
 public:
  explicit model(std::uint64_t seed) : random_(seed), seed_(seed) {
    options_.concurrency = 1 + chance(6);
    options_.window = 2 + chance(24);
    options_.retry.max = 20s;
    options_.retry.max_attempts = chance(3) == 0 ? 1 + chance(4) : 0;
    options_.hold_probe_interval = 5s;
    options_.breaker.open = 2s;
    options_.breaker.open_max = 8s;
    options_.reject_guard = chance(2) == 0 ? 0 : 6;
    if (chance(4) == 0) options_.rate_per_second = 20;
    options_.ordered = chance(3) != 0;
    if (options_.ordered && chance(2) == 0) options_.dead_letter = on_dead_letter::stop;
    lanes_ = options_.ordered ? 1 + chance(6) : 0;
    start();
  }

  void run(int steps) {
    for (int i = 0; i < steps && !failed(); ++i) {
      step();
      check();
    }
    heal();
  }

 private:
  static constexpr std::uint64_t events_max = 300;

  std::uint32_t chance(std::uint32_t n) { return static_cast<std::uint32_t>(random_() % n); }
  static bool failed() { return ::testing::Test::HasFailure(); }

  void start() {
    core_ = std::make_unique<dispatcher>(options_, random_());
    in_flight_.clear();
    fetch_.reset();
    notices_.clear();
    act([&](dispatch_actions& out) { core_->opened(store_.reopen(), now_, out); });
    check();
  }

  template <class Fact>
  void act(Fact&& fact) {
    dispatch_actions out;
    fact(out);
    for (const auto& s : out.settle) store_.settle(s);
    for (auto& order : out.send) sent(std::move(order));
    if (out.save_state) store_.keep(*out.save_state);
    if (out.fetch) {
      EXPECT_FALSE(fetch_) << "two fetches under way";
      EXPECT_GT(out.fetch->count_max, 0u);
      fetch_ = out.fetch;
    }
    wake_at_ = out.wake_at;
    if (wake_at_) {
      EXPECT_GT(*wake_at_, now_.steady);
    }
  }

  void sent(attempt_order order) {
    const auto seq = order.what.key.seq;
    EXPECT_EQ(store_.at(seq).at, fake_store::place::taken) << "sent without being taken: " << seq;
    const auto status = core_->status(now_);
    EXPECT_NE(status.state, connector_state::paused);
    if (!order.with.probe) {
      EXPECT_EQ(status.state, connector_state::running) << "sent: " << seq;
    } else {
      for (const auto& [other, o] : in_flight_) EXPECT_FALSE(o.with.probe) << "two probes";
    }
    const auto lane = order.what.lane;
    if (lane != no_lane) {
      for (const auto& [other, o] : in_flight_)
        EXPECT_NE(o.what.lane, lane) << other << " and " << seq << " of one lane in flight";
      const auto first = first_of_lane(lane);
      EXPECT_EQ(first, seq) << "sent before an earlier one of its lane has ended";
      EXPECT_FALSE(store_.stopped(lane) && store_.lane_now(lane).stopped_by.seq < seq)
          << "sent in a stopped lane: " << seq;
    }
    EXPECT_TRUE(in_flight_.emplace(seq, std::move(order)).second) << "sent twice: " << seq;
    EXPECT_LE(in_flight_.size(), options_.concurrency);
  }

  /// The earliest that has not ended.
  std::uint64_t first_of_lane(lane_id lane) const {
    for (std::uint64_t seq = 1; seq <= published_; ++seq) {
      const auto& row = store_.at(seq);
      if (row.what.lane == lane && row.at != fake_store::place::ended) return seq;
    }
    return 0;
  }

  void step() {
    switch (chance(12)) {
      case 0:
      case 1:
        return publish();
      case 2:
        return pass(std::chrono::milliseconds{1 + chance(3000)});
      case 3:
        if (chance(10) == 0) return operate();
        return pass_to_wake();
      case 4:
        if (chance(40) == 0) return start();
        mood_ = chance(8) == 0 ? chance(7) : mood_;
        return;
      case 5:
        return chance(2) == 0 ? replay() : notice();
      case 6:
      case 7:
        return fetch();
      default:
        return answer(any_verdict());
    }
  }

  void publish() {
    if (published_ >= events_max) return;
    const auto n = 1 + chance(10);
    for (std::uint32_t i = 0; i < n; ++i)
      store_.add(++published_, lanes_ == 0 || chance(10) == 0 ? no_lane : 1 + chance(lanes_));
    act([&](dispatch_actions& out) { core_->work_available(now_, out); });
  }

  void fetch() {
    if (!fetch_) return;
    const auto request = *fetch_;
    fetch_.reset();
    fetch_result result;
    if (chance(30) == 0 && !healed_) {
      result.request = request;
      result.error = "planted";
    } else {
      result = store_.fetch(request);
    }
    act([&](dispatch_actions& out) { core_->fetched(std::move(result), now_, out); });
  }

  void answer(const verdict& v) {
    if (in_flight_.empty()) return;
    auto at = std::next(in_flight_.begin(), chance(static_cast<std::uint32_t>(in_flight_.size())));
    std::vector<attempt_outcome> outcomes(1);
    outcomes[0].key = at->second.what.key;
    outcomes[0].with = at->second.with;
    outcomes[0].result = v;
    outcomes[0].started_wall_ms = now_.wall_ms;
    in_flight_.erase(at);
    act([&](dispatch_actions& out) { core_->attempted(std::move(outcomes), now_, out); });
  }

  verdict any_verdict() {
    if (healed_ || chance(3) == 0) return airtrain::testing::delivered();
    switch (mood_) {
      case 0:
        return airtrain::testing::delivered();
      case 1:
        return unreachable();
      case 2:
        return rejected();
      case 3:
        return chance(2) == 0 ? throttled() : throttled(chance(5000));
      case 4:
        return chance(2) == 0 ? forbidden() : conflict();
      case 5:
        return chance(10) == 0 ? gone() : unauthorized();
      default:
        return chance(2) == 0 ? unreachable() : conflict();
    }
  }

  void operate() {
    act([&](dispatch_actions& out) {
      switch (chance(7)) {
        case 0:
          return core_->pause(now_, out);
        case 1:
        case 2:
          return core_->resume(now_, out);
        case 3:
          return core_->command(breaker_command::force_open, now_, out);
        case 4:
          return core_->command(breaker_command::disable, now_, out);
        case 5:
          return core_->command(breaker_command::automatic, now_, out);
        default:
          return core_->command(breaker_command::reset, now_, out);
      }
    });
  }

  /// Only what stops a lane, so that order can be demanded of replays too.
  void replay() {
    for (std::uint64_t seq = 1; seq <= published_; ++seq) {
      const auto& row = store_.at(seq);
      if (!row.stops_lane || chance(3) != 0) continue;
      store_.replay(seq);
      notices_.push_back(store_.lane_now(row.what.lane));
      return;
    }
  }
  /// The word of a replay may come long after the replayed delivery itself.
  void notice() {
    if (notices_.empty()) return;
    const auto lane = notices_.front();
    notices_.pop_front();
    act([&](dispatch_actions& out) { core_->lanes_changed({lane}, now_, out); });
  }

  void pass(std::chrono::milliseconds time) {
    now_.steady += time;
    now_.wall_ms += time.count();
    if (wake_at_ && *wake_at_ <= now_.steady)
      act([&](dispatch_actions& out) { core_->tick(now_, out); });
  }
  void pass_to_wake() {
    if (!wake_at_) return;
    pass(std::chrono::ceil<std::chrono::milliseconds>(*wake_at_ - now_.steady));
  }

  void check() {
    const auto status = core_->status(now_);
    EXPECT_EQ(status.in_flight, in_flight_.size());
    EXPECT_LE(status.window, options_.window);
    EXPECT_EQ(status.window, store_.count(fake_store::place::taken));
    if (failed()) ADD_FAILURE() << "seed " << seed_;
  }

  void heal() {
    healed_ = true;
    act([&](dispatch_actions& out) { core_->resume(now_, out); });
    act([&](dispatch_actions& out) { core_->resume(now_, out); });
    act([&](dispatch_actions& out) { core_->command(breaker_command::automatic, now_, out); });
    for (int i = 0; i < 20'000 && !failed() && !store_.all_ended(); ++i) {
      if (!notices_.empty())
        notice();
      else if (fetch_)
        fetch();
      else if (!in_flight_.empty())
        answer(airtrain::testing::delivered());
      else if (const auto left = stopped_one(); left != 0)
        replay_now(left);
      else if (wake_at_)
        pass_to_wake();
      else
        break;
      check();
    }
    EXPECT_TRUE(store_.all_ended())
        << "left: log " << store_.count(fake_store::place::log) << " taken "
        << store_.count(fake_store::place::taken) << " waiting "
        << store_.count(fake_store::place::waiting) << " aside "
        << store_.count(fake_store::place::aside) << ", seed " << seed_;
  }
  std::uint64_t stopped_one() const {
    for (std::uint64_t seq = 1; seq <= published_; ++seq)
      if (store_.at(seq).stops_lane) return seq;
    return 0;
  }
  void replay_now(std::uint64_t seq) {
    store_.replay(seq);
    const auto lane = store_.lane_now(store_.at(seq).what.lane);
    act([&](dispatch_actions& out) { core_->lanes_changed({lane}, now_, out); });
  }

  std::mt19937_64 random_;
  std::uint64_t seed_;
  dispatch_options options_;
  std::uint32_t lanes_ = 0;
  fake_store store_;
  std::unique_ptr<dispatcher> core_;
  instant now_{std::chrono::microseconds{7'000'000}, 1'000'000'000};
  std::map<std::uint64_t, attempt_order> in_flight_;
  std::optional<fetch_request> fetch_;
  std::optional<std::chrono::microseconds> wake_at_;
  std::deque<blocked_lane> notices_;
  std::uint64_t published_ = 0;
  std::uint32_t mood_ = 0;
  bool healed_ = false;
};

}  // namespace

TEST(dispatcher_model, whatever_happens_order_and_bounds_hold_and_after_healing_all_drains) {
  for (std::uint64_t seed = 1; seed <= 60; ++seed) {
    model{seed}.run(1500);
    if (HasFailure()) break;
  }
}
