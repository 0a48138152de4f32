#include "config/reader.hpp"

#include <fmt/format.h>

#include "core/routing.hpp"

namespace airtrain::config {
namespace {

std::string_view name_of(node::kind what) {
  switch (what) {
    case node::kind::null:
      return "empty";
    case node::kind::boolean:
      return "true or false";
    case node::kind::integer:
    case node::kind::decimal:
      return "a number";
    case node::kind::text:
      return "a text";
    case node::kind::list:
      return "a list";
    case node::kind::map:
      return "a map";
  }
  return "unknown";
}

bool has_control(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return c < 0x20 || c == 0x7F; });
}

}  // namespace

reader::scope reader::enter_item(std::size_t index) {
  return scope(*this, fmt::format("[{}]", index));
}

void reader::problem(int line, int column, std::string message) {
  std::string key_path;
  for (const std::string& key : path_) {
    if (!key_path.empty() && !key.starts_with('[')) key_path += '.';
    key_path += key;
  }
  problems_.push_back({line, column, std::move(message), std::move(key_path)});
}

void reader::problem_within(const node& at, std::size_t offset, std::string message) {
  std::size_t column = 0;
  if (at.verbatim)
    for (const char c : std::string_view(at.text).substr(0, offset))
      if ((c & '\xC0') != '\x80') ++column;
  problem(at.line, at.column + static_cast<int>(column), std::move(message));
}

bool reader::expect_map(const node& at) {
  if (at.what == node::kind::map || at.what == node::kind::null) return true;
  problem(at, fmt::format("is {}, expected a map of options", name_of(at.what)));
  return false;
}

bool reader::expect_list(const node& at) {
  if (at.what == node::kind::list || at.what == node::kind::null) return true;
  problem(at, fmt::format("is {}, expected a list", name_of(at.what)));
  return false;
}

std::optional<std::string> reader::plain_text(const node& at) {
  if (at.what == node::kind::null)
    problem(at, "has no value");
  else if (!at.scalar())
    problem(at, fmt::format("is {}, expected a text", name_of(at.what)));
  else if (at.what != node::kind::text)
    problem(at,
            fmt::format("is {}, expected a text; quote this: \"{}\"", name_of(at.what), at.text));
  else if (const std::size_t found = at.text.find("${"); found != std::string::npos)
    problem_within(at, found, "${...} has no meaning here: write the value itself");
  else if (has_control(at.text))
    problem(at, "holds control characters");
  else
    return at.text;
  return std::nullopt;
}

std::optional<std::filesystem::path> reader::path(const node& at) {
  const auto text = plain_text(at);
  if (!text) return std::nullopt;
  if (text->empty()) {
    problem(at, "is empty, expected a path");
    return std::nullopt;
  }
  return (folder_ / *text).lexically_normal();
}

void reader::look(named_file what, const node& at, const std::filesystem::path& path,
                  const std::filesystem::path& beside) {
  if (!look_) return;
  if (auto fault = look_(what, path, beside); !fault.empty()) problem(at, std::move(fault));
}

std::optional<secret> reader::read_secret(const node& at) {
  if (at.what != node::kind::text) {
    problem(at, at.what == node::kind::null
                    ? std::string("has no value")
                    : fmt::format("is {}, expected a text (in quotes)", name_of(at.what)));
    return std::nullopt;
  }
  std::string value;
  std::vector<secret::part> parts;
  bool good = true;
  const auto add = [&](std::string_view some) {
    value += some;
    if (parts.empty() || !parts.back().file.empty()) parts.emplace_back();
    parts.back().text += some;
  };
  const std::string_view text = at.text;
  for (std::size_t i = 0; i < text.size();) {
    if (text.substr(i).starts_with("$${")) {
      add("${");
      i += 3;
    } else if (text.substr(i).starts_with("${")) {
      const std::size_t end = text.find('}', i);
      if (end == std::string_view::npos) {
        problem_within(at, i, "`${` without its `}`");
        return std::nullopt;
      }
      const auto reference = text.substr(i + 2, end - i - 2);
      const auto found = secret_part(at, i, reference);
      good = good && found.has_value();
      if (reference.starts_with("file:")) {
        value += found.value_or("");
        parts.push_back({{}, secret_file(reference)});
      } else {
        add(found.value_or(""));
      }
      i = end + 1;
    } else {
      add(text.substr(i++, 1));
    }
  }
  if (!good) return std::nullopt;
  if (value.empty())
    problem(at, "the secret is empty");
  else if (has_control(value))
    problem(at, "the secret holds control characters, such as a line break");
  else
    return secret(std::move(value), std::move(parts));
  return std::nullopt;
}

std::filesystem::path reader::secret_file(std::string_view reference) const {
  return folder_ / reference.substr(std::string_view("file:").size());
}

std::optional<std::string> reader::secret_part(const node& at, std::size_t offset,
                                               std::string_view reference) {
  if (reference.starts_with("env:")) {
    const std::string name(reference.substr(4));
    if (auto value = secrets_.env(name)) return value;
    problem_within(at, offset, fmt::format("the environment variable `{}` is not set", name));
  } else if (reference.starts_with("file:")) {
    const auto file = secret_file(reference);
    auto value = secrets_.file(file);
    if (value) return std::string(secret_in(*value));
    problem_within(at, offset, fmt::format("cannot read {}: {}", file.string(), value.error()));
  } else {
    problem_within(at, offset, "only ${env:NAME} and ${file:PATH} are allowed here");
  }
  return std::nullopt;
}

std::vector<config_problem> reader::take_problems() {
  std::stable_sort(problems_.begin(), problems_.end(), [](const auto& a, const auto& b) {
    return std::pair(a.line, a.column) < std::pair(b.line, b.column);
  });
  return std::move(problems_);
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates) {
  const std::string_view nearest = nearest_name(name, candidates);
  return nearest.empty() ? std::string() : fmt::format(", did you mean `{}`?", nearest);
}

}  // namespace airtrain::config
