#include "embed/registration.hpp"

#include <fmt/format.h>

#include <stdexcept>

namespace airtrain::embed {
namespace {

std::optional<expression> compiled(const std::string& text, std::string_view what) {
  if (text.empty()) return std::nullopt;
  auto made = expression::compile(text);
  if (!made)
    throw std::invalid_argument(fmt::format("{}: {} (at character {})", what, made.error().message,
                                            made.error().offset + 1));
  return std::move(*made);
}

dispatch_options dispatch_of(const connector_options& from) {
  if (from.concurrency == 0) throw std::invalid_argument("concurrency must be at least 1");
  dispatch_options out;
  out.concurrency = from.concurrency;
  out.window = std::max(out.window, 4 * from.concurrency);
  if (from.rate_per_second > 0) out.rate_per_second = from.rate_per_second;
  out.attempt_timeout = from.timeout;
  out.retry.initial = from.retry_initial;
  out.retry.max = from.retry_max;
  out.retry.give_up_after = from.give_up_after;
  out.retry.max_attempts = from.max_attempts;
  out.breaker.consecutive = from.breaker_consecutive;
  out.breaker.open = from.breaker_open;
  out.breaker.open_max = from.breaker_open_max;
  out.ordered = !from.ordering_key.empty();
  out.dead_letter = from.stop_lane_on_dead_letter ? on_dead_letter::stop : on_dead_letter::proceed;
  out.expires_after = from.expires_after;
  return out;
}

}  // namespace

connector_registration registration_of(std::string name, std::vector<std::string> events,
                                       const connector_options& options) {
  if (name.empty()) throw std::invalid_argument("a connector needs a name");
  if (events.empty()) throw std::invalid_argument(name + ": no event types");
  connector_registration out;
  out.when = compiled(options.when, name + ": when");
  out.lane_key = compiled(options.ordering_key, name + ": ordering_key");
  out.dispatch = dispatch_of(options);
  out.name = std::move(name);
  out.type = "custom";
  out.events = std::move(events);
  return out;
}

}  // namespace airtrain::embed
