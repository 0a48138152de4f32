#include "api/log.hpp"

#include <fmt/format.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <utility>

#include "api/json_writer.hpp"
#include "api/times.hpp"
#include "core/json/utf8.hpp"

namespace airtrain::api {
namespace {

std::string_view name_of(log_level level) {
  switch (level) {
    case log_level::info:
      return "info";
    case log_level::warning:
      return "warning";
    case log_level::error:
      return "error";
  }
  return "unknown";
}

/// Bytes of the character at `at`; 0: it may not stand in a log as it is. C1 controls (U+0080 to
/// U+009F) drive terminals as escape sequences do.
std::size_t visible_length(std::string_view text, std::size_t at) {
  const auto first = static_cast<unsigned char>(text[at]);
  if (first < 0x20 || first == 0x7F) return 0;
  const auto length = json::utf8_sequence(text.data() + at, text.data() + text.size());
  const bool c1 = length == 2 && first == 0xC2 && static_cast<unsigned char>(text[at + 1]) < 0xA0;
  return c1 ? 0 : length;
}

void append_escaped(std::string& out, std::string_view text, bool quoted) {
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t length = visible_length(text, at);
    if (length == 0) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}",
                     static_cast<unsigned>(static_cast<unsigned char>(text[at])));
      ++at;
      continue;
    }
    if (quoted && (text[at] == '"' || text[at] == '\\')) out += '\\';
    out.append(text, at, length);
    at += length;
  }
}

std::string escaped(std::string_view text) {
  std::string out;
  append_escaped(out, text, false);
  return out;
}

bool is_bare_word(std::string_view text) {
  return !text.empty() && std::all_of(text.begin(), text.end(), [](char c) {
    return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') ||
           std::string_view{"-_.:/+@[]"}.find(c) != std::string_view::npos;
  });
}

std::string text_line(std::int64_t wall_ms, log_level level, std::string_view message,
                      std::initializer_list<log_field> fields, std::uint64_t held_back) {
  std::string line = fmt::format("{} {:<7} ", rfc3339(wall_ms), name_of(level));
  append_escaped(line, message, false);
  for (const auto& field : fields) {
    line += ' ';
    line += field.name;
    line += '=';
    if (is_bare_word(field.value)) {
      line += field.value;
      continue;
    }
    line += '"';
    append_escaped(line, field.value, true);
    line += '"';
  }
  if (held_back > 0) fmt::format_to(std::back_inserter(line), " held_back={}", held_back);
  line += '\n';
  return line;
}

std::string json_line(std::int64_t wall_ms, log_level level, std::string_view message,
                      std::initializer_list<log_field> fields, std::uint64_t held_back) {
  json_writer line;
  line.begin_object()
      .member("at", rfc3339(wall_ms))
      .member("level", name_of(level))
      .member("message", escaped(message));
  for (const auto& field : fields) line.member(field.name, escaped(field.value));
  if (held_back > 0) line.member("held_back", held_back);
  line.end_object();
  return line.take() + '\n';
}

/// A log that cannot be written has nobody left to tell.
void write_to_stderr(std::string_view line) {
  while (!line.empty()) {
    const auto written = ::write(STDERR_FILENO, line.data(), line.size());
    if (written < 0 && errno == EINTR) continue;
    if (written <= 0) return;
    line.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

flood_gate::flood_gate(std::uint32_t burst, std::chrono::milliseconds interval)
    : burst_(burst), interval_(interval), left_(burst) {}

std::optional<std::uint64_t> flood_gate::pass(std::chrono::steady_clock::time_point now) {
  const std::lock_guard lock{mutex_};
  const auto refills = (now - refilled_) / interval_;
  if (refills > 0) {
    left_ = static_cast<std::uint32_t>(std::min<std::int64_t>(burst_, left_ + refills));
    refilled_ += refills * interval_;
  }
  if (left_ == 0) {
    ++held_back_;
    return std::nullopt;
  }
  --left_;
  return std::exchange(held_back_, 0);
}

logger::logger(log_format format) : logger(format, write_to_stderr) {}
logger::logger(log_format format, sink to) : format_(format), sink_(std::move(to)) {}

void logger::info(std::string_view message, std::initializer_list<log_field> fields) {
  write(log_level::info, message, fields, 0);
}
void logger::warning(std::string_view message, std::initializer_list<log_field> fields) {
  write(log_level::warning, message, fields, 0);
}
void logger::error(std::string_view message, std::initializer_list<log_field> fields) {
  write(log_level::error, message, fields, 0);
}

void logger::limited(flood_gate& gate, log_level level, std::string_view message,
                     std::initializer_list<log_field> fields) {
  if (const auto held_back = gate.pass(std::chrono::steady_clock::now()))
    write(level, message, fields, *held_back);
}

void logger::write(log_level level, std::string_view message,
                   std::initializer_list<log_field> fields, std::uint64_t held_back) {
  const auto now = std::chrono::system_clock::now().time_since_epoch();
  const auto wall_ms = std::chrono::duration_cast<std::chrono::milliseconds>(now).count();
  sink_(log_line(format_, wall_ms, level, message, fields, held_back));
}

std::string log_line(log_format format, std::int64_t wall_ms, log_level level,
                     std::string_view message, std::initializer_list<log_field> fields,
                     std::uint64_t held_back) {
  return format == log_format::json ? json_line(wall_ms, level, message, fields, held_back)
                                    : text_line(wall_ms, level, message, fields, held_back);
}

}  // namespace airtrain::api
