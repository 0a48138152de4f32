#include "core/dispatch/deadline.hpp"

#include <algorithm>
#include <charconv>

namespace airtrain {
namespace {

/// Reads the digits of one fixed-width number and the mark that follows it.
class time_reader {
 public:
  explicit time_reader(std::string_view text) : rest_(text) {}

  bool number(std::size_t width, int& out) {
    if (rest_.size() < width) return false;
    const char* end = rest_.data() + width;
    if (rest_.front() == '-' || rest_.front() == '+') return false;
    const auto [at, error] = std::from_chars(rest_.data(), end, out);
    if (error != std::errc{} || at != end) return false;
    rest_.remove_prefix(width);
    return true;
  }
  bool mark(std::string_view any_of) {
    if (rest_.empty() || any_of.find(rest_.front()) == std::string_view::npos) return false;
    rest_.remove_prefix(1);
    return true;
  }
  char next() const { return rest_.empty() ? '\0' : rest_.front(); }
  bool at_end() const { return rest_.empty(); }
  /// A fraction of a second, as milliseconds; further digits are dropped.
  int fraction_ms() {
    int ms = 0;
    for (int scale = 100; next() >= '0' && next() <= '9'; scale /= 10) {
      ms += (next() - '0') * scale;
      rest_.remove_prefix(1);
    }
    return ms;
  }

 private:
  std::string_view rest_;
};

std::optional<std::int64_t> rfc3339_ms(std::string_view text) {
  time_reader in{text};
  int year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0;
  if (!in.number(4, year) || !in.mark("-") || !in.number(2, month) || !in.mark("-") ||
      !in.number(2, day) || !in.mark("Tt ") || !in.number(2, hour) || !in.mark(":") ||
      !in.number(2, minute) || !in.mark(":") || !in.number(2, second))
    return std::nullopt;
  const int ms = in.mark(".") ? in.fraction_ms() : 0;
  int offset_minutes = 0;
  if (!in.mark("Zz")) {
    const int sign = in.next() == '-' ? -1 : 1;
    int offset_hour = 0, offset_minute = 0;
    if (!in.mark("+-") || !in.number(2, offset_hour) || !in.mark(":") ||
        !in.number(2, offset_minute))
      return std::nullopt;
    offset_minutes = sign * (offset_hour * 60 + offset_minute);
  }
  const std::chrono::year_month_day date{std::chrono::year{year},
                                         std::chrono::month{static_cast<unsigned>(month)},
                                         std::chrono::day{static_cast<unsigned>(day)}};
  if (!in.at_end() || !date.ok() || hour > 23 || minute > 59 || second > 60) return std::nullopt;
  const auto at = std::chrono::sys_days{date} + std::chrono::hours{hour} +
                  std::chrono::minutes{minute - offset_minutes} + std::chrono::seconds{second} +
                  std::chrono::milliseconds{ms};
  return at.time_since_epoch().count();
}

std::string_view skip_spaces(std::string_view text) {
  const auto first = text.find_first_not_of(" \t\r\n");
  return first == std::string_view::npos ? std::string_view{} : text.substr(first);
}

}  // namespace

std::optional<std::int64_t> expiry_time_ms(std::string_view extensions) {
  // Extension values are scalars, and a quote inside one is escaped: the name with both its quotes,
  // followed by a colon, is the attribute itself.
  constexpr std::string_view name = "\"expirytime\"";
  for (auto at = extensions.find(name); at != std::string_view::npos;
       at = extensions.find(name, at + 1)) {
    auto rest = skip_spaces(extensions.substr(at + name.size()));
    if (rest.empty() || rest.front() != ':') continue;
    rest = skip_spaces(rest.substr(1));
    if (rest.empty() || rest.front() != '"') return std::nullopt;
    const auto end = rest.find('"', 1);
    if (end == std::string_view::npos) return std::nullopt;
    return rfc3339_ms(rest.substr(1, end - 1));
  }
  return std::nullopt;
}

std::optional<std::int64_t> deadline_ms(const delivery& what,
                                        std::chrono::milliseconds expires_after) {
  if (what.history.lift_deadline || !what.event) return std::nullopt;
  auto deadline =
      what.event->extensions().empty() ? std::nullopt : expiry_time_ms(what.event->extensions());
  if (expires_after.count() > 0) {
    const auto own = what.event->accepted_at_ms() + expires_after.count();
    deadline = deadline ? std::min(*deadline, own) : own;
  }
  return deadline;
}

}  // namespace airtrain
