#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/json/document.hpp"

namespace airtrain {

/// What an expression has at a point of its evaluation: a place in a JSON document, or a scalar
/// made elsewhere. Views only; what they look into must live longer.
struct value {
  json::kind what = json::kind::null;
  bool truth = false;                        ///< boolean
  std::string_view text;                     ///< string: its characters; number: its digits
  const json::document* document = nullptr;  ///< where it is from; always there for list and map
  std::uint32_t index = 0;
};

value text_value(std::string_view characters);
value boolean_value(bool truth);
/// `buffer` takes a string's characters where it has escapes.
value value_at(const json::document& document, std::uint32_t index, std::string& buffer);

/// Equal in type and content: numbers by value, maps whatever their order.
bool equal(const value& a, const value& b);

/// Appends JSON text; what came from a document is copied as it was.
void append_json(std::string& out, const value& v);

/// Appends a text that equal values share and no others: numbers in one spelling, maps sorted.
void append_canonical(std::string& out, const value& v);

/// "a string", "a list", ... for messages.
std::string_view described(json::kind what);

}  // namespace airtrain
