#include <gtest/gtest.h>

#include <atomic>
#include <future>
#include <nlohmann/json.hpp>

#include "embed/simple_adapter.hpp"
#include "tests/connectors/events.hpp"
#include "tests/connectors/waiting_sink.hpp"

namespace airtrain::embed {
namespace {

using namespace std::chrono_literals;
using clock = std::chrono::steady_clock;

/// Begins with the first call and ends with the test's word.
class blocking final : public simple_connector {
 public:
  blocking(std::atomic<int>& calls, std::promise<void>& began, std::shared_future<void> go_on)
      : calls_(calls), began_(began), go_on_(std::move(go_on)) {}
  void send_update(const nlohmann::json&) override {
    if (++calls_ == 1) began_.set_value();
    go_on_.wait();
  }

 private:
  std::atomic<int>& calls_;
  std::promise<void>& began_;
  const std::shared_future<void> go_on_;
};

TEST(simple_system, does_not_begin_what_has_waited_longer_than_its_attempt) {
  constexpr auto timeout = 20ms;
  std::atomic<int> calls = 0;
  std::promise<void> began, go_on;
  simple_system system(std::make_unique<blocking>(calls, began, go_on.get_future().share()), 1,
                       timeout);
  const auto sink = std::make_shared<waiting_sink>();
  const auto begin = [&](std::uint64_t seq) {
    attempt_order order;
    order.what.key = {.seq = seq, .part = 0};
    order.what.event = json_event("{}");
    system.begin(attempt(std::move(order), sink, 0));
  };
  begin(1);
  began.get_future().wait();
  begin(2);
  for (const auto late = clock::now() + timeout; clock::now() < late;) std::this_thread::yield();
  go_on.set_value();
  const auto outcomes = sink->wait_for(2);
  ASSERT_EQ(outcomes.size(), 2u);
  EXPECT_EQ(outcomes[0].result.outcome, answer_class::delivered);
  EXPECT_EQ(outcomes[1].key.seq, 2u);
  EXPECT_EQ(outcomes[1].result.outcome, answer_class::retry);
  EXPECT_EQ(outcomes[1].result.why, reason::attempt_timeout);
  EXPECT_EQ(calls, 1);
}

}  // namespace
}  // namespace airtrain::embed
