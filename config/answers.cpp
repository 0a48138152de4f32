#include "config/sections.hpp"

namespace airtrain::config {
namespace {

struct status_range {
  int first = 0;
  int last = 0;
};

std::optional<int> status(std::string_view text) {
  int value = 0;
  const auto [stop, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  if (error != std::errc{} || stop != text.data() + text.size() || text.size() != 3)
    return std::nullopt;
  return value >= 100 && value <= 599 ? std::optional<int>(value) : std::nullopt;
}

/// 409, 5xx or 500-599.
std::optional<status_range> parse_range(std::string_view text) {
  if (text.size() == 3 && text.ends_with("xx") && text[0] >= '1' && text[0] <= '5') {
    const int hundreds = (text[0] - '0') * 100;
    return status_range{hundreds, hundreds + 99};
  }
  const std::size_t dash = text.find('-');
  const auto first = status(text.substr(0, dash));
  const auto last = dash == std::string_view::npos ? first : status(text.substr(dash + 1));
  if (!first || !last || *first > *last) return std::nullopt;
  return status_range{*first, *last};
}

/// An entry of `answers:`; each of its ranges becomes a rule.
struct answer_entry {
  std::vector<status_range> statuses;
  answer_rule rule;
};

void read_one_status(reader& r, const node& at, answer_entry& into) {
  if (const auto range = at.scalar() ? parse_range(at.text) : std::nullopt)
    into.statuses.push_back(*range);
  else
    r.problem(at, "not an HTTP status: write one as 409, a range as 5xx or \"500-599\", or a list");
}

void read_statuses(reader& r, const node& at, answer_entry& into) {
  if (at.what != node::kind::list) return read_one_status(r, at, into);
  for (std::size_t i = 0; i < at.children.size(); ++i) {
    const auto inside = r.enter_item(i);
    read_one_status(r, at.children[i], into);
  }
  if (at.children.empty()) r.problem(at, "names no status");
}

void read_class(reader& r, const node& at, answer_entry& into) {
  static const std::vector<std::string_view> names{"delivered", "retry", "throttled",  "reject",
                                                   "refused",   "hold",  "hold_manual"};
  if (const auto is = answer_class_from(at.text); is && at.scalar())
    into.rule.is = *is;
  else
    r.problem(at, fmt::format("must be one of {}{}", fmt::join(names, ", "),
                              did_you_mean(at.text, names)));
}

void read_scope(reader& r, const node& at, answer_entry& into) {
  if (at.text == "event" || at.text == "connector")
    into.rule.scope = at.text == "event" ? failure_scope::event : failure_scope::connector;
  else
    r.problem(at, "must be one of event, connector");
}

void read_renew_key(reader& r, const node& at, answer_entry& into) {
  if (at.what != node::kind::boolean) r.problem(at, "must be true or false");
  into.rule.renew_key = at.text == "true";
}

const options<answer_entry>& entry_options() {
  using T = answer_entry;
  static const options<T> declared{
      special_option<T>("status", "status or list",
                        "HTTP statuses: 409, 5xx, \"500-599\", or a list", read_statuses)
          .must(),
      special_option<T>("is",
                        "one of delivered, retry, throttled, reject, refused, hold, "
                        "hold_manual",
                        "what the answer means", read_class)
          .must(),
      special_option<T>("scope", "one of event, connector", "for retry: who is to blame",
                        read_scope),
      special_option<T>("renew_key", "true or false", "the next attempt gets a new idempotency key",
                        read_renew_key),
      later_option<T>("when", "an expression over the answer"),
  };
  return declared;
}

}  // namespace

void read_answers(reader& r, const node& at, std::vector<answer_rule>& into) {
  if (!r.expect_list(at)) return;
  into.clear();
  for (std::size_t i = 0; i < at.children.size(); ++i) {
    const auto inside = r.enter_item(i);
    const node& item = at.children[i];
    answer_entry entry;
    read_options(r, item, entry_options(), entry);
    if (const node* scope = item.find("scope"); scope && entry.rule.is != answer_class::retry)
      r.problem_at_key(*scope, "`scope` applies to retry only");
    for (const status_range& range : entry.statuses) {
      answer_rule rule = entry.rule;
      rule.status_first = range.first;
      rule.status_last = range.last;
      into.push_back(rule);
    }
  }
}

}  // namespace airtrain::config
