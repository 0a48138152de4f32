#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/result.hpp"
#include "messages/verdict.hpp"

namespace airtrain::api {

/// What operators send as request bodies. Errors are texts for people; unknown members are errors,
/// because a misspelt limit of a bulk action must not select everything.

/// The filter of a bulk action, as it was written.
struct bulk_filter {
  std::string connector, type, state, reason, group, since, until;
};

struct bulk_body {
  std::optional<std::vector<std::string>> ids;  ///< these, or
  std::optional<bulk_filter> filter;            ///< all that match; exactly one of the two is set
  std::string next;                             ///< goes on where an earlier answer stopped
  std::uint32_t limit = 0;                      ///< of this request
  bool dry_run = false;
  bool allow_reorder = false;
  bool new_key = false;
};

constexpr std::uint32_t bulk_limit_max = 10'000;

/// Of dead letters: replay, discard. Of deliveries that have not ended: the others.
enum class bulk_kind : std::uint8_t { replay, discard, retry, give_up, dead_letter, rerender };
result<bulk_body, std::string> bulk_body_of(std::string_view body, bulk_kind kind);

/// `{"state": "..."}`
result<std::string, std::string> breaker_state_of(std::string_view body);

}  // namespace airtrain::api
