#pragma once

#include <caf/scheduler/test_coordinator.hpp>
#include <chrono>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "actors/hub.hpp"
#include "store/memory_store.hpp"

namespace airtrain {

/// What a connector of the tests does with what it is handed, and what it was handed.
struct script {
  enum class mode { deliver, keep, reject, crash } does = mode::deliver;
  bool cannot_be_made = false;
  std::vector<std::string> seen;  ///< ids of events, one per attempt
  std::vector<attempt> kept;
  int made = 0;

  void complete_kept(answer_class as = answer_class::delivered);
};

/// A hub over a memory store and scripted connectors, on one thread and under virtual time.
class world {
 public:
  explicit world(delivery_engine_settings settings = {});
  ~world();

  /// Before `start`. Wants events of the type "<name>.*" and "all".
  script& add(const std::string& name, dispatch_options options = {});
  void start();

  /// Lets actors and store work until nothing is left to do now.
  void settle();
  /// Lets the actors work, but not the store.
  void settle_actors() { scheduler().run(); }
  void pass(std::chrono::milliseconds time);

  /// The answer comes into `answer_of`.
  void submit(const std::string& id, const std::string& type = "all");
  submit_result answer_of(const std::string& id) const;
  bool answered(const std::string& id) const;
  void submit_and_settle(const std::string& id, const std::string& type = "all") {
    submit(id, type);
    settle();
  }

  connector_report report(const std::string& connector);
  std::optional<waits> why(const std::string& connector, std::uint64_t seq);
  operator_code pause(const std::string& connector);
  operator_code resume(const std::string& connector);

  memory_store& storage() { return *store_; }
  hub& actors() { return *hub_; }
  std::size_t running_actors() { return system_.registry().running(); }
  void stop();

 private:
  struct config : caf::actor_system_config {
    config();
  };
  caf::scheduler::test_coordinator& scheduler();
  operator_code wait_for(const std::optional<operator_code>& answer);

  std::int64_t wall_ms_ = 1'700'000'000'000;
  config config_;
  caf::actor_system system_;
  std::unique_ptr<memory_store> store_;
  std::unique_ptr<hub> hub_;
  std::vector<std::shared_ptr<script>> scripts_;
  std::vector<std::pair<std::string, submit_result>> answers_;
};

event_ref test_event(const std::string& id, const std::string& type, std::int64_t accepted_at_ms);

}  // namespace airtrain
