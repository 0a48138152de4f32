#include <fmt/format.h>

#include <array>
#include <charconv>
#include <utility>

#include "core/json/utf8.hpp"
#include "core/mapping/lexer.hpp"
#include "core/mapping/syntax.hpp"

namespace airtrain {
namespace {

using parsed = result<syntax_node, expression_error>;

constexpr std::string_view supported =
    "supported are || && ! == != < <= > >= in ?? . [] and parentheses";

std::optional<comparison> comparison_of(const token& t) {
  static constexpr std::array<std::pair<std::string_view, comparison>, 7> symbols{{
      {"==", comparison::equal},
      {"!=", comparison::not_equal},
      {"<", comparison::less},
      {"<=", comparison::less_equal},
      {">", comparison::greater},
      {">=", comparison::greater_equal},
      {"in", comparison::in},
  }};
  if (t.what != token_kind::symbol && t.what != token_kind::name) return std::nullopt;
  for (const auto& [symbol, how] : symbols)
    if (t.text == symbol) return how;
  return std::nullopt;
}

// Recursive descent, one function per level of the grammar, lowest first. Each leaves `now_` at the
// first token that is not its own.
class parser {
 public:
  explicit parser(std::string_view text) : lexer_(text) {}

  parsed whole() {
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    if (now_.what == token_kind::end) return error("the expression is empty");
    auto node = any_of();
    if (node && now_.what != token_kind::end) return unexpected();
    return node;
  }

 private:
  parsed any_of() {
    return chain("||", operation::any_of, [this] { return all_of(); });
  }
  parsed all_of() {
    return chain("&&", operation::all_of, [this] { return compared(); });
  }

  // Chains of an operator become one node with all operands.
  template <class F>
  parsed chain(std::string_view symbol, operation what, F operand) {
    auto first = operand();
    if (!first || !is(symbol)) return first;
    syntax_node node;
    node.what = what;
    node.operands.push_back(std::move(*first));
    while (is(symbol)) {
      if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
      auto next = operand();
      if (!next) return next;
      node.operands.push_back(std::move(*next));
    }
    return node;
  }

  parsed compared() {
    auto left = coalesced();
    const auto how = comparison_of(now_);
    if (!left || !how) return left;
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    auto right = coalesced();
    if (!right) return right;
    if (comparison_of(now_)) return error("comparisons in a row need parentheses");
    syntax_node node;
    node.what = operation::compare;
    node.how = *how;
    node.operands.push_back(std::move(*left));
    node.operands.push_back(std::move(*right));
    return node;
  }

  parsed coalesced() {
    const auto at = now_.offset;
    auto node = chain("??", operation::coalesce, [this] { return negated(); });
    if (!node || node->what != operation::coalesce) return node;
    for (std::size_t i = 0; i + 1 < node->operands.size(); ++i)
      if (node->operands[i].what != operation::path)
        return failure(expression_error{"what is left of ?? must be a path", at});
    return node;
  }

  parsed negated() {
    if (!is("!")) return accessed();
    return nested([this]() -> parsed {
      auto operand = negated();
      if (!operand) return operand;
      syntax_node node;
      node.what = operation::negate;
      node.operands.push_back(std::move(*operand));
      return node;
    });
  }

  parsed accessed() {
    auto node = primary();
    while (node && (is(".") || is("["))) {
      if (node->what != operation::path) node = path_from(std::move(*node));
      auto step = is(".") ? member() : position();
      if (!step) return failure(std::move(step.error()));
      node->steps.push_back(std::move(*step));
      if (is("(")) return unknown_function(node->steps.back().name);
    }
    return node;
  }

  static syntax_node path_from(syntax_node start) {
    syntax_node path;
    path.what = operation::path;
    path.operands.push_back(std::move(start));
    return path;
  }

  result<path_step, expression_error> member() {
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    if (now_.what != token_kind::name) return error("a name is expected after the point");
    path_step step{std::string{now_.text}, std::nullopt};
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    return step;
  }

