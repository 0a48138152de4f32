#include "cli/table.hpp"

#include "config/printable.hpp"
#include "messages/invariant.hpp"

namespace airtrain::cli {
namespace {

bool begins_character(char c) {
  return (c & '\xC0') != '\x80';
}

std::string padded(const std::string& text, std::size_t width, align side) {
  const std::string space(width - std::min(width, characters(text)), ' ');
  return side == align::left ? text + space : space + text;
}

}  // namespace

std::size_t characters(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), begins_character));
}

std::string cut_to(std::string_view text, std::size_t width) {
  if (width == 0 || characters(text) <= width) return std::string(text);
  std::size_t kept = 0;
  std::size_t end = 0;
  for (; end < text.size(); ++end)
    if (begins_character(text[end]) && ++kept == width) break;
  return std::string(text.substr(0, end)) + "…";
}

void table::add(std::vector<std::string> cells) {
  AIRTRAIN_INVARIANT(cells.size() == columns_.size());
  for (std::string& cell : cells) cell = printable(cell);
  rows_.push_back(std::move(cells));
}

std::string table::render(std::size_t width) const {
  std::vector<std::string> titles;
  std::vector<std::size_t> widths;
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    titles.emplace_back(columns_[i].title);
    widths.push_back(characters(titles.back()));
    for (const auto& row : rows_) widths[i] = std::max(widths[i], characters(row[i]));
  }
  std::string out;
  const auto line = [&](const std::vector<std::string>& cells) {
    std::string text;
    for (std::size_t i = 0; i < cells.size(); ++i)
      text += (i == 0 ? "" : "  ") + padded(cells[i], widths[i], columns_[i].side);
    text.erase(text.find_last_not_of(' ') + 1);
    out += cut_to(text, width) + "\n";
  };
  line(titles);
  for (const auto& row : rows_) line(row);
  return out;
}

}  // namespace airtrain::cli
