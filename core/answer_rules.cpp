#include "core/answer_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/rate_limit_header.hpp"

namespace airtrain {
namespace {

struct meaning {
  answer_class outcome;
  failure_scope scope;
};

constexpr meaning connector_retry{answer_class::retry, failure_scope::connector};
constexpr meaning event_retry{answer_class::retry, failure_scope::event};
constexpr meaning rejected{answer_class::reject, failure_scope::event};
constexpr meaning held{answer_class::hold, failure_scope::connector};
constexpr meaning throttled{answer_class::throttled, failure_scope::connector};

// Digits only; values too large to mean anything are cut.
std::optional<std::int64_t> seconds_of(std::string_view text) {
  constexpr std::int64_t seconds_max = 1'000'000'000'000;
  if (text.empty()) return std::nullopt;
  std::int64_t value = 0;
  for (char c : text) {
    if (c < '0' || c > '9') return std::nullopt;
    value = std::min(value * 10 + (c - '0'), seconds_max);
  }
  return value;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
  while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
  return text;
}

std::optional<std::int64_t> until(std::int64_t moment_ms, std::string_view date,
                                  std::int64_t now_ms) {
  const auto delay = moment_ms - http_date_ms(trimmed(date)).value_or(now_ms);
  if (delay < 0) return std::nullopt;
  return delay;
}

meaning meaning_of(const answer_facts& facts, bool has_retry_after) {
  const int status = facts.status;
  switch (status) {
    case 401:
    case 407:
    case 511:
      return held;
    case 403:
      return {answer_class::refused, failure_scope::event};
    case 408:
    case 425:
      return connector_retry;
    case 409:
    case 423:
      return event_retry;
    case 410:
      return facts.url_is_mapped ? rejected
                                 : meaning{answer_class::hold_manual, failure_scope::connector};
    case 429:
      return throttled;
    case 501:
      return rejected;
    case 503:
      return has_retry_after ? throttled : connector_retry;
    default:
      break;
  }
  if (status >= 200 && status < 300) return {answer_class::delivered, failure_scope::event};
  if (status >= 300 && status < 400) return held;
  if (status >= 400 && status < 500) return rejected;
  return connector_retry;
}

// The scope follows from the class; only a retry can have either.
failure_scope scope_of(const answer_rule& rule) {
  switch (rule.is) {
    case answer_class::throttled:
    case answer_class::hold:
    case answer_class::hold_manual:
      return failure_scope::connector;
    case answer_class::retry:
      return rule.scope;
    default:
      return failure_scope::event;
  }
}

// At most `answer_bytes_max`, not cut within a UTF-8 sequence.
std::string_view kept_answer(std::string_view body) {
  if (body.size() <= answer_bytes_max) return body;
  auto end = answer_bytes_max;
  while (end > answer_bytes_max - 4 && (static_cast<unsigned char>(body[end]) & 0xC0u) == 0x80u)
    --end;
  return body.substr(0, end);
}

std::string message_of(const answer_facts& facts, answer_class outcome) {
  if (facts.status < 200 || facts.status > 599)
    return fmt::format("the target answered with the status {}", facts.status);
  if (outcome == answer_class::hold && facts.status < 400)
    return fmt::format("the target answered {}: redirects are not followed", facts.status);
  return fmt::format("the target answered {}", facts.status);
}

std::optional<std::int64_t> rate_limit_reset_ms(const answer_facts& facts) {
  // Of the two meanings in use, seconds from now and seconds since 1970, size tells.
  constexpr std::int64_t epoch_from = 1'000'000'000;
  auto seconds = rate_limit_reset_seconds(facts.rate_limit);
  if (!seconds) seconds = seconds_of(trimmed(facts.rate_limit_reset));
  if (!seconds || *seconds < epoch_from)
    return seconds ? std::optional{*seconds * 1000} : std::nullopt;
  return until(*seconds * 1000, facts.date, facts.now_ms);
}

}  // namespace

std::optional<std::int64_t> retry_after_ms(std::string_view value, std::string_view date,
                                           std::int64_t now_ms) {
  value = trimmed(value);
  if (const auto seconds = seconds_of(value)) return *seconds * 1000;
  if (const auto moment = http_date_ms(value)) return until(*moment, date, now_ms);
  return std::nullopt;
}

verdict classify_answer(const answer_facts& facts, const std::vector<answer_rule>& rules) {
  verdict v;
  v.why = reason::answered;
  v.status = facts.status;
  v.retry_after_ms = retry_after_ms(facts.retry_after, facts.date, facts.now_ms);

  const auto rule = std::find_if(rules.begin(), rules.end(), [&](const answer_rule& r) {
    return facts.status >= r.status_first && facts.status <= r.status_last;
  });
  if (rule != rules.end()) {
    v.outcome = rule->is;
    v.scope = scope_of(*rule);
    v.renew_key = rule->renew_key;
  } else {
    const auto found = meaning_of(facts, v.retry_after_ms.has_value());
    v.outcome = found.outcome;
    v.scope = found.scope;
    if (facts.status < 200 || facts.status > 599) v.why = reason::malformed_answer;
  }
  if (v.outcome == answer_class::delivered) {
    v.retry_after_ms.reset();
    return v;
  }
  if (v.outcome == answer_class::throttled && !v.retry_after_ms)
    v.retry_after_ms = rate_limit_reset_ms(facts);
  v.answer = kept_answer(facts.body);
  v.message = message_of(facts, v.outcome);
  return v;
}

}  // namespace airtrain
