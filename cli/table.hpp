#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace airtrain::cli {

enum class align : unsigned char { left, right };

struct table_column {
  std::string_view title;
  align side = align::left;
};

/// Rows of text for people. Cells are made printable, so nothing from outside reaches the terminal
/// raw.
class table {
 public:
  explicit table(std::vector<table_column> columns) : columns_(std::move(columns)) {}
  /// One cell per column.
  void add(std::vector<std::string> cells);
  bool empty() const { return rows_.empty(); }
  /// Lines cut to `width` characters; 0: not cut.
  std::string render(std::size_t width = 0) const;

 private:
  std::vector<table_column> columns_;
  std::vector<std::vector<std::string>> rows_;
};

/// Characters of a UTF-8 text.
std::size_t characters(std::string_view text);
/// At most that many characters, the last an ellipsis where some are cut off.
std::string cut_to(std::string_view text, std::size_t width);

}  // namespace airtrain::cli
