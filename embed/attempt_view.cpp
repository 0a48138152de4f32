#include "embed/attempt_view.hpp"

#include "messages/invariant.hpp"

namespace airtrain::embed {
namespace {

answer_class class_of(delivery_result::kind what) {
  switch (what) {
    case delivery_result::kind::delivered:
      return answer_class::delivered;
    case delivery_result::kind::retry:
      return answer_class::retry;
    case delivery_result::kind::throttled:
      return answer_class::throttled;
    case delivery_result::kind::rejected:
      return answer_class::reject;
    case delivery_result::kind::hold:
      return answer_class::hold;
  }
  AIRTRAIN_INVARIANT(false);
  return answer_class::retry;
}

bool event_scope(const delivery_result& result) {
  return result.event_only || result.what == delivery_result::kind::rejected;
}

}  // namespace

delivery_view view_of(const delivery& what, std::string_view connector) {
  const auto& event = *what.event;
  delivery_view out;
  out.event_id = event.id();
  out.source = event.source();
  out.type = event.type();
  out.subject = event.subject();
  out.time = event.time();
  out.data = event.data();
  out.idempotency_key = delivery_identity(event.source(), event.id(), connector, what.key.part,
                                          what.history.key_generation);
  out.attempt = what.history.attempts + 1;
  return out;
}

verdict verdict_of(delivery_result result) {
  verdict out;
  out.outcome = class_of(result.what);
  out.scope = event_scope(result) ? failure_scope::event : failure_scope::connector;
  out.why = result.what == delivery_result::kind::delivered ? reason::none : reason::write_failed;
  out.message = std::move(result.message);
  if (result.retry_after.count() > 0) out.retry_after_ms = result.retry_after.count();
  return out;
}

verdict thrown_verdict(std::string_view message) {
  verdict out;
  out.why = reason::connector_threw;
  out.message = message;
  return out;
}

}  // namespace airtrain::embed
