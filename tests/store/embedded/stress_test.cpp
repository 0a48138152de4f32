#include <gtest/gtest.h>

#include <algorithm>
#include <deque>
#include <map>
#include <random>
#include <set>
#include <thread>

#include "tests/store/embedded/driver.hpp"

// Owners that decide at random, a publisher, and reopening, over one real store.

namespace airtrain::embedded::tests {
namespace {

constexpr int lives = 5;
constexpr int events_per_life = 800;
constexpr std::size_t connector_count = 5;
constexpr lane_id lanes_each = 6;
// A delivery that is lost must not hang the test.
constexpr std::chrono::seconds life_max{30};

/// One connector's owner. It knows what it has taken and what has ended, over all lives.
class owner {
 public:
  owner(bool ordered, std::uint64_t seed) : ordered_(ordered), random_(seed) {}

  bool ordered() const { return ordered_; }

  /// One life: until `publishing` has ended, and then until a random moment or, in the last one,
  /// until nothing is left.
  void live(driver& with, connector_id id, const std::atomic<bool>& publishing, bool to_the_end) {
    start(with, id);
    auto turns_left = 20 + random_() % 200;
    const auto deadline = std::chrono::steady_clock::now() + life_max;
    while (std::chrono::steady_clock::now() < deadline &&
           (publishing || (to_the_end ? with.store().counts(id)->backlog > 0 : turns_left-- > 0))) {
      turn(with, id);
      if (random_() % 8 == 0) with.now_ms += 1;
      if (random_() % 400 == 0) start(with, id);
    }
  }

  /// How often each has ended. A clean stop loses no settlement.
  const std::map<std::uint64_t, int>& ended() const { return ended_; }
  const std::vector<std::string>& wrong() const { return wrong_; }

 private:
  using kind = settlement::kind;

  void start(driver& with, connector_id id) {
    const auto opened = await<result<opened_connector, store_error>>([&](auto then) {
                          with.store().open(
                              id, [] {}, then);
                        }).value();
    epoch_ = opened.epoch;
    taken_.clear();
    lanes_.clear();
    for (const auto& lane : opened.blocked) lanes_.insert(lane.lane);
  }

  void turn(driver& with, connector_id id) {
    fetch_request what;
    what.count_max = 1 + static_cast<std::uint32_t>(random_() % 40);
    what.bytes_max = random_() % 4 == 0 ? 200 : 1u << 20;
    const auto dice = random_() % 4;
    if (dice == 0) {
      what.what = fetch_kind::due;
      what.now_ms = with.now_ms;
      what.release_connector_scope = random_() % 2 == 0;
    } else if (dice == 1 && !lanes_.empty()) {
      what.what = fetch_kind::lane;
      what.lane = *std::next(lanes_.begin(), static_cast<int>(random_() % lanes_.size()));
    }
    // Some decisions fall while the fetch is under way.
    std::promise<result<fetch_result, store_error>> answer;
    auto got = answer.get_future();
    with.store().fetch(id, epoch_, what, [&](auto a) { answer.set_value(std::move(a)); });
    if (random_() % 2 == 0) settle_some(with, id);
    auto result = got.get();
    if (!result || !result->error.empty()) return wrong_.push_back("a fetch failed");
    take(what, std::move(result->deliveries));
    settle_some(with, id);
  }

  void take(const fetch_request& what, std::vector<delivery> some) {
    delivery_key before;
    for (auto& one : some) {
      const auto seq = std::to_string(one.key.seq);
      if (taken_.contains(one.key)) wrong_.push_back(seq + " was given out while it was taken");
      if (ended_.contains(one.key.seq)) wrong_.push_back(seq + " came after its end");
      if (ordered_ != (one.lane != no_lane)) wrong_.push_back(seq + " came in the wrong lane");
      if (what.what != fetch_kind::due && one.key <= before)
        wrong_.push_back(seq + " came out of order");
      before = one.key;
      taken_.emplace(one.key, std::move(one));
    }
  }

  void settle_some(driver& with, connector_id id) {
    std::vector<settlement> out;
    for (auto at = taken_.begin(); at != taken_.end();) {
      if (random_() % 3 == 0) {
        ++at;
        continue;
      }
      out.push_back(decide(at->second, with.now_ms));
      at = taken_.erase(at);
    }
    std::ranges::shuffle(out, random_);
    if (!out.empty()) with.settle(id, epoch_, std::move(out));
  }

