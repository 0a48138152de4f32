#include "store/embedded/damage.hpp"

#include <fmt/format.h>
#include <rocksdb/options.h>
#include <rocksdb/sst_file_reader.h>

#include <charconv>
#include <cstdint>
#include <string_view>

namespace airtrain::embedded {
namespace {

/// A table that is missing is looked for under its old ending last, and that name is reported.
void name_tables_as_they_are(std::string& text) {
  constexpr std::string_view old_ending = ".ldb";
  for (auto at = text.find(old_ending); at != std::string::npos; at = text.find(old_ending, at))
    text.replace(at, old_ending.size(), ".sst");
}

/// A log is reported by its number.
void name_log(std::string& text) {
  constexpr std::string_view mark = "log number: ";
  const auto at = text.find(mark);
  if (at == std::string::npos) return;
  std::uint64_t number = 0;
  std::from_chars(text.data() + at + mark.size(), text.data() + text.size(), number);
  text += fmt::format(" ({:06}.log)", number);
}

bool names_a_file_of_data(std::string_view text) {
  return text.find(".sst") != std::string_view::npos || text.find(".log") != std::string_view::npos;
}

/// The tables whose ends can't be read, where the library says what is wrong and not where.
std::string unreadable_tables(const std::filesystem::path& path) {
  std::string out;
  std::error_code unknown;
  for (const auto& entry : std::filesystem::directory_iterator{path, unknown}) {
    if (entry.path().extension() != ".sst") continue;
    rocksdb::SstFileReader reader{rocksdb::Options{}};
    if (reader.Open(entry.path()).ok()) continue;
    out += (out.empty() ? "" : ", ") + entry.path().filename().string();
  }
  return out;
}

}  // namespace

std::string describe(const rocksdb::Status& status, const std::filesystem::path& path) {
  auto text = status.ToString();
  name_tables_as_they_are(text);
  name_log(text);
  if (!status.IsCorruption() || names_a_file_of_data(text)) return text;
  const auto tables = unreadable_tables(path);
  return tables.empty() ? text : fmt::format("{} (not readable: {})", text, tables);
}

}  // namespace airtrain::embedded
