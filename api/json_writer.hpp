#pragma once

#include <concepts>
#include <cstdint>
#include <string>
#include <string_view>

namespace airtrain::api {

/// Writes JSON text front to back. Strings may hold any bytes: what is not UTF-8 is written as
/// U+FFFD, so that the text is always valid. Raw JSON can be put in untouched, which keeps the
/// digits of numbers in payloads.
class json_writer {
 public:
  json_writer& begin_object() { return open('{'); }
  json_writer& end_object() { return close('}'); }
  json_writer& begin_array() { return open('['); }
  json_writer& end_array() { return close(']'); }

  json_writer& key(std::string_view name);
  json_writer& value(std::string_view text);
  json_writer& value(const char* text) { return value(std::string_view{text}); }
  json_writer& value(bool truth);
  json_writer& value(double number);  ///< null when not finite
  template <std::integral T>
  requires(!std::same_as<T, bool>) json_writer& value(T number) {
    if constexpr (std::is_signed_v<T>) return signed_number(number);
    return unsigned_number(number);
  }
  json_writer& null() { return raw("null"); }
  /// `json` must be one valid JSON text.
  json_writer& raw(std::string_view json);

  template <class T>
  json_writer& member(std::string_view name, const T& what) {
    return key(name).value(what);
  }
  /// An empty text is written as null.
  json_writer& text_or_null(std::string_view name, std::string_view text);
  /// RFC 3339; 0 is written as null.
  json_writer& time_or_null(std::string_view name, std::int64_t wall_ms);

  const std::string& text() const { return out_; }
  std::string take() { return std::move(out_); }

 private:
  json_writer& open(char bracket);
  json_writer& close(char bracket);
  json_writer& signed_number(std::int64_t number);
  json_writer& unsigned_number(std::uint64_t number);
  void separate();

  std::string out_;
  bool comma_ = false;  ///< a comma is due before the next value or key
};

}  // namespace airtrain::api
