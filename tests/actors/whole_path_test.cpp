// The real thing on one machine: embedded store, actors' own threads, HTTP out over a socket.

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>

#include "actors/delivery_engine.hpp"
#include "connectors/make_connector.hpp"
#include "http/server.hpp"
#include "store/embedded_store.hpp"

namespace airtrain {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// A target that keeps the bodies it was sent.
class sink {
 public:
  explicit sink(http::io_pool& pool)
      : server_(pool, {}, [this](const http::request& asked, http::responder answer) {
          {
            std::lock_guard lock(mutex_);
            bodies_.emplace_back(asked.body);
          }
          came_.notify_all();
          answer.send({204, "", "", ""});
        }) {}
  bool start() { return server_.start().has_value(); }
  std::string origin() const { return "http://127.0.0.1:" + std::to_string(server_.port()); }
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    came_.wait_for(lock, 20s, [&] { return bodies_.size() >= count; });
    return bodies_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable came_;
  std::vector<std::string> bodies_;
  http::server server_;
};

/// Everything between an event and its target, over one data directory.
class service {
 public:
  service(const fs::path& folder, const std::string& origin) : pool_(2), client_(pool_) {
    store_settings at;
    at.data_dir = folder;
    auto opened = open_embedded_store(at, wall_ms);
    EXPECT_TRUE(opened.has_value()) << (opened ? "" : opened.error().message);
    store_ = std::move(opened.value());
    engine_ = std::make_unique<delivery_engine>(delivery_engine_settings{}, *store_);
    engine_->register_connector(registration(origin));
    EXPECT_TRUE(engine_->start().has_value());
  }
  ~service() {
    engine_->stop();
    client_.stop();
    pool_.stop();
    engine_.reset();
    store_->close();
  }

  submit_result submit(std::vector<event_ref> events) {
    std::promise<submit_result> answer;
    engine_->submit(std::move(events),
                    [&](submit_result result) { answer.set_value(std::move(result)); });
    return answer.get_future().get();
  }
  std::uint64_t backlog() {
    std::promise<std::uint64_t> answer;
    engine_->reports([&](std::vector<connector_report> reports) {
      answer.set_value(reports.at(0).counts.backlog);
    });
    return answer.get_future().get();
  }
  delivery_engine& engine() { return *engine_; }

 private:
  connector_registration registration(const std::string& origin) {
    connector_settings settings;
    http_connector_settings target;
    target.origin = origin;
    target.request.url = text_template::compile(origin + "/shifts").value();
    settings.name = "payroll";
    settings.target = target;
    connector_registration made;
    made.name = "payroll";
    made.type = "http";
    made.events = {"shift_*"};
    made.make = [this, settings] {
      return make_connector(settings, {&pool_, &client_, wall_ms}).value();
    };
    return made;
  }

  http::io_pool pool_;
  http::client client_;
  std::unique_ptr<store> store_;
  std::unique_ptr<delivery_engine> engine_;
};

event_ref shift(int number) {
  const auto text = std::to_string(number);
  event_fields fields;
  fields.id = text;
  fields.source = "/test";
  fields.type = "shift_updated";
  fields.data = text;
  fields.kind = data_kind::json;
  fields.accepted_at_ms = wall_ms();
  return event::seal(fields);
}

struct whole_path_test : ::testing::Test {
  fs::path folder =
      fs::path(::testing::TempDir()) / ("airtrain_path_" + std::to_string(::getpid()));
  http::io_pool sink_pool{1};
  sink target{sink_pool};

  whole_path_test() { fs::remove_all(folder); }
  ~whole_path_test() override { fs::remove_all(folder); }
  void SetUp() override { ASSERT_TRUE(target.start()); }
};

TEST_F(whole_path_test, an_event_is_kept_sent_settled_and_not_pending_after_a_restart) {
  {
    service s(folder, target.origin());
    const auto answer = s.submit({shift(1), shift(2)});
    ASSERT_EQ(answer.code, submit_code::none) << answer.message;
    EXPECT_EQ(answer.events.at(0).deliveries, 1u);
    EXPECT_THAT(target.wait_for(2), ::testing::UnorderedElementsAre("1", "2"));
    EXPECT_TRUE(s.engine().drain(20s));
    EXPECT_EQ(s.backlog(), 0u);
  }
  service again(folder, target.origin());
  EXPECT_EQ(again.backlog(), 0u);
  EXPECT_EQ(again.submit({shift(1)}).events.at(0).status, publish_status::duplicate);
  ASSERT_EQ(again.submit({shift(3)}).code, submit_code::none);
  EXPECT_THAT(target.wait_for(3), ::testing::UnorderedElementsAre("1", "2", "3"));
  EXPECT_TRUE(again.engine().drain(20s));
}

TEST_F(whole_path_test, many_events_from_many_threads_all_arrive) {
  service s(folder, target.origin());
  constexpr int producers = 4, each = 250;
  std::vector<std::future<int>> running;
  for (int p = 0; p < producers; ++p)
    running.push_back(std::async(std::launch::async, [&s, p] {
      int accepted = 0;
      for (int i = 0; i < each; ++i)
        accepted += s.submit({shift(p * each + i)}).code == submit_code::none;
      return accepted;
    }));
  for (auto& r : running) EXPECT_EQ(r.get(), each);
  EXPECT_EQ(target.wait_for(producers * each).size(), std::size_t{producers * each});
  EXPECT_TRUE(s.engine().drain(20s));
  EXPECT_EQ(s.backlog(), 0u);
}

}  // namespace
}  // namespace airtrain
