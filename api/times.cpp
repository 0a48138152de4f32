#include "api/times.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <chrono>

namespace airtrain::api {
namespace {

constexpr std::int64_t year_0_ms = -62'167'219'200'000;
constexpr std::int64_t year_9999_end_ms = 253'402'300'799'999;

/// Reads RFC 3339 front to back; each step fails for good.
class time_reader {
 public:
  explicit time_reader(std::string_view text) : rest_(text) {}

  int number(std::size_t digits) {
    if (rest_.size() < digits) return fail();
    int value = 0;
    for (char c : rest_.substr(0, digits)) {
      if (c < '0' || c > '9') return fail();
      value = value * 10 + (c - '0');
    }
    rest_.remove_prefix(digits);
    return value;
  }
  int number(std::size_t digits, int low, int high) {
    const int value = number(digits);
    return value < low || value > high ? fail() : value;
  }
  char one_of(std::string_view allowed) {
    if (rest_.empty() || allowed.find(rest_.front()) == std::string_view::npos) {
      fail();
      return 0;
    }
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }
  int optional_fraction_ms() {
    if (rest_.empty() || rest_.front() != '.') return 0;
    rest_.remove_prefix(1);
    int ms = 0;
    std::size_t digits = 0;
    for (; digits < rest_.size() && rest_[digits] >= '0' && rest_[digits] <= '9'; ++digits)
      if (digits < 3) ms = ms * 10 + (rest_[digits] - '0');
    if (digits == 0) return fail();
    for (std::size_t i = digits; i < 3; ++i) ms *= 10;
    rest_.remove_prefix(digits);
    return ms;
  }
  bool done() const { return !failed_ && rest_.empty(); }

 private:
  int fail() {
    failed_ = true;
    return 0;
  }
  std::string_view rest_;
  bool failed_ = false;
};

}  // namespace

std::string rfc3339(std::int64_t wall_ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> when{milliseconds{std::clamp(wall_ms, year_0_ms, year_9999_end_ms)}};
  const auto day = floor<days>(when);
  const year_month_day date{day};
  const hh_mm_ss clock{when - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     clock.hours().count(), clock.minutes().count(), clock.seconds().count(),
                     clock.subseconds().count());
}

std::optional<std::int64_t> rfc3339_ms(std::string_view text) {
  using namespace std::chrono;
  time_reader in{text};
  const int year_number = in.number(4);
  in.one_of("-");
  const int month_number = in.number(2, 1, 12);
  in.one_of("-");
  const int day_number = in.number(2, 1, 31);
  in.one_of("Tt ");
  const int hour = in.number(2, 0, 23);
  in.one_of(":");
  const int minute = in.number(2, 0, 59);
  in.one_of(":");
  const int second = in.number(2, 0, 60);
  const int fraction_ms = in.optional_fraction_ms();
  int offset_minutes = 0;
  if (const char zone = in.one_of("Zz+-"); zone == '+' || zone == '-') {
    const int offset_hours = in.number(2, 0, 23);
    in.one_of(":");
    offset_minutes = (offset_hours * 60 + in.number(2, 0, 59)) * (zone == '-' ? -1 : 1);
  }
  if (!in.done()) return std::nullopt;

  const year_month_day date{year{year_number}, month{static_cast<unsigned>(month_number)},
                            day{static_cast<unsigned>(day_number)}};
  if (!date.ok()) return std::nullopt;
  const auto when = sys_days{date} + hours{hour} + minutes{minute - offset_minutes} +
                    seconds{second} + milliseconds{fraction_ms};
  return duration_cast<milliseconds>(when.time_since_epoch()).count();
}

}  // namespace airtrain::api
