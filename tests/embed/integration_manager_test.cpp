#include <airtrain/integration_manager.hpp>
#include <atomic>
#include <condition_variable>
#include <filesystem>
#include <future>
#include <mutex>

using namespace std::chrono_literals;

namespace airtrain::tests {
namespace {

/// What connectors were given, from their threads to the test's.
class journal {
 public:
  void add(std::string line) {
    {
      const std::lock_guard lock(mutex_);
      lines_.push_back(std::move(line));
    }
    changed_.notify_all();
  }
  /// Waits until there are `count`.
  std::vector<std::string> wait_for(std::size_t count) {
    std::unique_lock lock(mutex_);
    changed_.wait_for(lock, 30s, [&] { return lines_.size() >= count; });
    return lines_;
  }

 private:
  std::mutex mutex_;
  std::condition_variable changed_;
  std::vector<std::string> lines_;
};

/// A connector that runs a function.
class calls final : public simple_connector {
 public:
  explicit calls(std::function<void(const nlohmann::json&)> what) : what_(std::move(what)) {}
  void send_update(const nlohmann::json& payload) override { what_(payload); }

 private:
  std::function<void(const nlohmann::json&)> what_;
};

std::unique_ptr<simple_connector> calling(std::function<void(const nlohmann::json&)> what) {
  return std::make_unique<calls>(std::move(what));
}

class embedded : public testing::Test {
 protected:
  embedded() {
    auto name = (std::filesystem::temp_directory_path() / "airtrain-embed-XXXXXX").string();
    if (mkdtemp(name.data()) == nullptr) throw std::runtime_error("no temporary folder");
    folder = name;
  }
  ~embedded() override { std::filesystem::remove_all(folder); }
  library_settings settings() const { return {.data_dir = folder / "data"}; }

  static std::uint64_t dead_letters(integration_manager& manager) {
    return manager.connectors().front().dead_letters;
  }

