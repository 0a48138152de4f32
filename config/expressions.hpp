#pragma once

#include <optional>

#include "config/reader.hpp"
#include "core/mapping/expression.hpp"
#include "core/mapping/template.hpp"

namespace airtrain::config {

/// What the values of a connector that depend on the event compile to; problems carry the place
/// inside the text.
std::optional<expression> read_expression(reader& r, const node& at);
std::optional<text_template> read_text_template(reader& r, const node& at);
std::optional<json_template> read_json_template(reader& r, const node& at);

}  // namespace airtrain::config
