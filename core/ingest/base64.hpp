#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace airtrain {

/// The bytes of a standard base64 text (RFC 4648 section 4, with padding); unset when it is none.
std::optional<std::string> base64_decoded(std::string_view text);

}  // namespace airtrain
