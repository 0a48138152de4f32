#include "core/ingest/rfc3339.hpp"

#include <chrono>
#include <optional>

namespace airtrain {
namespace {

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

// Takes the text apart from the left; once something does not fit, nothing does any more.
class timestamp_reader {
 public:
  explicit timestamp_reader(std::string_view text) : rest_(text) {}

  unsigned number(std::size_t digits, unsigned max) {
    unsigned value = 0;
    for (std::size_t i = 0; i < digits; ++i) {
      if (i >= rest_.size() || !is_digit(rest_[i])) return reject();
      value = value * 10 + static_cast<unsigned>(rest_[i] - '0');
    }
    rest_.remove_prefix(digits);
    return value <= max ? value : reject();
  }
  void one_of(std::string_view characters) {
    if (!take_one_of(characters)) reject();
  }
  bool take_one_of(std::string_view characters) {
    if (rest_.empty() || characters.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  void fraction() {
    if (!take_one_of(".")) return;
    number(1, 9);
    while (!rest_.empty() && is_digit(rest_.front())) rest_.remove_prefix(1);
  }
  bool finished() const { return fits_ && rest_.empty(); }

 private:
  unsigned reject() {
    fits_ = false;
    rest_ = {};
    return 0;
  }
  std::string_view rest_;
  bool fits_ = true;
};

}  // namespace

bool is_rfc3339(std::string_view text) {
  timestamp_reader in{text};
  const auto year = in.number(4, 9999);
  in.one_of("-");
  const auto month = in.number(2, 12);
  in.one_of("-");
  const auto day = in.number(2, 31);
  in.one_of("Tt");
  in.number(2, 23);
  in.one_of(":");
  in.number(2, 59);
  in.one_of(":");
  in.number(2, 60);
  in.fraction();
  if (!in.take_one_of("Zz")) {
    in.one_of("+-");
    in.number(2, 23);
    in.one_of(":");
    in.number(2, 59);
  }
  const std::chrono::year_month_day date{std::chrono::year{static_cast<int>(year)},
                                         std::chrono::month{month}, std::chrono::day{day}};
  return in.finished() && date.ok();
}

}  // namespace airtrain
