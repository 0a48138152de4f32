#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/json/document.hpp"
#include "core/mapping/expression.hpp"
#include "core/mapping/value.hpp"
#include "messages/result.hpp"

namespace airtrain {

enum class operation : std::uint8_t {
  constant,
  path,
  any_of,    ///< ||
  all_of,    ///< &&
  negate,    ///< !
  compare,   ///< two operands
  coalesce,  ///< ??
};

enum class comparison : std::uint8_t {
  equal,
  not_equal,
  less,
  less_equal,
  greater,
  greater_equal,
  in,
};

/// A constant of the expression, parsed from JSON. Stays where it was made.
class constant_text {
 public:
  explicit constant_text(std::string json);
  constant_text(const constant_text&) = delete;
  constant_text& operator=(const constant_text&) = delete;
  const value& content() const { return content_; }

 private:
  std::string text_;
  std::string characters_;
  json::document document_;
  value content_;
};

/// `.name`, `["name"]` or `[n]`.
struct path_step {
  std::string name;
  std::optional<std::uint32_t> position;
};

/// One operation with its operands. Chains of one operator are one node, so the tree is never
/// deeper than the nesting that was written, which the parser bounds.
struct syntax_node {
  operation what = operation::constant;
  comparison how = comparison::equal;
  std::vector<syntax_node> operands;
  std::string root;              ///< path: the first name; empty: the path starts at operand 0
  std::vector<path_step> steps;  ///< path
  std::shared_ptr<const constant_text> constant;
};

/// "data.list[3].name", for messages; the first `steps` of them.
std::string written(const syntax_node& path, std::size_t steps);

/// At most so long, and nested at most so deep.
constexpr std::size_t expression_bytes_max = 4096;
constexpr unsigned expression_depth_max = 64;

result<syntax_node, expression_error> parse_expression(std::string_view text);

}  // namespace airtrain
