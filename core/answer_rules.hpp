#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "messages/verdict.hpp"

namespace airtrain {

/// One entry of a connector's `answers:`; the first that matches decides.
struct answer_rule {
  int status_first = 0;  ///< inclusive range; a single status has both the same
  int status_last = 0;
  answer_class is = answer_class::delivered;
  failure_scope scope = failure_scope::event;  ///< for retry
  bool renew_key = false;
};

/// The facts of an HTTP answer that decide its class.
struct answer_facts {
  int status = 0;
  std::string_view retry_after;       ///< raw header value; empty: absent
  std::string_view rate_limit;        ///< `RateLimit`, raw
  std::string_view rate_limit_reset;  ///< `RateLimit-Reset` or `X-RateLimit-Reset`, raw
  std::string_view date;              ///< raw `Date` of the answer
  std::string_view body;              ///< as much as was read
  bool url_is_mapped = false;         ///< 410 then speaks of this event, not of the target
  std::int64_t now_ms = 0;            ///< wall clock, where the answer has no Date
};

/// The table of docs/semantics.md, after the connector's own rules. `refused` has the scope
/// `event`: it says nothing about the target's health. A delivered answer's body is not kept.
verdict classify_answer(const answer_facts& facts, const std::vector<answer_rule>& rules);

/// `Retry-After`: seconds, or any of the three HTTP dates relative to `date` (else to `now_ms`).
/// Unset when unparseable, negative or absent. Milliseconds.
std::optional<std::int64_t> retry_after_ms(std::string_view value, std::string_view date,
                                           std::int64_t now_ms);
/// Any of the three forms of HTTP dates to ms since the epoch. Two-digit years from 69 on are of
/// the last century.
std::optional<std::int64_t> http_date_ms(std::string_view text);

}  // namespace airtrain
