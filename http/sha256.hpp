#pragma once

#include <array>
#include <optional>
#include <string_view>

namespace airtrain::http {

using sha256_digest = std::array<unsigned char, 32>;

sha256_digest sha256(std::string_view bytes);
/// 64 hex digits; unset for anything else.
std::optional<sha256_digest> sha256_from_hex(std::string_view text);
/// Takes as long whether they differ early, late or not at all.
bool equal_in_constant_time(const sha256_digest& a, const sha256_digest& b);

}  // namespace airtrain::http
