#include "core/ingest/attribute.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

#include "core/ingest/media_type.hpp"
#include "core/ingest/problem.hpp"
#include "core/ingest/rfc3339.hpp"
#include "core/json/utf8.hpp"

namespace airtrain {
namespace {

constexpr std::array<std::pair<std::string_view, attribute>, attribute_count> names{{
    {"id", attribute::id},
    {"source", attribute::source},
    {"type", attribute::type},
    {"subject", attribute::subject},
    {"time", attribute::time},
    {"datacontenttype", attribute::data_content_type},
    {"dataschema", attribute::data_schema},
    {"specversion", attribute::spec_version},
}};

std::string_view name_of(attribute which) {
  return names[static_cast<std::size_t>(which)].first;
}

// C0, DEL and C1 (U+0080 to U+009F, in UTF-8 c2 80 to c2 9f).
bool has_control_character(std::string_view text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto c = static_cast<unsigned char>(text[i]);
    if (c < 0x20 || c == 0x7F) return true;
    if (c == 0xC2 && i + 1 < text.size() && static_cast<unsigned char>(text[i + 1]) < 0xA0)
      return true;
  }
  return false;
}

result<void, read_problem> check_characters(std::string_view name, std::string_view value) {
  if (json::first_invalid_utf8(value) != std::string_view::npos)
    return wrong("invalid_attribute", fmt::format("{} is not UTF-8", name));
  if (has_control_character(value))
    return wrong("invalid_attribute",
                 fmt::format("{} has a control character: {}", name, shown(value)));
  return {};
}

result<void, read_problem> check_length(std::string_view name, std::string_view value,
                                        std::size_t max, const char* code) {
  if (value.size() <= max) return {};
  return wrong(code, fmt::format("{} has {} bytes, {} are allowed", name, value.size(), max));
}

}  // namespace

std::optional<attribute> attribute_named(std::string_view name) {
  for (const auto& [known, which] : names)
    if (known == name) return which;
  return std::nullopt;
}

result<void, read_problem> check_attribute(attribute which, std::string_view value,
                                           const reader_limits& limits) {
  const auto name = name_of(which);
  if (value.empty()) return wrong("invalid_attribute", fmt::format("{} is empty", name));
  const auto length =
      which == attribute::id
          ? check_length(name, value, limits.id_bytes_max, "id_too_long")
          : check_length(name, value, limits.attribute_bytes_max, "invalid_attribute");
  if (!length) return length;
  if (auto characters = check_characters(name, value); !characters) return characters;
  if (which == attribute::time && !is_rfc3339(value))
    return wrong("invalid_attribute",
                 fmt::format("time is not an RFC 3339 timestamp: {}", shown(value)));
  if (which == attribute::data_content_type && media_type_of(value).empty())
    return wrong("invalid_attribute",
                 fmt::format("datacontenttype is not a media type: {}", shown(value)));
  if (which == attribute::spec_version && value != "1.0")
    return wrong("invalid_attribute",
                 fmt::format("specversion {} is not supported, only \"1.0\"", shown(value)));
  return {};
}

result<void, read_problem> check_extension_name(std::string_view name,
                                                const reader_limits& limits) {
  const auto bad = [&](std::string_view why) {
    return wrong("invalid_attribute", fmt::format("attribute name {}: {}", shown(name), why));
  };
  if (name.empty()) return bad("it is empty");
  if (name.size() > limits.attribute_bytes_max) return bad("it is too long");
  for (char c : name)
    if (!((c >= 'a' && c <= 'z') || (c >= '0' && c <= '9')))
      return bad(
          "only lower-case letters and digits are allowed (what belongs to the event "
          "itself goes into data)");
  if (name == "data") return bad("it means the event's data");
  return {};
}

result<void, read_problem> check_extension_value(std::string_view name, std::string_view value,
                                                 const reader_limits& limits) {
  auto length = check_length(name, value, limits.attribute_bytes_max, "invalid_attribute");
  return length ? check_characters(name, value) : length;
}

}  // namespace airtrain
