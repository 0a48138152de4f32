#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/mapping/evaluation.hpp"
#include "core/mapping/expression.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// A piece of a text with `${...}`: an expression, or else literal text.
struct template_part {
  std::string literal;
  std::optional<expression> value;
};

/// Cuts a text into its parts; the error is a message that quotes the part it is about.
result<std::vector<template_part>, std::string> split_template(std::string_view text);

/// The characters that a value is within a text: null, lists and maps are errors.
result<std::string_view, evaluation_error> part_text(evaluation& evaluate, const expression& part);

}  // namespace airtrain
