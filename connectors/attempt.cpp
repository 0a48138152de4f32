#include <utility>

#include "connectors/connector.hpp"
#include "messages/invariant.hpp"

namespace airtrain {

attempt::attempt(attempt_order order, std::shared_ptr<outcome_sink> sink,
                 std::int64_t started_wall_ms)
    : order_(std::move(order)),
      sink_(std::move(sink)),
      started_wall_ms_(started_wall_ms),
      started_(std::chrono::steady_clock::now()) {}

attempt& attempt::operator=(attempt&& other) noexcept {
  attempt dropped(std::move(*this));  // completes at the end of this scope, if it must
  order_ = std::move(other.order_);
  sink_ = std::move(other.sink_);
  started_wall_ms_ = other.started_wall_ms_;
  started_ = other.started_;
  return *this;
}

attempt::~attempt() {
  if (!sink_) return;
  verdict dropped;
  dropped.why = reason::connector_threw;
  dropped.message = "the connector gave the attempt up";
  complete(std::move(dropped));
}

void attempt::complete(verdict result, rendered_ref rendered,
                       std::optional<std::chrono::microseconds> answered_in) {
  AIRTRAIN_INVARIANT(sink_ != nullptr);
  attempt_outcome outcome;
  outcome.key = order_.what.key;
  outcome.with = order_.with;
  outcome.result = std::move(result);
  outcome.rendered = std::move(rendered);
  outcome.started_wall_ms = started_wall_ms_;
  outcome.took = std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::steady_clock::now() - started_);
  outcome.answered_in = answered_in;
  std::exchange(sink_, nullptr)->push(std::move(outcome));
}

}  // namespace airtrain
