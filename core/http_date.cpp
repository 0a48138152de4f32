#include <array>
#include <chrono>
#include <string_view>

#include "core/answer_rules.hpp"

namespace airtrain {
namespace {

constexpr std::array<std::string_view, 12> months{"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                                  "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
constexpr std::array<std::string_view, 7> weekdays{"Monday", "Tuesday",  "Wednesday", "Thursday",
                                                   "Friday", "Saturday", "Sunday"};

struct date_fields {
  int year = 0;
  unsigned month = 0;
  unsigned day = 0;
  int hour = 0;
  int minute = 0;
  int second = 0;
};

// Takes a date apart along a pattern, like strptime but without a locale: %a %A weekday, %d day,
// %e day padded with a space, %b month, %Y %y year, %H %M %S time; all else is literal.
class date_reader {
 public:
  explicit date_reader(std::string_view text) : rest_(text) {}

  std::optional<date_fields> along(std::string_view pattern) {
    for (std::size_t i = 0; i < pattern.size(); ++i) {
      const bool taken = pattern[i] == '%' ? field(pattern[++i]) : literal(pattern.substr(i, 1));
      if (!taken) return std::nullopt;
    }
    if (!rest_.empty()) return std::nullopt;
    return fields_;
  }

 private:
  bool field(char code) {
    switch (code) {
      case 'a':
        return weekday(3);
      case 'A':
        return weekday(std::string_view::npos);
      case 'b':
        return month();
      case 'd':
        return number(2, fields_.day);
      case 'e':
        return literal(" ") ? number(1, fields_.day) : number(2, fields_.day);
      case 'Y':
        return number(4, fields_.year);
      case 'y':
        return short_year();
      case 'H':
        return number(2, fields_.hour) && fields_.hour < 24;
      case 'M':
        return number(2, fields_.minute) && fields_.minute < 60;
      default:
        return number(2, fields_.second) && fields_.second <= 60;
    }
  }

  bool literal(std::string_view text) {
    if (!rest_.starts_with(text)) return false;
    rest_.remove_prefix(text.size());
    return true;
  }
  template <class Number>
  bool number(std::size_t digits, Number& out) {
    if (rest_.size() < digits) return false;
    int value = 0;
    for (char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    out = static_cast<Number>(value);
    rest_.remove_prefix(digits);
    return true;
  }
  bool weekday(std::size_t length) {
    for (const auto name : weekdays)
      if (literal(name.substr(0, length))) return true;
    return false;
  }
  bool month() {
    for (unsigned i = 0; i < months.size(); ++i)
      if (literal(months[i])) {
        fields_.month = i + 1;
        return true;
      }
    return false;
  }
  // As POSIX has it: 69 to 99 belong to the last century.
  bool short_year() {
    if (!number(2, fields_.year)) return false;
    fields_.year += fields_.year >= 69 ? 1900 : 2000;
    return true;
  }

  std::string_view rest_;
  date_fields fields_;
};

}  // namespace

// RFC 9110, section 5.6.7.
std::optional<std::int64_t> http_date_ms(std::string_view text) {
  using namespace std::chrono;
  for (const auto pattern :
       {"%a, %d %b %Y %H:%M:%S GMT", "%A, %d-%b-%y %H:%M:%S GMT", "%a %b %e %H:%M:%S %Y"}) {
    const auto f = date_reader{text}.along(pattern);
    if (!f) continue;
    const year_month_day date{year{f->year}, month{f->month}, day{f->day}};
    if (!date.ok()) return std::nullopt;
    const auto moment = sys_days{date} + hours{f->hour} + minutes{f->minute} + seconds{f->second};
    return duration_cast<milliseconds>(moment.time_since_epoch()).count();
  }
  return std::nullopt;
}

}  // namespace airtrain
