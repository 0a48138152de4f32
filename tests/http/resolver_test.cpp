#include "http/resolver.hpp"

#include <gtest/gtest.h>

#include <atomic>
#include <boost/asio/ip/address.hpp>
#include <future>
#include <map>
#include <mutex>

namespace airtrain::http {
namespace {

using namespace std::chrono_literals;

addresses one(const char* text) {
  return {boost::asio::ip::make_address(text)};
}

struct asking {
  std::future<lookup_result> ask(resolver& names, const std::string& host) {
    const auto promise = std::make_shared<std::promise<lookup_result>>();
    names.resolve(host, pool.at(0), [promise](const auto& found) { promise->set_value(found); });
    return promise->get_future();
  }
  io_pool pool{1};
};

TEST(resolver, asks_once_for_a_name_while_its_answer_is_fresh) {
  std::atomic<int> lookups{0};
  asking caller;
  resolver names([&](const std::string&) -> lookup_result {
    ++lookups;
    return one("10.0.0.1");
  });
  for (int i = 0; i < 5; ++i) EXPECT_EQ(caller.ask(names, "a").get().value(), one("10.0.0.1"));
  EXPECT_EQ(lookups, 1);
}

TEST(resolver, has_one_lookup_per_name_under_way) {
  std::atomic<int> lookups{0};
  std::promise<void> go;
  const auto gone = go.get_future().share();
  asking caller;
  resolver names([&](const std::string&) -> lookup_result {
    ++lookups;
    gone.wait();
    return one("10.0.0.1");
  });
  std::vector<std::future<lookup_result>> answers;
  for (int i = 0; i < 10; ++i) answers.push_back(caller.ask(names, "a"));
  go.set_value();
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_EQ(lookups, 1);
}

TEST(resolver, names_that_hang_do_not_hold_up_another) {
  std::promise<void> go;
  const auto gone = go.get_future().share();
  asking caller;
  resolver names([&](const std::string& host) -> lookup_result {
    if (host != "fast") gone.wait();
    return one("10.0.0.1");
  });
  std::vector<std::future<lookup_result>> slow;
  for (int i = 0; i < 20; ++i) slow.push_back(caller.ask(names, "slow" + std::to_string(i)));
  EXPECT_TRUE(caller.ask(names, "fast").get());
  go.set_value();
  for (auto& answer : slow) EXPECT_TRUE(answer.get());
}

TEST(resolver, bounds_how_many_lookups_run_at_once) {
  std::atomic<int> running{0};
  std::atomic<int> most{0};
  asking caller;
  resolver names(
      [&](const std::string&) -> lookup_result {
        const int now = ++running;
        for (int seen = most; seen < now && !most.compare_exchange_weak(seen, now);) {
        }
        --running;
        return one("10.0.0.1");
      },
      {.lookups_max = 3});
  std::vector<std::future<lookup_result>> answers;
  for (int i = 0; i < 200; ++i) answers.push_back(caller.ask(names, std::to_string(i)));
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_LE(most, 3);
}

TEST(resolver, answers_with_the_last_known_addresses_when_the_name_server_is_down) {
  std::atomic<bool> down{false};
  std::atomic<int> lookups{0};
  asking caller;
  resolver names(
      [&](const std::string&) -> lookup_result {
        ++lookups;
        if (down) return failure(std::string("down"));
        return one("10.0.0.1");
      },
      {.fresh = 0ms, .failure_kept = 0ms});
  EXPECT_TRUE(caller.ask(names, "a").get());
  down = true;
  while (lookups < 5) EXPECT_TRUE(caller.ask(names, "a").get());
}

TEST(resolver, asks_again_after_a_failure) {
  std::atomic<int> lookups{0};
  asking caller;
  resolver names(
      [&](const std::string&) -> lookup_result {
        if (lookups++ == 0) return failure(std::string("not yet"));
        return one("10.0.0.1");
      },
      {.failure_kept = 0ms});
  EXPECT_FALSE(caller.ask(names, "a").get());
  EXPECT_TRUE(caller.ask(names, "a").get());
}

TEST(resolver, bounds_how_many_names_are_waited_for) {
  std::promise<void> go;
  const auto gone = go.get_future().share();
  asking caller;
  resolver names(
      [&](const std::string&) -> lookup_result {
        gone.wait();
        return one("10.0.0.1");
      },
      {.names_max = 2});
  auto first = caller.ask(names, "a");
  auto second = caller.ask(names, "b");
  EXPECT_FALSE(caller.ask(names, "c").get());
  go.set_value();
  EXPECT_TRUE(first.get());
  EXPECT_TRUE(second.get());
}

TEST(resolver, is_not_held_up_by_a_lookup_when_it_ends) {
  const auto go = std::make_shared<std::promise<void>>();
  const auto gone = go->get_future().share();
  std::promise<void> entered;
  {
    asking caller;
    resolver names([gone, &entered](const std::string&) -> lookup_result {
      entered.set_value();
      gone.wait();
      return one("10.0.0.1");
    });
    const auto never = caller.ask(names, "a");
    entered.get_future().wait();
  }
  go->set_value();
}

}  // namespace
}  // namespace airtrain::http