  result<path_step, expression_error> position() {
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    path_step step;
    if (now_.what == token_kind::string) {
      step.name = now_.characters;
    } else if (now_.what == token_kind::number) {
      const auto text = now_.text;
      std::uint32_t number = 0;
      const auto [end, fault] = std::from_chars(text.data(), text.data() + text.size(), number);
      if (fault != std::errc{} || end != text.data() + text.size())
        return error("a position in a list must be a whole number");
      step.position = number;
    } else {
      return error("a name in quotes or a number is expected in [ ]");
    }
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    if (auto closed = expect("]"); !closed) return failure(std::move(closed.error()));
    return step;
  }

  parsed primary() {
    if (is("(")) return parenthesised();
    if (is("[")) return list();
    if (now_.what != token_kind::name || is_word_constant()) return constant();
    syntax_node path;
    path.what = operation::path;
    path.root = now_.text;
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    if (is("(")) return unknown_function(path.root);
    return path;
  }

  parsed parenthesised() {
    return nested([this]() -> parsed {
      auto inner = any_of();
      if (!inner) return inner;
      if (auto closed = expect(")"); !closed) return failure(std::move(closed.error()));
      return inner;
    });
  }

  // Consumes the present token and reads what it encloses, one level deeper.
  template <class F>
  parsed nested(F inside) {
    if (++depth_ > expression_depth_max)
      return error(fmt::format("nested deeper than {}", expression_depth_max));
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    auto node = inside();
    --depth_;
    return node;
  }

  bool is_word_constant() const {
    return now_.text == "true" || now_.text == "false" || now_.text == "null";
  }

  parsed constant() {
    auto json = constant_json();
    if (!json) return failure(std::move(json.error()));
    return constant_node(std::move(*json));
  }

  static syntax_node constant_node(std::string json) {
    syntax_node node;
    node.constant = std::make_shared<const constant_text>(std::move(json));
    return node;
  }

  result<std::string, expression_error> constant_json() {
    const bool negative = is("-");
    if (negative) {
      if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
      if (now_.what != token_kind::number) return error("a number is expected after -");
    }
    std::string json{negative ? "-" : ""};
    if (now_.what == token_kind::string) {
      json::append_quoted(json, now_.characters);
    } else if (now_.what == token_kind::number ||
               (now_.what == token_kind::name && is_word_constant())) {
      json += now_.text;
    } else {
      return unexpected();
    }
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    return json;
  }

  // A list of constants, for `in`.
  parsed list() {
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    std::string json = "[";
    while (!is("]")) {
      if (json.size() > 1) {
        if (auto comma = expect(","); !comma) return failure(std::move(comma.error()));
        json += ',';
      }
      auto item = constant_json();
      if (!item) return failure(std::move(item.error()));
      json += *item;
    }
    if (auto moved = advance(); !moved) return failure(std::move(moved.error()));
    return constant_node(json + "]");
  }

  bool is(std::string_view symbol) const {
    return now_.what == token_kind::symbol && now_.text == symbol;
  }

  result<void, expression_error> advance() {
    auto next = lexer_.next();
    if (!next) return failure(std::move(next.error()));
    now_ = std::move(*next);
    return {};
  }

  result<void, expression_error> expect(std::string_view symbol) {
    if (!is(symbol)) return error(fmt::format("{} is expected", symbol));
    return advance();
  }

  tl::unexpected<expression_error> error(std::string message) const {
    return failure(expression_error{std::move(message), now_.offset});
  }

  tl::unexpected<expression_error> unexpected() const {
    if (now_.what == token_kind::end) return error("the expression ends too early");
    return error(fmt::format("unexpected {}; {}", now_.text, supported));
  }

  tl::unexpected<expression_error> unknown_function(std::string_view name) const {
    return error(fmt::format("unknown function {}: there are none yet; {}", name, supported));
  }

  lexer lexer_;
  token now_;
  unsigned depth_ = 0;
};

}  // namespace

parsed parse_expression(std::string_view text) {
  if (text.size() > expression_bytes_max)
    return failure(expression_error{fmt::format("longer than {} bytes", expression_bytes_max),
                                    expression_bytes_max});
  if (const auto at = json::first_invalid_utf8(text); at != std::string_view::npos)
    return failure(expression_error{"not UTF-8", at});
  return parser{text}.whole();
}

}  // namespace airtrain
