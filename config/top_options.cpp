#include "config/sections.hpp"

namespace airtrain::config {
namespace {

using namespace std::chrono_literals;
using days = std::chrono::duration<std::int64_t, std::ratio<86'400>>;
constexpr std::uint64_t MiB = 1u << 20;
constexpr std::uint64_t TiB = 1ull << 40;
constexpr std::chrono::milliseconds ten_years = days{3650};

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
      map_option("store", store_options(), "the store of events"),
      special_option<T>("rate_limits", "map of rates",
                        "rates that connectors share, by name, as { tenant: 100/s }",
                        read_rate_limits),
      later_option<T>("cluster", "this node of a cluster"),
  };
  return declared;
}

}  // namespace airtrain::config
