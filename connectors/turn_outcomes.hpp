#pragma once

#include <memory>
#include <vector>

#include "connectors/connector.hpp"
#include "http/io_pool.hpp"

namespace airtrain {

/// Gathers what completes within one turn of a loop and hands it on at the turn's end: one lock and
/// one wake-up of the supervisor for all of it. Used on the loop's thread; outcomes from other
/// threads go straight on.
class turn_outcomes : public outcome_sink, public std::enable_shared_from_this<turn_outcomes> {
 public:
  turn_outcomes(http::io_loop& loop, std::shared_ptr<outcome_sink> to)
      : loop_(loop), to_(std::move(to)) {}

  void push(attempt_outcome outcome) override {
    if (!loop_.on_its_thread()) return to_->push(std::move(outcome));
    gathered_.push_back(std::move(outcome));
    // Posted work runs behind everything that is ready now.
    if (gathered_.size() == 1) loop_.post([self = shared_from_this()] { self->hand_on(); });
  }

 private:
  void hand_on() { to_->push_all(std::exchange(gathered_, {})); }

  http::io_loop& loop_;
  std::shared_ptr<outcome_sink> to_;
  std::vector<attempt_outcome> gathered_;
};

}  // namespace airtrain
