#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "messages/result.hpp"
#include "store/queries.hpp"

namespace airtrain::api {

constexpr std::uint32_t page_limit_default = 100;
constexpr std::uint32_t page_limit_max = 1000;

/// Undoes %XX; unset when one of them is broken. `plus_is_space` for query strings.
std::optional<std::string> percent_decoded(std::string_view text, bool plus_is_space);

/// The parameters of one request's query string, decoded. Errors are texts for people.
class parameters {
 public:
  /// Refuses broken escapes, parameters that occur twice and, with did-you-mean, those that are not
  /// among `known`: a misspelt filter must not select everything.
  static result<parameters, std::string> parse(std::string_view query,
                                               const std::vector<std::string_view>& known);

  const std::string* find(std::string_view name) const;
  std::string text(std::string_view name) const;  ///< empty when absent

 private:
  std::vector<std::pair<std::string, std::string>> values_;
};

/// A page's size and place, from `limit` and `next`.
result<page_request, std::string> page_from(const parameters& given);
/// RFC 3339 to ms since the epoch; 0 when absent.
result<std::int64_t, std::string> time_from(std::string_view name, std::string_view text);

/// The text that says that `name` is not known here, with the nearest of the known ones.
std::string unknown_name(std::string_view what, std::string_view name,
                         const std::vector<std::string_view>& known);

}  // namespace airtrain::api
