#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <optional>
#include <thread>
#include <vector>

#include "http/io_pool.hpp"

namespace airtrain::http {
namespace {

TEST(posting_together, hands_over_at_its_end_and_in_order) {
  io_pool pool{1};
  std::vector<int> ran;
  std::promise<void> all;
  const auto done = all.get_future();
  {
    const posting_together outer;
    pool.at(0).post([&] { ran.push_back(1); });
    {
      const posting_together inner;
      pool.at(0).post([&] { ran.push_back(2); });
    }
    pool.at(0).post([&] {
      ran.push_back(3);
      all.set_value();
    });
    EXPECT_EQ(done.wait_for(std::chrono::milliseconds(0)), std::future_status::timeout);
  }
  done.wait();
  EXPECT_EQ(ran, (std::vector{1, 2, 3}));
}

TEST(posting_together, may_end_after_the_loops_that_it_posts_to) {
  std::optional<io_pool> pool{std::in_place, 2};
  const auto held = std::make_shared<int>();
  std::promise<void> posted, destroyed;
  std::thread outsider([&, held] {
    const posting_together answers;
    for (std::size_t i = 0; i < pool->size(); ++i) pool->at(i).post([held] { FAIL(); });
    posted.set_value();
    destroyed.get_future().wait();
  });
  posted.get_future().wait();
  pool.reset();
  destroyed.set_value();
  outsider.join();
  EXPECT_EQ(held.use_count(), 1) << "what was posted is kept, although nobody will run it";
}

TEST(posting_together, what_is_dropped_at_its_end_may_post_on_its_own) {
  struct posts_when_destroyed {
    io_pool& pool;
    ~posts_when_destroyed() {
      const posting_together again;
      pool.at(0).post([] {});
    }
  };
  io_pool ended{1};
  ended.stop();
  io_pool alive{1};
  for (int i = 0; i < 3; ++i) {
    const posting_together answers;
    const auto last = std::make_shared<posts_when_destroyed>(alive);
    ended.at(0).post([last] {});
    ended.at(0).post([] {});
  }
}

}  // namespace
}  // namespace airtrain::http
