#pragma once

#include <string>
#include <string_view>

namespace airtrain {

/// Standard base64 with padding (RFC 4648 section 4).
std::string base64_encoded(std::string_view bytes);

}  // namespace airtrain
