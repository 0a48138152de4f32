#pragma once

#include <fmt/format.h>

#include <charconv>
#include <functional>
#include <limits>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "config/reader.hpp"
#include "config/units.hpp"

namespace airtrain::config {

/// How an option is declared: what `check`, a JSON Schema and the reference documentation need.
struct option_info {
  std::string key;
  std::string type;      ///< for people: "duration", "size", "text", "map", ...
  std::string fallback;  ///< the default as it would be written; empty: none
  std::string limits;    ///< "1 to 100000"; empty: none
  std::string doc;
  bool required = false;
  bool later = false;                    ///< recognised, but refused by this version
  std::string only_for = {};             ///< connector type it belongs to; empty: all
  std::vector<option_info> inside = {};  ///< of a map
};

/// An option of T: its declaration and how its value gets into a T.
template <class T>
struct option {
  option_info info;
  std::function<void(reader&, const node&, T&)> read;

  option&& must() && {
    info.required = true;
    return std::move(*this);
  }
  option&& only(std::string_view type) && {
    info.only_for = type;
    return std::move(*this);
  }
};

template <class T>
using options = std::vector<option<T>>;

template <class T>
std::vector<option_info> describe(const options<T>& declared) {
  std::vector<option_info> infos;
  for (const option<T>& o : declared) infos.push_back(o.info);
  return infos;
}

/// What a connector's options depend on beyond their own map.
struct read_rules {
  std::string_view type;            ///< compared with `only_for`; empty: all options apply
  const node* inherited = nullptr;  ///< where required options may be instead
  bool partial = false;             ///< required options may be missing
};

/// Reads a map of options: unknown and missing ones are problems.
template <class T>
void read_options(reader& r, const node& at, const options<T>& declared, T& into,
                  const read_rules& rules = {}) {
  if (!r.expect_map(at)) return;
  std::vector<std::string_view> names;
  for (const option<T>& o : declared) names.push_back(o.info.key);
  for (const node& child : at.children) {
    const auto inside = r.enter(child.key);
    const auto found = std::find_if(declared.begin(), declared.end(),
                                    [&](const option<T>& o) { return o.info.key == child.key; });
    if (found == declared.end())
      r.problem_at_key(child, "unknown option" + did_you_mean(child.key, names));
    else if (found->info.later)
      r.problem_at_key(child, fmt::format("`{}` is not supported yet by this version", child.key));
    else if (!rules.type.empty() && !found->info.only_for.empty() &&
             found->info.only_for != rules.type)
      r.problem_at_key(child, fmt::format("`{}` belongs to connectors of type {}, this one is {}",
                                          child.key, found->info.only_for, rules.type));
    else
      found->read(r, child, into);
  }
  if (rules.partial) return;
  for (const option<T>& o : declared)
    if (o.info.required && at.find(o.info.key) == nullptr &&
        (rules.inherited == nullptr || rules.inherited->find(o.info.key) == nullptr))
      r.problem(at, fmt::format("`{}` is missing: {}", o.info.key, o.info.doc));
}

namespace detail {

/// The member's default as the configuration would write it; nothing where it is unset.
template <class V, class Show>
std::string show_default(const V& value, Show show) {
  return show(value);
}
template <class V, class Show>
std::string show_default(const std::optional<V>& value, Show show) {
  return value ? show(*value) : std::string();
}

}  // namespace detail

inline std::string limits_text(const std::string& low, const std::string& high) {
  return low + " to " + high;
}

template <class T>
option<T> duration_option(std::string key, auto T::*member, std::chrono::milliseconds low,
                          std::chrono::milliseconds high, std::string doc) {
  const std::string limits = limits_text(show_duration(low), show_duration(high));
  return {{key, "duration", detail::show_default(T{}.*member, show_duration), limits, doc},
          [=](reader& r, const node& at, T& into) {
            const auto value = at.scalar() ? parse_duration(at.text) : std::nullopt;
            if (!value)
              r.problem(at,
                        "not a duration: write a whole number and a unit, as in 250ms, 30s, "
                        "5m, 1h or 7d");
            else if (*value < low || *value > high)
              r.problem(at, fmt::format("must be {}", limits));
            else
              into.*member = *value;
          }};
}

template <class T, class V>
option<T> size_option(std::string key, V T::*member, std::uint64_t low, std::uint64_t high,
                      std::string doc) {
  const std::string limits = limits_text(show_size(low), show_size(high));
  return {{key, "size", show_size(T{}.*member), limits, doc},
          [=](reader& r, const node& at, T& into) {
            const auto value = at.scalar() ? parse_size(at.text) : std::nullopt;
            if (!value)
              r.problem(at,
                        "not a size: write a whole number and a unit, as in 64KiB, 1MiB or "
                        "10GiB");
            else if (*value < low || *value > high)
              r.problem(at, fmt::format("must be {}", limits));
            else
              into.*member = static_cast<V>(*value);
          }};
}

/// A whole number.
template <class T>
option<T> count_option(std::string key, auto T::*member, std::uint32_t low, std::uint32_t high,
                       std::string doc) {
  const std::string limits = limits_text(std::to_string(low), std::to_string(high));
  const auto show = [](std::uint32_t value) { return std::to_string(value); };
  return {{key, "number", detail::show_default(T{}.*member, show), limits, doc},
          [=](reader& r, const node& at, T& into) {
            std::uint32_t value = 0;
            const char* end = at.text.data() + at.text.size();
            if (at.what != node::kind::integer)
              r.problem(at, "not a whole number");
            else if (const auto [stop, error] = std::from_chars(at.text.data(), end, value);
                     error != std::errc{} || stop != end || value < low || value > high)
              r.problem(at, fmt::format("must be {}", limits));
            else
              into.*member = value;
          }};
}

/// A number from `low` to `high`, as 0.5.
template <class T>
option<T> share_option(std::string key, double T::*member, double low, double high,
                       std::string doc) {
  const std::string limits = limits_text(fmt::format("{}", low), fmt::format("{}", high));
  return {{key, "share", fmt::format("{}", T{}.*member), limits, doc},
          [=](reader& r, const node& at, T& into) {
            double value = 0;
            const char* end = at.text.data() + at.text.size();
            if (at.what != node::kind::integer && at.what != node::kind::decimal)
              r.problem(at, "not a number, as in 0.5");
            else if (const auto [stop, error] = std::from_chars(at.text.data(), end, value);
                     error != std::errc{} || stop != end || value < low || value > high)
              r.problem(at, fmt::format("must be {}", limits));
            else
              into.*member = value;
          }};
}

template <class T>
option<T> flag_option(std::string key, bool T::*member, std::string doc) {
  return {{key, "true or false", T{}.*member ? "true" : "false", "", doc},
          [=](reader& r, const node& at, T& into) {
            if (at.what != node::kind::boolean)
              r.problem(at, "must be true or false");
            else
              into.*member = at.text == "true";
          }};
}

template <class T>
option<T> text_option(std::string key, std::string T::*member, std::string doc) {
  return {{key, "text", T{}.*member, "", doc}, [=](reader& r, const node& at, T& into) {
            if (auto text = r.plain_text(at)) into.*member = std::move(*text);
          }};
}

/// `what` is looked at where the reading wants that.
template <class T>
option<T> path_option(std::string key, named_file what, auto T::*member, std::string doc) {
  const auto show = [](const std::filesystem::path& p) { return p.string(); };
  return {{key, "path", detail::show_default(T{}.*member, show), "", doc},
          [=](reader& r, const node& at, T& into) {
            auto path = r.path(at);
            if (!path) return;
            r.look(what, at, *path);
            into.*member = std::move(*path);
          }};
}

/// One of a few words.
template <class T, class V>
option<T> choice_option(std::string key, V T::*member,
                        std::vector<std::pair<std::string_view, V>> choices, std::string doc) {
  std::string names;
  std::string fallback;
  for (const auto& [name, value] : choices) {
    names += (names.empty() ? "" : ", ") + std::string(name);
    if (value == T{}.*member) fallback = name;
  }
  return {{key, "one of " + names, fallback, "", doc}, [=](reader& r, const node& at, T& into) {
            for (const auto& [name, value] : choices)
              if (at.scalar() && at.text == name) {
                into.*member = value;
                return;
              }
            std::vector<std::string_view> words;
            for (const auto& choice : choices) words.push_back(choice.first);
            r.problem(at, fmt::format("must be one of {}{}", names, did_you_mean(at.text, words)));
          }};
}

/// A map of further options, of a member or of T itself.
template <class T, class V>
option<T> map_option(std::string key, V T::*member, const options<V>& inside, std::string doc) {
  return {{key, "map", "", "", doc, false, false, "", describe(inside)},
          [member, &inside](reader& r, const node& at, T& into) {
            read_options(r, at, inside, into.*member);
          }};
}
template <class T>
option<T> map_option(std::string key, const options<T>& inside, std::string doc) {
  return {{key, "map", "", "", doc, false, false, "", describe(inside)},
          [&inside](reader& r, const node& at, T& into) { read_options(r, at, inside, into); }};
}

/// An option with a reading of its own.
template <class T>
option<T> special_option(std::string key, std::string type, std::string doc,
                         std::function<void(reader&, const node&, T&)> read) {
  return {{key, type, "", "", doc}, std::move(read)};
}

/// Known by name, refused with "not supported yet by this version".
template <class T>
option<T> later_option(std::string key, std::string doc) {
  option<T> made{{key, "", "", "", doc}, nullptr};
  made.info.later = true;
  return made;
}

}  // namespace airtrain::config
