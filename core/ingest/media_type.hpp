#pragma once

#include <string>
#include <string_view>

#include "messages/event.hpp"

namespace airtrain {

/// `type/subtype` of a content type, lower-case, without parameters; empty when it is none.
std::string media_type_of(std::string_view content_type);

bool is_json_media_type(std::string_view media_type);
bool is_text_media_type(std::string_view media_type);

}  // namespace airtrain
