#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

#include "core/ingest/event_reader.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// The attributes that CloudEvents names; every other one is an extension.
enum class attribute : std::uint8_t {
  id,
  source,
  type,
  subject,
  time,
  data_content_type,
  data_schema,
  spec_version,
};
constexpr std::size_t attribute_count = 8;

std::optional<attribute> attribute_named(std::string_view name);

/// Checks one attribute's characters, length and form.
result<void, read_problem> check_attribute(attribute which, std::string_view value,
                                           const reader_limits& limits);

/// Checks an extension's name: lower-case letters and digits, and not one that means something
/// else.
result<void, read_problem> check_extension_name(std::string_view name, const reader_limits& limits);

/// Checks characters and length of an extension's value.
result<void, read_problem> check_extension_value(std::string_view name, std::string_view value,
                                                 const reader_limits& limits);

}  // namespace airtrain
