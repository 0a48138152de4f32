#include "embed/registration.hpp"

#define XXH_INLINE_ALL
#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
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
  if (from.rate_per_second > 0 && !from.shared_rate.empty())
    throw std::invalid_argument("a rate is its own or shared, not both");
  dispatch_options out;
  out.concurrency = from.concurrency;
  out.window = std::max(out.window, 4 * from.concurrency);
  out.adaptive.on = from.adaptive;
  if (from.rate_per_second > 0) out.rate_per_second = from.rate_per_second;
  out.shared_rate = from.shared_rate;
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

/// Of what was registered, but for the class itself, of which `version` tells.
std::uint64_t digest_of(const std::vector<std::string>& events, const connector_options& o) {
  std::string all;
  const auto text = [&all](std::string_view one) { all += fmt::format("{}:{}", one.size(), one); };
  for (const auto& pattern : events) text(pattern);
  for (const auto& one : {o.version, o.when, o.ordering_key, o.shared_rate}) text(one);
  for (const auto time : {o.timeout, o.retry_initial, o.retry_max, o.give_up_after, o.breaker_open,
                          o.breaker_open_max, o.expires_after})
    text(std::to_string(time.count()));
  for (const std::uint64_t number :
       {std::uint64_t{o.concurrency}, std::uint64_t{o.max_attempts},
        std::uint64_t{o.breaker_consecutive}, std::uint64_t{o.stop_lane_on_dead_letter},
        std::uint64_t{o.adaptive}, o.backlog_bytes_max})
    text(std::to_string(number));
  text(fmt::format("{}", o.rate_per_second));
  return std::max<std::uint64_t>(XXH3_64bits(all.data(), all.size()), 1);
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
  out.backlog.bytes_max = options.backlog_bytes_max;
  out.dispatch.config_digest = digest_of(events, options);
  out.name = std::move(name);
  out.type = "custom";
  out.events = std::move(events);
  return out;
}

}  // namespace airtrain::embed
