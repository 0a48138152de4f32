#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "core/mapping/expression.hpp"
#include "messages/result.hpp"

namespace airtrain {

enum class token_kind : std::uint8_t { end, name, string, number, symbol };

struct token {
  token_kind what = token_kind::end;
  std::size_t offset = 0;
  std::string_view text;   ///< as written
  std::string characters;  ///< string: decoded
};

/// Cuts an expression into tokens, one at a time.
class lexer {
 public:
  explicit lexer(std::string_view text) : text_(text) {}
  result<token, expression_error> next();

 private:
  result<token, expression_error> string();
  result<void, expression_error> escape(std::string& characters);
  result<token, expression_error> number();
  token name();
  result<token, expression_error> symbol();
  token cut(token_kind what, std::size_t from) const;

  std::string_view text_;
  std::size_t at_ = 0;
};

}  // namespace airtrain
