#pragma once

#include <string_view>

#include "config/load.hpp"
#include "config/node.hpp"
#include "messages/result.hpp"

namespace airtrain::config {

/// Reads a YAML text with the core types of YAML 1.2 (`no` is a text, and so is `007`). Refused:
/// duplicate keys, aliases, tags other than `!!str`, a second document, more than `depth_max`
/// levels. A duplicate key does not end the reading; a syntax error does.
result<node, std::vector<config_problem>> parse_yaml(std::string_view text);

/// The same for a JSON text.
result<node, std::vector<config_problem>> parse_json(std::string_view text);

/// Gives an unquoted YAML scalar its type: sets `what` and `text`. False: a number that JSON can't
/// hold (`.inf`, `.nan`, or hexadecimal above 64 bits).
bool resolve_plain(std::string_view written, node& into);

}  // namespace airtrain::config