  std::filesystem::path folder;
  journal got;
};

TEST_F(embedded, what_throws_is_tried_again_and_what_returns_is_delivered) {
  std::atomic<int> tries = 0;
  integration_manager manager(settings());
  manager.register_connector("payroll", "shift", calling([&](const nlohmann::json& payload) {
                               if (++tries < 3) throw std::runtime_error("busy");
                               got.add(payload.dump());
                             }),
                             {.retry_initial = 100ms});
  const auto taken = manager.handle_event({.type = "shift", .data = {{"hours", 8}}});
  EXPECT_EQ(taken.deliveries, 1u);
  EXPECT_FALSE(taken.id.empty());
  EXPECT_EQ(got.wait_for(1).at(0), R"({"hours":8})");
  EXPECT_EQ(tries, 3);
}

TEST_F(embedded, what_the_system_will_never_take_is_a_dead_letter_after_one_try) {
  integration_manager manager(settings());
  manager.register_connector("payroll", "shift", calling([&](const nlohmann::json&) {
                               got.add("asked");
                               throw rejected_by_system("no such employee");
                             }));
  manager.handle_event({.type = "shift"});
  got.wait_for(1);
  while (dead_letters(manager) == 0) std::this_thread::yield();
  EXPECT_EQ(got.wait_for(1).size(), 1u);
}

TEST_F(embedded, a_call_that_blocks_keeps_no_other_connector_waiting) {
  std::promise<void> open;
  auto gate = open.get_future().share();
  {
    integration_manager manager(settings());
    manager.register_connector("slow", "shift",
                               calling([gate](const nlohmann::json&) { gate.wait(); }),
                               {.concurrency = 1});
    manager.register_connector(
        "quick", "shift", calling([&](const nlohmann::json& payload) { got.add(payload.dump()); }));
    for (int i = 0; i < 20; ++i) manager.handle_event({.type = "shift", .data = i});
    EXPECT_EQ(got.wait_for(20).size(), 20u);
    open.set_value();
  }
}

TEST_F(embedded, the_same_event_again_is_known_and_other_content_is_refused) {
  integration_manager manager(settings());
  manager.register_connector(
      "payroll", "shift", calling([&](const nlohmann::json& payload) { got.add(payload.dump()); }));
  const new_event event{.type = "shift", .data = 1, .id = "s-1"};
  EXPECT_FALSE(manager.handle_event(event).duplicate);
  EXPECT_TRUE(manager.handle_event(event).duplicate);
  try {
    manager.handle_event({.type = "shift", .data = 2, .id = "s-1"});
    ADD_FAILURE() << "taken";
  } catch (const event_refused& refused) {
    EXPECT_EQ(refused.code(), refusal_code::conflict);
  }
  manager.handle_event({.type = "shift", .data = 3, .id = "s-2"});
  EXPECT_EQ(got.wait_for(2), (std::vector<std::string>{"1", "3"}));
}

TEST_F(embedded, a_bad_event_is_refused_with_what_is_wrong) {
  integration_manager manager(settings());
  for (const auto& bad : {new_event{}, new_event{.type = "shift", .id = std::string(300, 'x')},
                          new_event{.type = "shift", .data = "\xff"}}) {
    try {
      manager.handle_event(bad);
      ADD_FAILURE() << "taken";
    } catch (const event_refused& refused) {
      EXPECT_EQ(refused.code(), refusal_code::invalid) << refused.what();
      EXPECT_NE(std::string(refused.what()), "");
    }
  }
}

TEST_F(embedded, the_callback_form_tells_once_it_is_durable) {
  std::promise<bool> told;
  integration_manager manager(settings());
  manager.register_connector("payroll", "shift", calling([](const nlohmann::json&) {}));
  manager.handle_event({.type = "shift"}, [&](const integration_manager::event_outcome& became) {
    told.set_value(std::holds_alternative<event_accepted>(became));
  });
  EXPECT_TRUE(told.get_future().get());
}

TEST_F(embedded, events_with_one_ordering_key_go_one_after_the_other) {
  integration_manager manager(settings());
  std::atomic<int> under_way = 0;
  manager.register_connector("payroll", "shift", calling([&](const nlohmann::json& payload) {
                               EXPECT_EQ(++under_way, 1);
                               got.add(payload["n"].dump());
                               --under_way;
                             }),
                             {.concurrency = 8, .ordering_key = "data.employee"});
  std::vector<std::string> sent;
  for (int i = 0; i < 50; ++i) {
    manager.handle_event({.type = "shift", .data = {{"employee", "E1"}, {"n", i}}});
    sent.push_back(std::to_string(i));
  }
  EXPECT_EQ(got.wait_for(50), sent);
}

TEST_F(embedded, what_one_run_leaves_the_next_delivers) {
  const connector_options options{.breaker_open = 100ms};
  {
    auto quickly = settings();
    quickly.drain_timeout = 0ms;
    integration_manager manager(quickly);
    manager.register_connector(
        "payroll", "shift",
        calling([](const nlohmann::json&) { throw std::runtime_error("down"); }), options);
    for (int i = 0; i < 10; ++i) manager.handle_event({.type = "shift", .data = i});
  }
  integration_manager manager(settings());
  manager.register_connector(
      "payroll", "shift", calling([&](const nlohmann::json& payload) { got.add(payload.dump()); }),
      options);
  manager.start();
  EXPECT_EQ(got.wait_for(10).size(), 10u);
}

/// Is refused by its system, and shows its state from within the probe of the next run.
class refused_connector final : public raw_connector {
 public:
  explicit refused_connector(std::promise<void>& asked) : asked_(asked) {}
  void deliver(delivery_task task) override {
    task.complete({delivery_result::kind::hold, false, "who are you?", {}});
    if (!told_.exchange(true)) asked_.set_value();
  }

 private:
  std::promise<void>& asked_;
  std::atomic<bool> told_ = false;
};

/// Keeps what it is given.
class keeping_connector final : public raw_connector {
 public:
  explicit keeping_connector(std::promise<void>& asked) : asked_(asked) {}
  void deliver(delivery_task task) override {
    kept_.push_back(std::move(task));
    if (kept_.size() == 1) asked_.set_value();
  }

