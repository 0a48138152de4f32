#pragma once

#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <vector>

#include "core/dispatch/dispatcher.hpp"
#include "store/memory_store.hpp"
#include "tests/sim/conduct.hpp"
#include "tests/sim/ledger.hpp"
#include "tests/sim/rate_keeper.hpp"
#include "tests/sim/target.hpp"

namespace airtrain::sim {

/// What a supervisor works with.
struct surroundings {
  agenda& time;
  dice& random;
  journal& log;
  memory_store& store;
  ledger& account;
  target& system;
  std::shared_ptr<rate_keeper> rate;
  std::function<void()> touch_store;  ///< the store has something to do
  microseconds message_delay_max;     ///< of what goes from thread to thread
};

/// One connector's supervisor as one life of it: feeds facts to the dispatcher and carries out its
/// actions as the actor does. Facts come late, over two channels.
class supervisor_loop : public std::enable_shared_from_this<supervisor_loop> {
 public:
  using fact = std::function<void(dispatcher&, instant, dispatch_actions&)>;

  supervisor_loop(surroundings around, connector_id id, const dispatch_options& options);
  void open();
  /// Tells the dispatcher, soon, or once it is open.
  void tell(told what, fact how);
  void drain();
  bool drained() const {
    return draining_ && answers_->empty() && words_->empty() && !fetching_ && quiet();
  }
  bool quiet() const { return !dispatcher_ || dispatcher_->in_flight() == 0; }
  const dispatcher* decisions() const { return dispatcher_ ? &*dispatcher_ : nullptr; }
  /// What the one before it, which ended well, must have left behind: judged at the opening.
  void expect(const connector_status& left, bool config_changed) {
    expected_ = {left, config_changed};
  }

 private:
  /// Keeps its own order; one channel may overtake the other, as threads do.
  using channel = std::shared_ptr<std::deque<std::function<void()>>>;
  void post(channel by, std::function<void()> message);
  void opened(const opened_connector& what);
  void act(const told& what, const fact& how);
  void perform();
  void send(attempt_order& order);
  void order_tokens(const token_order& order);
  void granted(std::uint32_t tokens);
  void completed(attempt_outcome outcome);
  void take_outcomes();
  void fetch(const fetch_request& request);
  void fetched(const fetch_request& asked, result<fetch_result, store_error> answer);
  void arm(std::optional<microseconds> at);

  surroundings around_;
  connector_id id_;
  dispatch_options options_;
  conduct conduct_;
  std::optional<dispatcher> dispatcher_;
  std::uint64_t epoch_ = 0;
  dispatch_actions actions_;
  channel answers_ = std::make_shared<channel::element_type>();  ///< of the store and the target
  channel orders_ = std::make_shared<channel::element_type>();   ///< to the rate keeper
  channel words_ = std::make_shared<channel::element_type>();    ///< of the router and operators
  std::vector<std::pair<told, fact>> early_;                     ///< told before it was open
  std::vector<attempt_outcome> outcomes_;
  std::optional<std::pair<connector_status, bool>> expected_;
  std::uint64_t timer_ = 0;  ///< generation of the one that counts
  bool fetching_ = false;
  bool draining_ = false;
};

}  // namespace airtrain::sim
