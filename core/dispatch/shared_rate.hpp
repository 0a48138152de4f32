#pragma once

#include <chrono>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <tuple>
#include <vector>

#include "core/dispatch/token_bucket.hpp"

namespace airtrain {

/// One rate for several connectors, its members. What they want is granted in turns of at most 10
/// ms of the rate (one token at least), to whoever has had least: start-time fair queueing (Goyal,
/// Vin, Cheng: "Start-Time Fair Queueing", SIGCOMM 1996), each with the same weight. So nobody gets
/// more than its share while another wants more, and what one does not want goes to the others;
/// idle time earns nothing.
///
/// A member that wants nothing holds nothing. Pure; one thread.
class shared_rate {
 public:
  using time = std::chrono::microseconds;
  using member_id = std::uint32_t;
  struct grant {
    member_id to;
    std::uint32_t tokens;
  };

  explicit shared_rate(double per_second);

  /// The member wants so many tokens, and not what it wanted before. 0: nothing any more.
  void want(member_id member, std::uint32_t tokens);
  /// It did not need these after all.
  void give_back(member_id member, std::uint32_t tokens);
  /// What there is now for those who want it, in their turn.
  std::vector<grant> grants(time now);
  /// When there is enough for the next turn; unset: nobody wants anything.
  std::optional<time> next(time now) const;

 private:
  struct member {
    std::uint32_t wanted = 0;
    double start = 0;   ///< of its turn, in tokens granted to each; while it wants something
    double finish = 0;  ///< of its last turn
    std::uint64_t arrival = 0;
  };
  using place = std::tuple<double, std::uint64_t, member_id>;
  place place_of(member_id id, const member& one) const { return {one.start, one.arrival, id}; }
  void line_up(member_id id, member& one);
  void step_out(member_id id, const member& one);
  std::uint32_t turn_of(const member& one) const;

  token_bucket bucket_;
  std::uint32_t turn_max_;
  std::map<member_id, member> members_;
  std::set<place> line_;  ///< those who want something
  double virtual_time_ = 0;
  std::uint64_t arrivals_ = 0;
};

}  // namespace airtrain
