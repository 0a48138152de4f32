#pragma once

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <atomic>
#include <condition_variable>
#include <functional>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

#include "store/settings.hpp"
#include "store/store.hpp"

namespace airtrain::conformance {

/// One store under test, and what can be done to it from outside. A backend implements this, and
/// plugs in with INSTANTIATE_TEST_SUITE_P(<name>, store_conformance, ...) in a file of its own.
class backend {
 public:
  virtual ~backend() = default;
  /// The open store. Another object after `reopen` and `crash`.
  virtual store& current() = 0;
  /// Helps what was asked for along; called again and again until it has happened. A store with
  /// threads of its own needs nothing here.
  virtual void pump() = 0;
  /// A clean stop (`close`) and start over the same data.
  virtual void reopen() = 0;
  /// Ends without a clean stop and starts over what is durable. False: this backend can't.
  virtual bool crash() = 0;
  /// The next commit fails; `lands`: what it holds is durable all the same. False: can't.
  virtual bool fail_next_commit(bool /*lands*/) { return false; }
  /// Pretends that the disk is full, or has room again. False: can't.
  virtual bool set_disk_full(bool /*full*/) { return false; }
};

struct backend_factory {
  std::string name;
  std::function<std::unique_ptr<backend>(const store_settings& settings,
                                         std::function<std::int64_t()> wall_ms)>
      make;
};
inline void PrintTo(const backend_factory& factory, std::ostream* out) {
  *out << factory.name;
}

/// What a test says about an event: source "test", type "t", JSON data.
struct sample {
  std::string id;
  std::string type = "t";
  std::string source = "test";
  std::string data = "{}";
};
event_ref sealed(const sample& what, std::int64_t accepted_at_ms);

/// The executable definition of store/store.hpp. Time is the fixture's: `now_ms`.
class store_conformance : public ::testing::TestWithParam<backend_factory> {
 protected:
  void SetUp() override { start({}); }
  void start(const store_settings& settings);

  store& current() { return backend_->current(); }

  /// Waits for the one answer of a call.
  template <class T>
  T await(const std::function<void(std::function<void(T)>)>& call) {
    struct box {
      std::mutex guard;
      std::condition_variable changed;
      std::optional<T> value;
    };
    const auto answer = std::make_shared<box>();
    call([answer](T value) {
      const std::scoped_lock lock{answer->guard};
      EXPECT_FALSE(answer->value) << "a completion ran twice";
      answer->value = std::move(value);
      answer->changed.notify_one();
    });
    wait_until([&] {
      std::unique_lock lock{answer->guard};
      return answer->changed.wait_for(lock, std::chrono::milliseconds{1},
                                      [&] { return answer->value.has_value(); });
    });
    const std::scoped_lock lock{answer->guard};
    if (!answer->value) throw std::runtime_error("no answer");
    return *answer->value;
  }
  /// Pumps until it holds, for 10 s at most.
  void wait_until(const std::function<bool()>& holds);

  connector_id connector(const std::string& name);

  publish_item item(const sample& what, std::vector<route> routes = {}) {
    return {sealed(what, now_ms), std::move(routes)};
  }
  std::vector<publish_result> publish_all(std::vector<publish_request> requests);
  publish_result publish(std::vector<publish_item> items);
  /// One event to one connector; its seq.
  std::uint64_t publish_to(connector_id to, const std::string& id, lane_id lane = no_lane);

  opened_connector open(connector_id id);
  fetch_result fetch(connector_id id, std::uint64_t epoch, const fetch_request& what);
  fetch_result fresh(connector_id id, std::uint64_t epoch, std::uint32_t count = 100);
  fetch_result due(connector_id id, std::uint64_t epoch, bool release = false,
                   std::uint32_t count = 100);
  fetch_result lane_of(connector_id id, std::uint64_t epoch, lane_id lane,
                       std::uint32_t count = 100);
  void settle(connector_id id, std::uint64_t epoch, std::vector<settlement> all);
  /// All settled so far is durable.
  void flush();

  std::vector<event_detail> details(const std::string& id);
  delivery_detail only_delivery(const std::string& id);
  delivery_state state_of(const std::string& id) { return only_delivery(id).state; }
  std::vector<dead_letter> dead_letters(dead_letter_query query = {});
  bulk_result replay(std::vector<dead_letter_id> ids, replay_options options = {});
  bulk_result discard(std::vector<dead_letter_id> ids);
  bulk_result change(std::vector<dead_letter_id> ids, change_options options);

  std::atomic<std::int64_t> now_ms{1'700'000'000'000};
  std::atomic<int> work_calls{0};  ///< of `on_work`, all connectors

 private:
  std::unique_ptr<backend> backend_;

 protected:
  backend& under_test() { return *backend_; }
};

/// Settlements as a dispatcher would make them.
settlement delivered(const delivery& what);
settlement dead(const delivery& what, reason why = reason::answered, bool stops_lane = false);
settlement retry_at(const delivery& what, std::int64_t due_ms,
                    failure_scope scope = failure_scope::event);
settlement aside(const delivery& what);
settlement give_back(const delivery& what);
settlement uncounted(settlement what, settlement::kind kind);

/// The event ids of deliveries, in order.
std::vector<std::string> ids(const std::vector<delivery>& deliveries);

}  // namespace airtrain::conformance
