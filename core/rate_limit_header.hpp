#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace airtrain {

/// When the target lets more through, in seconds, out of a `RateLimit` header in either of the
/// forms its drafts had: `limit=10, remaining=0, reset=7`, or a list of policies as
/// `"burst";r=0;t=7` (draft-ietf-httpapi-ratelimit-headers). Of several the longest counts, of
/// exhausted ones (`r=0`) where there are any. Unset: it says nothing of it.
std::optional<std::int64_t> rate_limit_reset_seconds(std::string_view header);

}  // namespace airtrain
