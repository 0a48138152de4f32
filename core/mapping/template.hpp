#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "core/mapping/expression.hpp"
#include "messages/event.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// A template as it was written: a tree with constants as JSON text. Built by config/ from YAML or
/// JSON; kept free of both.
struct template_member;
struct template_source {
  enum class kind : std::uint8_t { constant, text, list, map } what = kind::constant;
  std::string text;  ///< constant: JSON (null, true, 12.50), copied as it is; text: may hold ${...}
  std::vector<template_member> members;
  int line = 0;
  int column = 0;
};
struct template_member {
  std::string name;  ///< empty in a list
  template_source value;
};

struct template_error {
  std::string message;
  int line = 0;  ///< from the source; 0: unknown
  int column = 0;
};

/// A text with `${expression}` parts: `url`, header values. `$${` is a literal `${`.
/// Each part's value is written as text: strings as they are, numbers digit for digit, booleans as
/// true/false; null, lists and maps are mapping errors.
class text_template {
 public:
  /// `secret` names an `env:` or `file:` reference: such parts are not expressions and are refused
  /// here (secrets belong to `auth`).
  static result<text_template, template_error> compile(std::string_view text, int line = 0,
                                                       int column = 0);
  bool constant() const;
  /// Escapes each inserted value for a URL path segment or query value when `for_url`; "." and ".."
  /// are refused there. Otherwise control characters are refused: no value may add a header.
  result<std::string, evaluation_error> render(const event_view& event, bool for_url) const;

 private:
  struct impl;
  std::shared_ptr<const impl> impl_;
};

/// A JSON body with `${expression}` parts in its strings. Alone in a string, an expression keeps
/// its type (objects and lists too); numbers are copied digit for digit.
class json_template {
 public:
  static result<json_template, std::vector<template_error>> compile(const template_source& source);
  result<std::string, evaluation_error> render(const event_view& event) const;

 private:
  struct impl;
  std::shared_ptr<const impl> impl_;
};

}  // namespace airtrain
