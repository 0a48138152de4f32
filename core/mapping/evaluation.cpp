#include "core/mapping/evaluation.hpp"

#include <fmt/format.h>

#include <chrono>

#include "core/mapping/decimal.hpp"

namespace airtrain {
namespace {

auto absent(std::string message) {
  return failure(evaluation_error{std::move(message), true});
}
auto wrong_type(std::string message) {
  return failure(evaluation_error{std::move(message), false});
}

std::string rfc3339(std::int64_t ms) {
  using namespace std::chrono;
  const sys_time<milliseconds> moment{milliseconds{ms}};
  const auto day = floor<days>(moment);
  const year_month_day date{day};
  const hh_mm_ss time{moment - day};
  return fmt::format("{:04}-{:02}-{:02}T{:02}:{:02}:{:02}.{:03}Z", static_cast<int>(date.year()),
                     static_cast<unsigned>(date.month()), static_cast<unsigned>(date.day()),
                     time.hours().count(), time.minutes().count(), time.seconds().count(),
                     time.subseconds().count());
}

bool holds(comparison how, std::strong_ordering order) {
  switch (how) {
    case comparison::less:
      return order < 0;
    case comparison::less_equal:
      return order <= 0;
    case comparison::greater:
      return order > 0;
    default:
      return order >= 0;
  }
}

// The n-th element of a list, or 0.
std::uint32_t element(const json::document& document, std::uint32_t list, std::uint32_t n) {
  for (auto i = list + 1; i != document.at(list).next; i = document.at(i).next)
    if (n-- == 0) return i;
  return 0;
}

}  // namespace

evaluation::outcome evaluation::of(const syntax_node& node) {
  switch (node.what) {
    case operation::constant:
      return node.constant->content();
    case operation::path:
      return path(node);
    case operation::any_of:
      return decided_by(true, node);
    case operation::all_of:
      return decided_by(false, node);
    case operation::negate:
      return negate(node);
    case operation::coalesce:
      return coalesce(node);
    case operation::compare:
      break;
  }
  return compare(node);
}

value evaluation::at(const json::document& document, std::uint32_t index) {
  if (!document.at(index).escaped) {
    std::string unused;
    return value_at(document, index, unused);
  }
  return value_at(document, index, kept_.emplace_front());
}

evaluation::outcome evaluation::path(const syntax_node& node) {
  auto now = root(node);
  for (std::size_t i = 0; now && i < node.steps.size(); ++i) now = step(node, i, *now);
  return now;
}

evaluation::outcome evaluation::root(const syntax_node& node) {
  if (node.root.empty()) return of(node.operands[0]);
  const auto& e = event_.get();
  if (node.root == "data") return data();
  if (node.root == "type") return attribute("type", e.type());
  if (node.root == "source") return attribute("source", e.source());
  if (node.root == "id") return attribute("id", e.id());
  if (node.root == "subject") return attribute("subject", e.subject());
  if (node.root == "time") return attribute("time", e.time());
  if (node.root == "accepted_at")
    return text_value(kept_.emplace_front(rfc3339(e.accepted_at_ms())));
  return extension(node.root);
}

evaluation::outcome evaluation::attribute(std::string_view name, std::string_view text) const {
  if (text.empty()) return absent(fmt::format("{} is absent", name));
  return text_value(text);
}

evaluation::outcome evaluation::data() {
  if (const auto* document = event_.data()) return at(*document, 0);
  switch (event_.get().kind()) {
    case data_kind::none:
      return absent("data is absent");
    case data_kind::text:
      return text_value(event_.get().data());
    default:
      return wrong_type("data is not JSON");
  }
}

evaluation::outcome evaluation::extension(const std::string& name) {
  if (const auto* document = event_.extensions())
    if (const auto index = document->find(0, name)) return at(*document, index);
  return absent(fmt::format("{} is absent", name));
}

evaluation::outcome evaluation::step(const syntax_node& node, std::size_t which,
                                     const value& from) {
  const auto& step = node.steps[which];
  const auto wanted = step.position ? json::kind::array : json::kind::object;
  if (from.what == wanted) {
    const auto index = step.position ? element(*from.document, from.index, *step.position)
                                     : from.document->find(from.index, step.name);
    if (index != 0) return at(*from.document, index);
  }
  if (from.what == wanted || from.what == json::kind::null)
    return absent(fmt::format("{} is absent", written(node, which + 1)));
  return wrong_type(fmt::format("{} is {}, not {}", written(node, which), described(from.what),
                                described(wanted)));
}

// || and && as CEL has them: an operand that decides wins over others that fail.
evaluation::outcome evaluation::decided_by(bool decisive, const syntax_node& node) {
  std::optional<evaluation_error> first_error;
  const auto remember = [&first_error](evaluation_error error) {
    if (!first_error || (first_error->absent && !error.absent)) first_error = std::move(error);
  };
  for (const auto& operand : node.operands) {
    auto v = of(operand);
    if (!v) {
      remember(std::move(v.error()));
    } else if (v->what != json::kind::boolean) {
      remember(
          {fmt::format("{} takes booleans, not {}", decisive ? "||" : "&&", described(v->what)),
           false});
    } else if (v->truth == decisive) {
      return boolean_value(decisive);
    }
  }
  if (first_error) return failure(std::move(*first_error));
  return boolean_value(!decisive);
}

evaluation::outcome evaluation::negate(const syntax_node& node) {
  auto v = of(node.operands[0]);
  if (!v) return v;
  if (v->what != json::kind::boolean)
    return wrong_type(fmt::format("! takes a boolean, not {}", described(v->what)));
  return boolean_value(!v->truth);
}

evaluation::outcome evaluation::coalesce(const syntax_node& node) {
  for (std::size_t i = 0; i + 1 < node.operands.size(); ++i) {
    auto v = of(node.operands[i]);
    const bool nothing = v ? v->what == json::kind::null : v.error().absent;
    if (!nothing) return v;
  }
  return of(node.operands.back());
}

evaluation::outcome evaluation::compare(const syntax_node& node) {
  auto left = of(node.operands[0]);
  if (!left) return left;
  auto right = of(node.operands[1]);
  if (!right) return right;
  switch (node.how) {
    case comparison::equal:
      return boolean_value(equal(*left, *right));
    case comparison::not_equal:
      return boolean_value(!equal(*left, *right));
    case comparison::in:
      return contains(*left, *right);
    default:
      return ordered(node.how, *left, *right);
  }
}

evaluation::outcome evaluation::ordered(comparison how, const value& a, const value& b) const {
  if (a.what == json::kind::string && b.what == json::kind::string)
    return boolean_value(holds(how, a.text <=> b.text));  // UTF-8 sorts as code points do
  if (a.what == json::kind::number && b.what == json::kind::number)
    return boolean_value(holds(how, decimal::of(a.text) <=> decimal::of(b.text)));
  return wrong_type(fmt::format("{} and {} have no order", described(a.what), described(b.what)));
}

evaluation::outcome evaluation::contains(const value& item, const value& container) {
  if (container.what == json::kind::object && item.what == json::kind::string)
    return boolean_value(container.document->find(container.index, item.text) != 0);
  if (container.what != json::kind::array)
    return wrong_type(
        fmt::format("{} cannot be in {}", described(item.what), described(container.what)));
  const auto& document = *container.document;
  std::string buffer;
  for (auto i = container.index + 1; i != document.at(container.index).next;
       i = document.at(i).next)
    if (equal(item, value_at(document, i, buffer))) return boolean_value(true);
  return boolean_value(false);
}

}  // namespace airtrain
