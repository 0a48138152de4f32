#pragma once

#include <map>
#include <optional>
#include <string>
#include <vector>

#include "core/dispatch/dispatcher.hpp"

namespace airtrain::testing {

event_ref tiny_event(std::uint64_t seq, std::int64_t accepted_at_ms = 1'000'000,
                     std::string_view extensions = {}, std::string_view type = "t");

/// The least of a store that a dispatcher needs: a log, and per delivery where it is. Everything is
/// durable at once. Breaks the test where the dispatcher breaks the contract.
class fake_store {
 public:
  enum class place { log, taken, waiting, aside, ended };
  struct row {
    delivery what;
    place at = place::log;
    bool taken_before = false;  ///< an earlier owner had taken it: fresh again
    std::int64_t due_ms = 0;
    failure_scope scope = failure_scope::connector;
    bool stops_lane = false;
    std::vector<settlement> settled;
  };

  void add(std::uint64_t seq, lane_id lane = no_lane, std::string_view extensions = {},
           std::string_view type = "t");
  fetch_result fetch(const fetch_request& request);
  void settle(const settlement& s);
  void replay(std::uint64_t seq);
  blocked_lane lane_now(lane_id lane) const;
  /// Another owner takes over: what was taken comes again.
  opened_connector reopen();
  void keep(std::string state) { owner_state_ = std::move(state); }

  bool fresh_left() const;
  bool all_ended() const;
  bool stopped(lane_id lane) const;
  const row& at(std::uint64_t seq) const { return rows_.at(seq); }
  std::size_t count(place at) const;

 private:
  std::map<std::uint64_t, row> rows_;
  std::string owner_state_;
};

/// A dispatcher, its store and virtual time. Fetches are answered at once unless `slow_store`; what
/// is sent waits in `sent` for the test to answer.
class rig {
 public:
  explicit rig(const dispatch_options& options, std::uint64_t seed = 1);

  void open();
  void add(std::uint64_t seq, lane_id lane = no_lane, std::string_view type = "t");
  /// Another owner takes over; what was in flight is forgotten.
  void restart();
  void pause() {
    run([&](dispatch_actions& out) { core->pause(now, out); });
  }
  void resume() {
    run([&](dispatch_actions& out) { core->resume(now, out); });
  }
  /// Replays a dead letter and tells the owner of its lane.
  void replay(std::uint64_t seq);
  /// Answers the attempt in flight for this event.
  void answer(std::uint64_t seq, verdict v);
  void answer_all(const verdict& v);
  void pass(std::chrono::milliseconds time);
  /// To the next moment the dispatcher asked for; false: it waits for nothing.
  bool pass_to_wake();
  void run(std::function<void(dispatch_actions&)> fact);

  /// The shared rate grants of what was asked for.
  void grant(std::uint32_t tokens);
  /// It had granted these before it was told anything else.
  void in_transit(std::uint32_t tokens);

  bool sent(std::uint64_t seq) const { return in_flight.contains(seq); }
  connector_status status() const { return core->status(now); }
  std::vector<std::uint64_t> sent_seqs() const;

  dispatch_options options;
  fake_store store;
  std::unique_ptr<dispatcher> core;
  instant now{std::chrono::microseconds{5'000'000}, 1'000'000'000};
  std::map<std::uint64_t, attempt_order> in_flight;
  std::vector<connector_event> reports;
  std::optional<std::chrono::microseconds> wake_at;
  std::size_t fetches = 0;
  std::uint32_t tokens_wanted = 0;  ///< as who keeps the shared rate knows it
  std::uint32_t tokens_given_back = 0;

 private:
  void execute(dispatch_actions& actions);
};

verdict delivered();
verdict unreachable();
verdict rejected();
verdict conflict();  ///< retry, event scope
verdict throttled(std::optional<std::int64_t> hint_ms = std::nullopt);
verdict forbidden();
verdict unauthorized();
verdict gone();  ///< manual hold

}  // namespace airtrain::testing
