#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "cli/api_client.hpp"

namespace airtrain::cli {

using query_values = std::vector<std::pair<std::string, std::string>>;

/// The values of those options that were given, for a query or a filter: `--since` becomes a time.
/// Unset: one is wrong and was reported.
std::optional<query_values> option_values(const arguments& given,
                                          std::initializer_list<std::string_view> names);
/// `--limit`, 100 where it is not given. Unset: it is wrong and was reported.
std::optional<std::size_t> option_limit(const arguments& given);

/// The items of a list, page after page, at most `limit`. Where there are more it says so, and how
/// to see them, on standard error. Unset: a failure was reported.
std::optional<std::vector<json_view>> all_pages(api_client& client, const std::string& path,
                                                const query_values& query,
                                                std::size_t limit = 100'000);

/// {"items": [...]}
std::string items_json(const std::vector<json_view>& items);

}  // namespace airtrain::cli
