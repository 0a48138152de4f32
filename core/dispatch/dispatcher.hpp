#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "core/dispatch/options.hpp"
#include "core/dispatch/token_order.hpp"
#include "messages/connector_status.hpp"
#include "messages/instant.hpp"
#include "messages/outcome.hpp"
#include "messages/settlement.hpp"

namespace airtrain {

/// What the supervisor has to do next. Executed in the order of the members; the vectors are
/// reused.
struct dispatch_actions {
  std::vector<settlement> settle;         ///< hand to the store, in this order
  std::vector<attempt_order> send;        ///< hand to the connector; each completes exactly once
  std::optional<fetch_request> fetch;     ///< at most one is under way at a time
  std::optional<std::string> save_state;  ///< the owner's state changed: keep it
  std::vector<connector_event> report;    ///< for logs and metrics
  std::optional<token_order> tokens;      ///< for who keeps the shared rate
  /// The next moment (steady) at which `tick` must be called; unset: nothing waits for time.
  /// Replaces what was said before.
  std::optional<std::chrono::microseconds> wake_at;
  void clear();
};

/// What became of a delivery that an operator wants ended.
enum class withdrawal : std::uint8_t {
  done,
  in_flight,  ///< its answer decides
  not_here,   ///< not taken, or settled already
};

enum class breaker_command : std::uint8_t { force_open, disable, automatic, reset };

/// Everything one connector's supervisor decides, as a pure object: window, lanes, circuit breaker,
/// holds, retry, rate and concurrency. Facts go in, actions come out. It reads no clock and draws
/// randomness only from the generator it was given; it belongs to one thread at a time.
///
/// Rules: docs/semantics.md. Every delivery it took by `fetched` is settled exactly once, or is
/// still in its window when it is destroyed (the store then gives it out again).
class dispatcher {
 public:
  dispatcher(const dispatch_options& options, std::uint64_t random_seed);
  ~dispatcher();
  dispatcher(dispatcher&&) noexcept;
  dispatcher& operator=(dispatcher&&) noexcept;

  // Facts. Each appends to `out`.
  void opened(const opened_connector& what, instant now, dispatch_actions& out);
  /// There is something to fetch again (edge-triggered by the store), or an operator's action made
  /// something due.
  void work_available(instant now, dispatch_actions& out);
  void fetched(fetch_result result, instant now, dispatch_actions& out);
  void attempted(std::vector<attempt_outcome> outcomes, instant now, dispatch_actions& out);
  void tick(instant now, dispatch_actions& out);
  /// The shared rate lets so many attempts start.
  void granted(std::uint32_t tokens, instant now, dispatch_actions& out);

  // Operator.
  void pause(instant now, dispatch_actions& out);
  void resume(instant now, dispatch_actions& out);  ///< ends a pause, or else a hold
  void command(breaker_command what, instant now, dispatch_actions& out);
  /// Dead letters of these lanes were replayed or discarded, or deliveries became due on disk.
  void lanes_changed(const std::vector<blocked_lane>& lanes, instant now, dispatch_actions& out);
  /// Ends what was taken and is not in flight as discarded, or as dead letters, which stop no lane.
  /// One answer per key.
  std::vector<withdrawal> withdraw(const std::vector<delivery_key>& keys, settlement::kind end,
                                   instant now, dispatch_actions& out);
  /// What `withdraw` would answer.
  std::vector<withdrawal> would_withdraw(const std::vector<delivery_key>& keys) const;
  /// These of those lanes waited on disk for their time and were ended there. `lanes_changed`
  /// follows.
  void no_longer_wait(const std::vector<blocked_lane>& lanes,
                      const std::vector<delivery_key>& ended);
  /// Starts no new attempt and fetches nothing from here on; what is in flight still settles, what
  /// was taken and never sent is given back.
  void drain(instant now, dispatch_actions& out);

  std::uint32_t in_flight() const;
  connector_status status(instant now) const;
  /// Why a delivery of this connector that has not ended is not being sent, and until when.
  waits why(const delivery_key& key, lane_id lane, instant now) const;

 private:
  struct state;
  std::unique_ptr<state> state_;
};

}  // namespace airtrain
