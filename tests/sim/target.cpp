#include "tests/sim/target.hpp"

namespace airtrain::sim {
namespace {

verdict failed(answer_class outcome, failure_scope scope, reason why, int status) {
  verdict result;
  result.outcome = outcome;
  result.scope = scope;
  result.why = why;
  result.status = status;
  return result;
}

}  // namespace

target::answer target::attempt(const attempt_order& order) {
  if (!healed_) {
    switch (grudge_against(order.what.event->id())) {
      case grudge::reject:
        return {failed(answer_class::reject, failure_scope::event, reason::answered, 422),
                dice_.between(milliseconds{1}, milliseconds{20})};
      case grudge::fail:
        return {failed(answer_class::retry, failure_scope::connector, reason::answered, 500),
                dice_.between(milliseconds{1}, milliseconds{20})};
      case grudge::none:
        break;
    }
  }
  return in_mood(healed_ ? mood::healthy : mood_);
}

void target::change_mood() {
  mood_ = dice_.chance(0.4) ? mood::healthy : static_cast<mood>(dice_.below(moods));
}

target::grudge target::grudge_against(std::string_view event) {
  const auto known = grudges_.find(event);
  if (known != grudges_.end()) return known->second;
  auto held = grudge::none;
  if (dice_.chance(0.03))
    held = grudge::reject;
  else if (dice_.chance(0.03))
    held = grudge::fail;
  return grudges_.emplace(event, held).first->second;
}

target::answer target::in_mood(mood now) {
  const auto quickly = dice_.between(microseconds{500}, milliseconds{20});
  const auto connector = failure_scope::connector;
  switch (now) {
    case mood::healthy:
      return {failed(answer_class::delivered, connector, reason::answered, 200), quickly};
    case mood::slow:
      return {failed(answer_class::delivered, connector, reason::answered, 200),
              dice_.between(timeout_ / 10, timeout_)};
    case mood::resetting:
      return {failed(answer_class::retry, connector, reason::reset, 0), quickly};
    case mood::hanging:
      return {failed(answer_class::retry, connector, reason::attempt_timeout, 0), timeout_};
    case mood::throttling: {
      auto throttled = failed(answer_class::throttled, connector, reason::answered, 429);
      if (dice_.chance(0.7)) throttled.retry_after_ms = dice_.between(0, 4000);
      return {throttled, quickly};
    }
    case mood::garbage:
      return {failed(answer_class::retry, connector, reason::malformed_answer, 0), quickly};
    case mood::rejecting:
      return {failed(answer_class::reject, failure_scope::event, reason::answered, 404), quickly};
    case mood::forbidding:
      return {failed(answer_class::refused, connector, reason::answered, 403), quickly};
    case mood::unauthorized:
      return {failed(answer_class::hold, connector, reason::answered, 401), quickly};
    case mood::gone:
      said_gone_ = true;
      return {failed(answer_class::hold_manual, connector, reason::answered, 410), quickly};
    case mood::conflicting:
      if (dice_.chance(0.5)) return in_mood(mood::healthy);
      return {failed(answer_class::retry, failure_scope::event, reason::answered, 409), quickly};
    case mood::erratic:
      return in_mood(dice_.chance(0.5) ? mood::healthy : static_cast<mood>(dice_.below(moods - 1)));
  }
  return {};
}

}  // namespace airtrain::sim