 private:
  std::promise<void>& asked_;
  std::vector<delivery_task> kept_;
};

TEST_F(embedded, a_hold_ends_with_another_version_of_the_connector) {
  auto quickly = settings();
  quickly.drain_timeout = 0ms;
  const auto state_in_the_next_run = [&](const std::string& version) {
    std::promise<void> asked;
    integration_manager manager(quickly);
    manager.register_connector("payroll", {"shift"}, std::make_unique<keeping_connector>(asked),
                               {.version = version});
    manager.start();
    asked.get_future().wait();
    return manager.connectors().front().state;
  };
  {
    std::promise<void> asked;
    integration_manager manager(quickly);
    manager.register_connector("payroll", {"shift"}, std::make_unique<refused_connector>(asked),
                               {.version = "1"});
    manager.handle_event({.type = "shift"});
    asked.get_future().wait();
    while (manager.connectors().front().state != "held") std::this_thread::yield();
  }
  EXPECT_EQ(state_in_the_next_run("1"), "held");
  EXPECT_EQ(state_in_the_next_run("2"), "running");
}

TEST_F(embedded, connectors_share_a_rate_and_learn_how_many_at_once) {
  auto with = settings();
  with.rate_limits = {{"tenant", 1000}};
  integration_manager manager(with);
  const auto note = [this](const nlohmann::json& payload) { got.add(payload.dump()); };
  const connector_options sharing{.concurrency = 4, .adaptive = true, .shared_rate = "tenant"};
  manager.register_connector("payroll", "shift", calling(note), sharing);
  manager.register_connector("calendar", "shift", calling(note), sharing);
  manager.start();
  for (int i = 0; i < 20; ++i) manager.handle_event({.type = "shift", .data = {{"n", i}}});
  EXPECT_EQ(got.wait_for(40).size(), 40u);
}

TEST_F(embedded, a_rate_that_is_not_there_and_one_of_nothing_are_refused) {
  const auto nothing = [](const nlohmann::json&) {};
  auto with = settings();
  with.rate_limits = {{"tenant", 0}};
  EXPECT_THROW(integration_manager{with}, std::invalid_argument);
  integration_manager manager(settings());
  EXPECT_THROW(manager.register_connector("payroll", "shift", calling(nothing),
                                          {.rate_per_second = 5, .shared_rate = "tenant"}),
               std::invalid_argument);
  manager.register_connector("payroll", "shift", calling(nothing), {.shared_rate = "tenant"});
  EXPECT_THROW(manager.start(), std::runtime_error);
}

TEST_F(embedded, a_name_given_twice_and_a_bad_expression_are_refused) {
  integration_manager manager(settings());
  const auto nothing = [](const nlohmann::json&) {};
  manager.register_connector("payroll", "shift", calling(nothing));
  EXPECT_THROW(manager.register_connector("payroll", "shift", calling(nothing)),
               std::invalid_argument);
  EXPECT_THROW(manager.register_connector("other", "shift", calling(nothing), {.when = "data.("}),
               std::invalid_argument);
  EXPECT_THROW(manager.register_connector("other", {"shift"},
                                          custom_http_system{.origin = "payroll", .exchange = {}}),
               std::invalid_argument);
  manager.start();
  EXPECT_THROW(manager.register_connector("late", "shift", calling(nothing)), std::logic_error);
}

TEST_F(embedded, a_task_that_is_dropped_is_tried_again) {
  struct forgetful final : raw_connector {
    explicit forgetful(journal& to) : got(to) {}
    void deliver(delivery_task task) override {
      if (++calls < 3) return;
      got.add(std::string(task.what().data));
      task.complete(delivery_result::delivered());
    }
    journal& got;
    int calls = 0;
  };
  integration_manager manager(settings());
  manager.register_connector("pager", {"shift"}, std::make_unique<forgetful>(got),
                             {.retry_initial = 100ms});
  manager.handle_event({.type = "shift", .data = 7});
  EXPECT_EQ(got.wait_for(1).at(0), "7");
}

using embedded_death = embedded;

TEST_F(embedded_death, waiting_inside_a_connector_ends_the_process_with_a_message) {
  testing::GTEST_FLAG(death_test_style) = "threadsafe";
  EXPECT_DEATH(
      {
        integration_manager manager(settings());
        manager.register_connector("payroll", "shift", calling([&](const nlohmann::json&) {
                                     manager.handle_event({.type = "shift"});
                                   }));
        manager.handle_event({.type = "shift"});
        got.wait_for(1);  // nothing comes
      },
      "invariant broken");
}

}  // namespace
}  // namespace airtrain::tests
