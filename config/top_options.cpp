#include "config/sections.hpp"

namespace airtrain::config {
namespace {

using namespace std::chrono_literals;
using days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
constexpr std::uint64_t MiB = 1u << 20;
constexpr std::uint64_t TiB = 1ull << 40;
constexpr std::chrono::milliseconds ten_years = days{3650};
constexpr std::uint32_t cores_max = 1024;

/// "5%" of the disk, or a size.
void read_reserve(reader& r, const node& at, settings& into) {
  if (at.text.ends_with('%')) {
    double share = 0;
    const char* end = at.text.data() + at.text.size() - 1;
    const auto [stop, error] = std::from_chars(at.text.data(), end, share);
    if (error != std::errc{} || stop != end || share < 0 || share > 90)
      r.problem(at, "must be 0% to 90%, or a size such as 1GiB");
    else
      into.reserve_share = share / 100;
  } else if (const auto size = at.scalar() ? parse_size(at.text) : std::nullopt) {
    into.reserve_share = 0;
    into.reserve_bytes = *size;
  } else {
    r.problem(at, "must be a share of the disk such as 5%, or a size such as 1GiB");
  }
}

std::optional<std::uint32_t> core_number(std::string_view text) {
  std::uint32_t number = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  const bool whole = error == std::errc{} && stop == text.data() + text.size();
  return whole && number < cores_max ? std::optional{number} : std::nullopt;
}

/// As `taskset` and systemd write it: "0-3,8".
void read_cores(reader& r, const node& at, settings& into) {
  std::string_view rest = at.scalar() ? std::string_view{at.text} : std::string_view{};
  do {
    const auto part = rest.substr(0, rest.find(','));
    rest.remove_prefix(std::min(part.size() + 1, rest.size()));
    const auto dash = part.find('-');
    const auto first = core_number(part.substr(0, dash));
    const auto last = dash == std::string_view::npos ? first : core_number(part.substr(dash + 1));
    if (!first || !last || *first > *last) return r.problem(at, "must name cores, such as 0-3,8");
    for (auto core = *first; core <= *last; ++core) into.cores.push_back(core);
  } while (!rest.empty());
}

const options<settings>& retention_options() {
  using T = settings;
  static const options<T> declared{
      duration_option<T>("delivered", &T::retention_delivered, 0ms, ten_years,
                         "how long an event is kept once all its deliveries have ended"),
      duration_option<T>("dead_letters", &T::retention_dead_letters, 0ms, ten_years,
                         "how long dead letters are kept; 0: until decided"),
      duration_option<T>("attempts", &T::retention_attempts, 0ms, ten_years,
                         "how long records of attempts are kept; at most as long as delivered"),
      size_option("max_bytes", &T::retention_max_bytes, MiB, 1024 * TiB,
                  "above it delivered events go earlier, oldest first"),
  };
  return declared;
}

const options<settings>& store_options() {
  using T = settings;
  static const options<T> declared{
      size_option("cache", &T::store_cache, 8 * MiB, TiB, "memory of the embedded store"),
      later_option<T>("postgres", "connection of a clustered store"),
      later_option<T>("schema", "schema of a clustered store"),
      later_option<T>("shards", "shards of a clustered store"),
  };
  return declared;
}

/// Connectors are read together, on top of `defaults`, once the whole map is known.
void leave_to_read_connectors(reader&, const node&, settings&) {}

}  // namespace

const options<settings>& top_options() {
  using T = settings;
  static const options<T> declared{
      path_option<T>("data_dir", named_file::folder, &T::data_dir, "folder of the embedded store"),
      map_option("http", &T::http, http_options(), "how producers and operators reach the service"),
      special_option<T>("connectors", "map", "the systems to deliver to, by name",
                        leave_to_read_connectors),
      special_option<T>("defaults", "map", "options that all connectors share",
                        leave_to_read_connectors),
      choice_option("unrouted", &T::unrouted,
                    {{"accept", unrouted_policy::accept}, {"reject", unrouted_policy::reject}},
                    "what becomes of an event whose type no connector names"),
      map_option("retention", retention_options(), "how long things are kept"),
      duration_option<T>("dedupe_window", &T::dedupe_window, 1min, ten_years,
                         "how long the same source and id are known as a duplicate"),
      special_option<T>("reserve", "share or size",
                        "free disk below which ingest answers 503: a share of the disk (5%, and at "
                        "least 512MiB) or a size",
                        read_reserve),
      duration_option<T>("drain_timeout", &T::drain_timeout, 0ms, 1h,
                         "for attempts in flight when the service is told to stop; unset: the "
                         "longest time-out + 5s"),
      count_option("actor_threads", &T::actor_threads, 0, 256,
                   "threads that route and dispatch; 0: one per two cores, at most 8"),
      special_option<T>("cores", "list of numbers",
                        "cores to run on, such as 0-3,8; unset: any that the process may use",
                        read_cores),
      map_option("store", store_options(), "the store of events"),
      special_option<T>("rate_limits", "map of rates",
                        "rates that connectors share, by name, as { tenant: 100/s }",
                        read_rate_limits),
      later_option<T>("cluster", "this node of a cluster"),
  };
  return declared;
}

}  // namespace airtrain::config
