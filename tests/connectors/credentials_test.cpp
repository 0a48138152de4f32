#include "connectors/credentials.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <condition_variable>
#include <mutex>
#include <optional>
#include <vector>

namespace airtrain {
namespace {

using ::testing::HasSubstr;
using answer = result<credentials_ref, std::string>;

/// A secret file whose reading waits until it is let go.
struct slow_file {
  std::mutex mutex;
  std::condition_variable changed;
  result<std::string, std::string> text = std::string("new\n");
  bool open = true;
  int reads = 0;
  std::vector<answer> answers;

  secret_sources sources() {
    secret_sources made;
    made.file = [this](const std::filesystem::path&) {
      std::unique_lock lock(mutex);
      ++reads;
      changed.notify_all();
      changed.wait(lock, [this] { return open; });
      return text;
    };
    return made;
  }
  credentials::renewed taker() {
    return [this](answer one) {
      std::lock_guard lock(mutex);
      answers.push_back(std::move(one));
      changed.notify_all();
    };
  }
  void let_go() {
    std::lock_guard lock(mutex);
    open = true;
    changed.notify_all();
  }
  void wait_for_answers(std::size_t count) {
    std::unique_lock lock(mutex);
    ASSERT_TRUE(
        changed.wait_for(lock, std::chrono::seconds{20}, [&] { return answers.size() >= count; }));
  }
  void wait_for_read() {
    std::unique_lock lock(mutex);
    changed.wait(lock, [this] { return reads > 0; });
  }
};

struct credentials_test : ::testing::Test {
  slow_file file;
  std::shared_ptr<credentials> shown =
      make_credentials(bearer_auth{secret("old", {{"", "/run/token"}})}, file.sources());
};

TEST_F(credentials_test, of_a_file_are_read_again_when_they_were_refused) {
  const auto old = shown->current();
  EXPECT_TRUE(shown->renewable());
  shown->renew(old, file.taker());
  file.wait_for_answers(1);
  ASSERT_TRUE(file.answers[0]);
  EXPECT_EQ(**file.answers[0], "Authorization: Bearer new\r\n");
  EXPECT_EQ(shown->current(), *file.answers[0]);
}

TEST_F(credentials_test, refused_many_times_at_once_they_are_read_once) {
  file.open = false;
  const auto old = shown->current();
  shown->renew(old, file.taker());
  file.wait_for_read();
  for (int i = 0; i < 9; ++i) shown->renew(old, file.taker());
  file.let_go();
  file.wait_for_answers(10);
  EXPECT_EQ(file.reads, 1);
  shown->renew(old, file.taker());
  EXPECT_EQ(file.answers.size(), 11u) << "known already: at once";
  EXPECT_EQ(file.reads, 1);
}

TEST_F(credentials_test, that_cannot_be_read_stay_as_they_were) {
  file.text = failure(std::string("gone"));
  const auto old = shown->current();
  shown->renew(old, file.taker());
  file.wait_for_answers(1);
  ASSERT_FALSE(file.answers[0]);
  EXPECT_THAT(file.answers[0].error(), HasSubstr("/run/token: gone"));
  EXPECT_EQ(shown->current(), old);
}

TEST_F(credentials_test, with_a_line_break_within_are_not_taken) {
  file.text = std::string("a\r\nX-Evil: yes");
  const auto old = shown->current();
  shown->renew(old, file.taker());
  file.wait_for_answers(1);
  EXPECT_FALSE(file.answers[0]);
  EXPECT_EQ(shown->current(), old);
}

TEST_F(credentials_test, without_a_file_cannot_be_renewed) {
  EXPECT_FALSE(make_credentials(bearer_auth{secret("x")}, {})->renewable());
  EXPECT_FALSE(make_credentials(no_auth{}, {})->renewable());
  EXPECT_EQ(*make_credentials(no_auth{}, {})->current(), "");
}

}  // namespace
}  // namespace airtrain
