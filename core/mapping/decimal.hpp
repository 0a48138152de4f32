#pragma once

#include <compare>
#include <cstdint>
#include <string>
#include <string_view>

namespace airtrain {

/// A JSON number taken apart without loss: 0.d1d2d3... * 10^point, negative or not. Equal numbers
/// are equal member by member: 1, 1.0 and 10e-1 are the same. Exponents beyond 10^17 count as that.
struct decimal {
  bool negative = false;  ///< never for zero
  std::int64_t point = 0;
  std::string digits;  ///< without zeros at either end; empty for zero

  /// `text` has the grammar of a JSON number.
  static decimal of(std::string_view text);
  /// The one spelling that all equal numbers share.
  std::string normal_form() const;
  bool operator==(const decimal&) const = default;
  std::strong_ordering operator<=>(const decimal& other) const;
};

}  // namespace airtrain
