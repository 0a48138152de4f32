#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace airtrain::config {

/// One value of a configuration file with its place in it: what YAML and JSON have in common.
struct node {
  enum class kind : std::uint8_t { null, boolean, integer, decimal, text, list, map };
  kind what = kind::null;
  std::string text;  ///< text: its characters; null, boolean and numbers: as JSON
  std::vector<node> children;
  std::string key;  ///< of a map's child
  int key_line = 0;
  int key_column = 0;
  int line = 0;  ///< from 1; of a text its first character, behind the quote
  int column = 0;
  bool plain = false;     ///< written without quotes
  bool verbatim = false;  ///< on one line without escapes: an offset into `text` is a column too

  const node* find(std::string_view name) const {
    for (const node& child : children)
      if (child.key == name) return &child;
    return nullptr;
  }
  bool scalar() const { return what != kind::list && what != kind::map; }
};

constexpr unsigned depth_max = 64;
constexpr std::size_t file_bytes_max = 4u << 20;

}  // namespace airtrain::config
