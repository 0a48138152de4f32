#include "api/body.hpp"

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <utility>

#include "api/parameters.hpp"
#include "core/json/document.hpp"

namespace airtrain::api {
namespace {

using json::document;

/// Reads one JSON object member by member; the first thing wrong sticks.
class object_reader {
 public:
  using reader = std::function<void(std::uint32_t)>;
  struct member {
    std::string_view name;
    reader read;
  };

  explicit object_reader(const document& text) : text_(text) {}

  void read(std::uint32_t object, std::string_view what, const std::vector<member>& members) {
    if (text_.at(object).what != json::kind::object)
      return fail(fmt::format("{} must be a JSON object", what));
    for (auto at = object + 1; at < text_.at(object).next; at = text_.at(at + 1).next) {
      const auto name = text_.string(at);
      const auto* known = find(members, name);
      if (!known) return fail(unknown_name("member", name, names(members)));
      known->read(at + 1);
    }
  }

  void text(std::uint32_t at, std::string_view name, std::string& into) {
    if (text_.at(at).what != json::kind::string)
      return fail(fmt::format("{} must be a string", name));
    into = text_.string(at);
  }
  void truth(std::uint32_t at, std::string_view name, bool& into) {
    if (text_.at(at).what != json::kind::boolean)
      return fail(fmt::format("{} must be true or false", name));
    into = text_.raw(at) == "true";
  }
  void number(std::uint32_t at, std::string_view name, std::uint32_t max, std::uint32_t& into) {
    const auto raw = text_.raw(at);
    const auto [end, error] = std::from_chars(raw.data(), raw.data() + raw.size(), into);
    if (error != std::errc{} || end != raw.data() + raw.size() || into == 0 || into > max)
      fail(fmt::format("{} must be a number from 1 to {}", name, max));
  }
  void texts(std::uint32_t at, std::string_view name, std::vector<std::string>& into) {
    if (text_.at(at).what != json::kind::array)
      return fail(fmt::format("{} must be a list of strings", name));
    for (auto item = at + 1; item < text_.at(at).next; item = text_.at(item).next)
      text(item, name, into.emplace_back());
  }
  void fail(std::string message) {
    if (error_.empty()) error_ = std::move(message);
  }
  const std::string& error() const { return error_; }

 private:
  static const member* find(const std::vector<member>& members, std::string_view name) {
    for (const auto& one : members)
      if (one.name == name) return &one;
    return nullptr;
  }
  static std::vector<std::string_view> names(const std::vector<member>& members) {
    std::vector<std::string_view> all;
    for (const auto& one : members) all.push_back(one.name);
    return all;
  }

  const document& text_;
  std::string error_;
};

result<void, std::string> parse(document& text, std::string_view body) {
  if (const auto parsed = text.parse(body); !parsed)
    return failure(fmt::format("the body is not valid JSON: {} at byte {}", parsed.error().message,
                               parsed.error().offset));
  return {};
}

void read_filter(object_reader& in, std::uint32_t at, bulk_filter& filter) {
  const auto text = [&in](std::string_view name, std::string& into) {
    return object_reader::member{name, [&in, name, &into](auto value) {
                                   in.text(value, name, into);
                                   // It would select everything, which nobody writes so.
                                   if (into.empty()) in.fail(fmt::format("{} is empty", name));
                                 }};
  };
  in.read(at, "filter",
          {text("connector", filter.connector), text("type", filter.type),
           text("state", filter.state), text("reason", filter.reason), text("group", filter.group),
           text("since", filter.since), text("until", filter.until)});
}

}  // namespace

result<bulk_body, std::string> bulk_body_of(std::string_view body, bulk_kind kind) {
  document text;
  if (const auto parsed = parse(text, body); !parsed) return failure(parsed.error());

  object_reader in{text};
  bulk_body given;
  given.limit = bulk_limit_max;
  std::vector<object_reader::member> members{
      {"ids", [&](auto at) { in.texts(at, "ids", given.ids.emplace()); }},
      {"filter", [&](auto at) { read_filter(in, at, given.filter.emplace()); }},
      {"dry_run", [&](auto at) { in.truth(at, "dry_run", given.dry_run); }},
      {"next", [&](auto at) { in.text(at, "next", given.next); }},
      {"limit", [&](auto at) { in.number(at, "limit", bulk_limit_max, given.limit); }}};
  if (kind == bulk_kind::replay) {
    members.push_back(
        {"allow_reorder", [&](auto at) { in.truth(at, "allow_reorder", given.allow_reorder); }});
  }
  if (kind == bulk_kind::replay || kind == bulk_kind::rerender) {
    members.push_back({"new_key", [&](auto at) { in.truth(at, "new_key", given.new_key); }});
  }
  in.read(0, "the body", members);

  if (given.ids.has_value() == given.filter.has_value())
    in.fail("give either ids or a filter; an empty filter, {}, means all");
  if (given.ids && given.ids->size() > bulk_limit_max)
    in.fail(fmt::format("at most {} ids in one request", bulk_limit_max));
  if (!in.error().empty()) return failure(in.error());
  return given;
}

result<std::string, std::string> breaker_state_of(std::string_view body) {
  document text;
  if (const auto parsed = parse(text, body); !parsed) return failure(parsed.error());
  object_reader in{text};
  std::string state;
  in.read(0, "the body", {{"state", [&](auto at) { in.text(at, "state", state); }}});
  if (state.empty()) in.fail("the body must be {\"state\": ...}");
  if (!in.error().empty()) return failure(in.error());
  return state;
}

}  // namespace airtrain::api
