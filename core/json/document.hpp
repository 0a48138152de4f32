#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "messages/result.hpp"

namespace airtrain::json {

enum class kind : std::uint8_t { null, boolean, number, string, array, object };

enum class parse_fault : std::uint8_t { malformed, duplicate_key, too_deep };

struct parse_error {
  parse_fault fault = parse_fault::malformed;
  std::size_t offset = 0;  ///< of the byte that is wrong, from 0
  std::string message;     ///< one line for people, without the input's bytes
};

/// One line that says what is wrong and where, for a text that begins at byte `text_begins_at` of
/// what the reader knows: "not JSON at byte 12: the text ends too early".
std::string to_string(const parse_error& error, std::size_t text_begins_at = 0);

constexpr unsigned depth_max = 64;

/// One value of a parsed text, as a place in it. Children follow in document order; for an object
/// they alternate key (a string), value.
struct node {
  kind what = kind::null;
  bool escaped = false;     ///< string: has escapes, `text` must be decoded
  std::uint32_t begin = 0;  ///< first byte of the raw value
  std::uint32_t end = 0;    ///< one past its last byte
  std::uint32_t next = 0;   ///< index of the node after this value and all its children
};

/// A JSON text (RFC 8259, strict UTF-8) with every value's place in it. Values are never converted:
/// numbers keep their digits, slices can be copied out untouched. One pass, no recursion, depth and
/// duplicate keys checked. The text must outlive the document. Reuse it: `parse` keeps its memory.
class document {
 public:
  /// Parses one whole text (white space around it is allowed).
  result<void, parse_error> parse(std::string_view text);

  bool empty() const { return nodes_.empty(); }
  const node& at(std::uint32_t index) const { return nodes_[index]; }
  std::string_view raw(std::uint32_t index) const;  ///< the value's bytes
  std::string string(std::uint32_t index) const;    ///< a string's decoded characters
  /// A string's characters where it has no escapes; else decoded into `buffer`.
  std::string_view string(std::uint32_t index, std::string& buffer) const;
  /// Index of the member's value, or 0 (the root is never a member) when absent.
  std::uint32_t find(std::uint32_t object, std::string_view key) const;
  std::uint32_t size() const { return static_cast<std::uint32_t>(nodes_.size()); }

 private:
  std::string_view text_;
  std::vector<node> nodes_;
};

/// Appends `text` as a JSON string, with quotes. Bytes that are not UTF-8 become U+FFFD.
void append_quoted(std::string& out, std::string_view text);

}  // namespace airtrain::json