  settlement decide(const delivery& what, std::int64_t now_ms) {
    auto how = kind::delivered;
    if (const auto dice = random_() % 10; dice < 2)
      how = kind::retry;
    else if (dice == 2)
      how = kind::give_back;
    else if (dice < 6 && ordered_)
      how = kind::aside;
    auto s = settled(what, how);
    s.counted = how == kind::delivered || how == kind::retry;
    s.history.attempts = what.history.attempts + (s.counted ? 1 : 0);
    s.scope = random_() % 2 == 0 ? failure_scope::connector : failure_scope::event;
    s.due_ms = now_ms + static_cast<std::int64_t>(random_() % 3);
    if (how == kind::aside) lanes_.insert(what.lane);
    if (how == kind::delivered) ++ended_[what.key.seq];
    return s;
  }

  const bool ordered_;
  std::mt19937_64 random_;
  std::uint64_t epoch_ = 0;
  std::map<delivery_key, delivery> taken_;
  std::set<lane_id> lanes_;
  std::map<std::uint64_t, int> ended_;
  std::vector<std::string> wrong_;
};

class stress : public ::testing::Test {
 protected:
  stress() {
    store.settings.tail_events_max = 32;
    store.settings.open_max = 256;
    store.settings.settle_interval = std::chrono::milliseconds{2};
    for (std::size_t i = 0; i < connector_count; ++i) owners.emplace_back(i % 2 == 1, 17 * i + 1);
  }

  void one_life(bool last) {
    const auto error = store.start();
    ASSERT_EQ(error.code, store_error_code::none) << error.message;
    std::vector<connector_id> ids;
    for (std::size_t i = 0; i < connector_count; ++i)
      ids.push_back(store.connector("c" + std::to_string(i)));
    std::atomic<bool> publishing{true};
    std::vector<std::jthread> threads;
    for (std::size_t i = 0; i < connector_count; ++i)
      threads.emplace_back([&, i] { owners[i].live(store, ids[i], publishing, last); });
    publish(ids);
    publishing = false;
    threads.clear();
    for (auto id : ids)
      if (last) {
        EXPECT_EQ(store.store().counts(id)->backlog, 0u);
      }
    store.stop();
  }

  void publish(const std::vector<connector_id>& ids) {
    for (int left = events_per_life; left > 0;) {
      publish_request request;
      const auto count = std::min<int>(left, 1 + static_cast<int>(random() % 60));
      std::vector<std::vector<std::size_t>> to;
      for (int i = 0; i < count; ++i) {
        auto& item = request.items.emplace_back();
        item.what = sealed(std::to_string(published++), store.now_ms, "data");
        auto& own = to.emplace_back();
        for (std::size_t c = 0; c < ids.size(); ++c) {
          if (random() % 3 == 0) continue;
          own.push_back(c);
          item.routes.push_back(
              {ids[c], owners[c].ordered() ? 1 + random() % lanes_each : no_lane});
        }
      }
      const auto answers = store.publish({std::move(request)});
      ASSERT_EQ(answers.at(0).error.code, store_error_code::none);
      for (std::size_t i = 0; i < to.size(); ++i)
        for (auto c : to[i]) expected[c].insert(answers[0].events[i].seq);
      store.now_ms += 1;
      left -= count;
    }
  }

  driver store;
  std::deque<owner> owners;
  std::mt19937_64 random{4711};
  int published = 0;
  std::map<std::size_t, std::set<std::uint64_t>> expected;
};

TEST_F(stress, every_delivery_ends_once_and_is_never_with_its_owner_twice) {
  for (int life = 1; life <= lives; ++life) {
    one_life(life == lives);
    if (HasFatalFailure()) return;
  }
  for (std::size_t i = 0; i < connector_count; ++i) {
    EXPECT_EQ(owners[i].wrong(), std::vector<std::string>{}) << "connector " << i;
    std::set<std::uint64_t> ended;
    for (const auto& [seq, times] : owners[i].ended()) {
      EXPECT_EQ(times, 1) << seq;
      ended.insert(seq);
    }
    EXPECT_EQ(ended, expected[i]) << "connector " << i;
  }
}

}  // namespace
}  // namespace airtrain::embedded::tests
