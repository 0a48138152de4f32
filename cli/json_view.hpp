#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/document.hpp"

namespace airtrain::cli {

/// A value of an answer, or nothing where the answer lacks it: reading never fails, so that a
/// table is shown for an older or newer service too. Shares the text it was parsed from.
class json_view {
 public:
  /// Unset: not JSON.
  static std::optional<json_view> parse(std::string text);

  bool present() const { return index_.has_value(); }
  bool null() const;
  json_view operator[](std::string_view member) const;
  std::vector<json_view> items() const;  ///< of a list; else none
  /// A string's characters, another value's JSON; empty for null and for nothing.
  std::string text() const;
  double number(double otherwise = 0) const;
  std::string_view raw() const;

 private:
  struct shared {
    std::string text;
    json::document parsed;
  };
  std::shared_ptr<const shared> from_;
  std::optional<std::uint32_t> index_;
};

}  // namespace airtrain::cli
