// What a target says about when to come back. Input: Retry-After, RateLimit-Reset and Date, a line
// each.

#include <cstdint>

#include "core/answer_rules.hpp"
#include "core/ingest/rfc3339.hpp"
#include "messages/invariant.hpp"

namespace {

std::string_view take_line(std::string_view& rest) {
  const auto end = rest.find('\n');
  const auto line = rest.substr(0, end);
  rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
  return line;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace airtrain;
  std::string_view rest{reinterpret_cast<const char*>(data), size};
  answer_facts facts;
  facts.status = 503;
  facts.retry_after = take_line(rest);
  facts.rate_limit_reset = take_line(rest);
  facts.date = take_line(rest);
  facts.now_ms = 1'700'000'000'000;
  static_cast<void>(is_rfc3339(facts.retry_after));
  const auto hint = retry_after_ms(facts.retry_after, facts.date, facts.now_ms);
  AIRTRAIN_INVARIANT(!hint || *hint >= 0);
  const auto verdict = classify_answer(facts, {});
  AIRTRAIN_INVARIANT((verdict.outcome == answer_class::throttled) == hint.has_value());
  AIRTRAIN_INVARIANT(!verdict.retry_after_ms || *verdict.retry_after_ms >= 0);
  facts.status = 429;
  AIRTRAIN_INVARIANT(classify_answer(facts, {}).outcome == answer_class::throttled);
  return 0;
}
