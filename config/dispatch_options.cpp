#include "config/sections.hpp"

namespace airtrain::config {
namespace {

using namespace std::chrono_literals;
constexpr std::uint64_t MiB = 1u << 20;
constexpr std::chrono::milliseconds day = 24h;
constexpr std::chrono::milliseconds year = day * 365;

const options<retry_options>& retry_option_list() {
  using T = retry_options;
  static const options<T> declared{
      duration_option<T>("initial", &T::initial, 100ms, day, "longest first delay; it doubles"),
      duration_option<T>("max", &T::max, 100ms, day * 7, "longest delay"),
      duration_option<T>("give_up_after", &T::give_up_after, 0ms, year,
                         "time in which the target answers others but fails this event, until it "
                         "becomes a dead letter; 0: never"),
      count_option("max_attempts", &T::max_attempts, 0, 1'000'000,
                   "failures of this event alone until it becomes a dead letter; 0: no limit"),
      duration_option<T>("retry_after_max", &T::retry_after_max, 1s, day * 7,
                         "longest Retry-After that is followed"),
  };
  return declared;
}

const options<breaker_options>& breaker_option_list() {
  using T = breaker_options;
  static const options<T> declared{
      count_option("consecutive", &T::consecutive, 1, 100'000, "failures in a row that open it"),
      share_option("failure_rate", &T::failure_rate, 0.01, 1.0,
                   "share of failures in the window that opens it"),
      duration_option<T>("window", &T::window, 1s, 1h, "over which the share is taken"),
      count_option("min_calls", &T::min_calls, 1, 100'000, "below it the share says nothing"),
      duration_option<T>("open", &T::open, 100ms, day,
                         "how long it stays open, times consecutive openings"),
      duration_option<T>("open_max", &T::open_max, 100ms, day, "longest time open"),
      count_option("probes", &T::probes, 1, 1000, "successes in a row that close it"),
  };
  return declared;
}

/// A number; a map asks for the adaptive limit.
option<dispatch_options> concurrency_option() {
  auto made = count_option("concurrency", &dispatch_options::concurrency, 1, 4096,
                           "attempts in flight at once");
  made.read = [number = std::move(made.read)](reader& r, const node& at, dispatch_options& into) {
    if (at.what == node::kind::map)
      r.problem(at, "adaptive concurrency is not supported yet by this version: write a number");
    else
      number(r, at, into);
  };
  return made;
}

void read_rate_limit(reader& r, const node& at, dispatch_options& into) {
  const bool a_name = at.what == node::kind::text && !at.text.empty() &&
                      at.text.find_first_of("/0123456789") == std::string::npos;
  if (const auto rate = at.scalar() ? parse_rate(at.text) : std::nullopt)
    into.rate_per_second = *rate;
  else if (a_name)
    r.problem(at,
              "a named rate limit is not supported yet by this version: write a rate such as "
              "100/s");
  else
    r.problem(at, "not a rate: write 100/s, 10/m or 5/h");
}

}  // namespace

const options<dispatch_options>& dispatch_option_list() {
  using T = dispatch_options;
  static const options<T> declared{
      duration_option<T>("timeout", &T::attempt_timeout, 100ms, 1h, "for one attempt"),
      concurrency_option(),
      special_option<T>("rate_limit", "rate", "attempts per time, as 100/s", read_rate_limit),
      map_option("retry", &T::retry, retry_option_list(), "when a failed attempt is repeated"),
      map_option("breaker", &T::breaker, breaker_option_list(), "the circuit breaker"),
      count_option("reject_guard", &T::reject_guard, 0, 1'000'000,
                   "rejections in a row that hold the connector; 0: off"),
      count_option("reject_guard_unproven", &T::reject_guard_unproven, 0, 1'000'000,
                   "the same while it has never delivered"),
      duration_option<T>("hold_probe", &T::hold_probe_interval, 100ms, day,
                         "between probes of a held connector"),
      share_option("retry_share", &T::retry_share, 0.01, 1.0,
                   "share of the slots that retries take while fresh work waits"),
      duration_option<T>("expires_after", &T::expires_after, 0ms, year,
                         "age at which an event is no longer worth sending; 0: never"),
      count_option("window", &T::window, 1, 65'536, "deliveries held in memory"),
      size_option("window_bytes", &T::window_bytes, MiB / 16, 4096 * MiB,
                  "bytes of events held in memory"),
      count_option("blocked_lanes_max", &T::blocked_lanes_max, 1, 10'000'000,
                   "lanes with deliveries moved aside; above it nothing new is taken"),
  };
  return declared;
}

}  // namespace airtrain::config
