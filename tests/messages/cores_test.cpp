#include "messages/cores.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <sched.h>

#include <thread>

namespace airtrain {
namespace {

std::uint32_t first_usable() {
  cpu_set_t set;
  EXPECT_EQ(sched_getaffinity(0, sizeof set, &set), 0);
  std::uint32_t core = 0;
  while (!CPU_ISSET(core, &set)) ++core;
  return core;
}

/// On a thread of its own: what is set stays with it.
template <class Work>
void elsewhere(Work work) {
  std::thread{work}.join();
}

TEST(cores, are_counted_as_far_as_they_may_be_used) {
  const auto before = usable_cores();
  EXPECT_GE(before, 1u);
  elsewhere([] {
    ASSERT_TRUE(use_cores({first_usable()}));
    EXPECT_EQ(usable_cores(), 1u);
    elsewhere([] { EXPECT_EQ(usable_cores(), 1u) << "threads started from it inherit that"; });
  });
  EXPECT_EQ(usable_cores(), before);
}

TEST(cores, that_are_not_there_are_refused) {
  elsewhere([] {
    const auto before = usable_cores();
    EXPECT_THAT(use_cores({1023}).error(), testing::HasSubstr("none of these cores"));
    EXPECT_THAT(use_cores({5000}).error(), testing::HasSubstr("no core 5000"));
    EXPECT_EQ(usable_cores(), before);
  });
}

TEST(cores, none_named_changes_nothing) {
  elsewhere([] {
    const auto before = usable_cores();
    ASSERT_TRUE(use_cores({}));
    EXPECT_EQ(usable_cores(), before);
  });
}

}  // namespace
}  // namespace airtrain
