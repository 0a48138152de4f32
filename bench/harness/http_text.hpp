#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string_view>

namespace airtrain::harness {

/// One whole HTTP/1.1 message at the front of a buffer. Just enough for peers we trust: sized by
/// Content-Length, else without a body.
struct message {
  std::string_view head;  ///< with the empty line
  std::string_view body;
  std::size_t size() const { return head.size() + body.size(); }
};

/// Unset: not all of it is there yet.
std::optional<message> first_message(std::string_view buffer);

/// A header's value; empty when absent.
std::string_view header_value(std::string_view head, std::string_view name);

/// The status of an answer's head; 0 when it is none.
int status_of(std::string_view head);

/// The digits behind `"name":` in a JSON text; unset when there are none.
std::optional<std::uint64_t> number_field(std::string_view json, std::string_view name);
/// The characters of the string behind `"name":` in a JSON text (no escapes); empty when absent.
std::string_view string_field(std::string_view json, std::string_view name);

}  // namespace airtrain::harness
