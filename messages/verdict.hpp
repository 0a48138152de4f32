#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace airtrain {

/// What an answer means; see the table in docs/semantics.md. Names are those of the API and
/// metrics.
enum class answer_class : std::uint8_t {
  delivered,
  retry,
  throttled,
  reject,
  refused,      ///< 403: perhaps this event, perhaps us
  hold,         ///< the target refuses us: probed until it takes us back
  hold_manual,  ///< the target says stop: until an operator resumes
};

/// Who is to blame: the target (feeds its breaker or a hold) or this event alone.
enum class failure_scope : std::uint8_t { connector, event };

/// Why a delivery ended or waits. Stable codes, shown by the API and counted by metrics.
enum class reason : std::uint8_t {
  none = 0,
  answered,  ///< an HTTP status decided
  connect_failed,
  resolve_failed,
  reset,
  attempt_timeout,
  tls_failed,
  certificate_refused,
  malformed_answer,
  mapping_error,
  write_failed,  ///< a file or custom connector could not write
  connector_threw,
  max_attempts,
  gave_up,  ///< give_up_after of reachable time
  deadline_passed,
  backlog_full,
  discarded_by_operator,
  dead_lettered_by_operator,
  superseded,
  reject_guard,
  refused_repeatedly,
  cut_by_restart,
  lane_stopped,  ///< waits: an earlier one of its lane is a dead letter that stops it
};

/// The result of one attempt, as a connector reports it. What follows from it is the dispatcher's.
struct verdict {
  answer_class outcome = answer_class::retry;
  failure_scope scope = failure_scope::connector;
  reason why = reason::none;
  int status = 0;                              ///< HTTP status, 0 when there was none
  std::string answer;                          ///< at most 1 KiB of what the target said
  std::string message;                         ///< for people: what went wrong, no secrets
  std::optional<std::int64_t> retry_after_ms;  ///< the target's own hint, relative to its answer
  bool renew_key = false;                      ///< the next attempt needs a new idempotency key
};

constexpr std::size_t answer_bytes_max = 1024;

std::string_view to_string(answer_class value);
std::string_view to_string(failure_scope value);
std::string_view to_string(reason value);
std::optional<answer_class> answer_class_from(std::string_view name);
std::optional<reason> reason_from(std::string_view name);

}  // namespace airtrain
