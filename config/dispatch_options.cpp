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

constexpr std::uint32_t concurrency_max = 4096;

/// `concurrency:` as a map.
struct concurrency_draft {
  bool adaptive = false;
  std::uint32_t min = 1;
  std::uint32_t max = 16;
  std::optional<std::uint32_t> initial;
};

const options<concurrency_draft>& concurrency_options() {
  using T = concurrency_draft;
  static const options<T> declared{
      flag_option("adaptive", &T::adaptive, "whether the limit is learnt from the target's answers")
          .must(),
      count_option("max", &T::max, 1, concurrency_max, "attempts in flight at once, at most"),
      count_option("min", &T::min, 1, concurrency_max, "the limit is never learnt to be lower"),
      count_option("initial", &T::initial, 1, concurrency_max, "where it starts; unset: at `min`"),
  };
  return declared;
}

void read_concurrency_map(reader& r, const node& at, dispatch_options& into) {
  concurrency_draft draft;
  read_options(r, at, concurrency_options(), draft);
  const auto in_order = [&](std::string_view low, std::uint32_t low_value, std::string_view high,
                            std::uint32_t high_value) {
    if (low_value <= high_value) return;
    const node* given = at.find(low);
    if (given == nullptr) given = at.find(high);
    r.problem(
        given != nullptr ? *given : at,
        fmt::format("`{}` ({}) must not be more than `{}` ({})", low, low_value, high, high_value));
  };
  in_order("min", draft.min, "max", draft.max);
  if (draft.initial) {
    in_order("min", draft.min, "initial", *draft.initial);
    in_order("initial", *draft.initial, "max", draft.max);
  }
  into.concurrency = draft.max;
  into.adaptive = {draft.adaptive, draft.min, draft.initial};
}

/// A number is a fixed limit, a map one that is learnt.
option<dispatch_options> concurrency_option() {
  auto made = count_option("concurrency", &dispatch_options::concurrency, 1, concurrency_max,
                           "attempts in flight at once; or { adaptive: true, max: 16 }, found out "
                           "from the target's answers");
  made.info.type = "number or map";
  made.info.inside = describe(concurrency_options());
  made.read = [number = std::move(made.read)](reader& r, const node& at, dispatch_options& into) {
    if (at.what == node::kind::map) return read_concurrency_map(r, at, into);
    into.adaptive = {};
    number(r, at, into);
  };
  return made;
}

/// A rate, or the name of one under `rate_limits`.
void read_rate_limit(reader& r, const node& at, dispatch_options& into) {
  into.rate_per_second.reset();
  into.shared_rate.clear();
  if (const auto rate = at.scalar() ? parse_rate(at.text) : std::nullopt)
    into.rate_per_second = *rate;
  else if (at.what == node::kind::text && valid_name(at.text))
    into.shared_rate = at.text;
  else
    r.problem(at, "not a rate: write 100/s, 10/m or 5/h, or a name under `rate_limits`");
}

}  // namespace

const options<dispatch_options>& dispatch_option_list() {
  using T = dispatch_options;
  static const options<T> declared{
      duration_option<T>("timeout", &T::attempt_timeout, 100ms, 1h, "for one attempt"),
      concurrency_option(),
      special_option<T>("rate_limit", "rate or name",
                        "attempts per time, as 100/s; or a name under "
                        "`rate_limits`: the connectors that name it share that rate",
                        read_rate_limit),
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
