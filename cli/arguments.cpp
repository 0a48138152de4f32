#include "cli/arguments.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "config/printable.hpp"
#include "core/routing.hpp"

namespace airtrain::cli {
namespace {

const option_spec* find_option(const command& of, std::string_view name) {
  for (const option_spec& o : of.options)
    if (o.name == name || (!o.shorter.empty() && o.shorter == name)) return &o;
  return nullptr;
}

std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates) {
  const std::string_view nearest = nearest_name(name, candidates);
  return nearest.empty() ? std::string() : fmt::format(", did you mean `{}`?", nearest);
}

std::string unknown_option(const command& of, std::string_view name) {
  std::vector<std::string_view> names;
  for (const option_spec& o : of.options) names.push_back(o.name);
  return fmt::format("unknown option `{}`{}", printable(name), did_you_mean(name, names));
}

std::optional<std::string> choice_problem(const option_spec& o, std::string_view value) {
  const auto& all = o.choices;
  if (all.empty() || std::find(all.begin(), all.end(), value) != all.end()) return std::nullopt;
  return fmt::format("`{}` is one of {}, not `{}`{}", o.name, fmt::join(all, ", "),
                     printable(value), did_you_mean(value, all));
}

std::optional<std::string> count_problem(const command& of, std::size_t given) {
  const bool many = !of.positionals.empty() && of.positionals.back().many;
  if (given > of.positionals.size() && !many) return "too many arguments";
  for (std::size_t i = given; i < of.positionals.size(); ++i)
    if (of.positionals[i].required) return fmt::format("{} is missing", of.positionals[i].name);
  return std::nullopt;
}

std::string left_column(const option_spec& o) {
  return fmt::format("{}{}{}{}{}", o.shorter, o.shorter.empty() ? "" : ", ", o.name,
                     o.value.empty() ? "" : " ", o.value);
}

std::string first_word(std::string_view name) {
  return std::string(name.substr(0, name.find(' ')));
}

}  // namespace

std::optional<std::string> arguments::get(std::string_view option) const {
  const auto found = options_.find(option);
  return found == options_.end() ? std::nullopt : std::optional<std::string>(found->second);
}

std::string arguments::get_or(std::string_view option, std::string_view otherwise) const {
  return get(option).value_or(std::string(otherwise));
}

result<arguments, std::string> parse_arguments(const command& of,
                                               std::span<const std::string> words) {
  arguments made;
  bool only_positionals = false;
  for (std::size_t i = 0; i < words.size(); ++i) {
    const std::string& word = words[i];
    if (only_positionals || word == "-" || !word.starts_with('-')) {
      made.positionals_.push_back(word);
      continue;
    }
    if (word == "--") {
      only_positionals = true;
      continue;
    }
    const std::size_t equals = word.starts_with("--") ? word.find('=') : std::string::npos;
    const std::string name = word.substr(0, equals);
    const option_spec* o = find_option(of, name);
    if (o == nullptr) return failure(unknown_option(of, name));
    if (made.has(o->name)) return failure(fmt::format("`{}` is given twice", o->name));
    std::string value;
    if (o->value.empty()) {
      if (equals != std::string::npos) return failure(fmt::format("`{}` takes no value", o->name));
    } else if (equals != std::string::npos) {
      value = word.substr(equals + 1);
    } else if (i + 1 < words.size()) {
      value = words[++i];
    } else {
      return failure(fmt::format("`{}` needs a value: {}", o->name, o->value));
    }
    if (auto wrong = choice_problem(*o, value)) return failure(std::move(*wrong));
    made.options_.emplace(o->name, std::move(value));
  }
  for (const option_spec& o : of.options)
    if (o.required && !made.has(o.name))
      return failure(fmt::format("{} {} is missing", o.name, o.value));
  if (auto problem = count_problem(of, made.positionals_.size()))
    return failure(std::move(*problem));
  return made;
}

const command* find_command(const std::vector<command>& commands,
                            std::span<const std::string> words, std::size_t& name_words) {
  for (std::size_t n = std::min<std::size_t>(2, words.size()); n > 0; --n) {
    const std::string name = n == 2 ? words[0] + " " + words[1] : words[0];
    for (const command& c : commands)
      if (c.name == name) {
        name_words = n;
        return &c;
      }
  }
  return nullptr;
}

bool is_group(const std::vector<command>& commands, std::string_view word) {
  return std::any_of(commands.begin(), commands.end(), [&](const command& c) {
    return c.name.size() > word.size() && c.name.starts_with(word) && c.name[word.size()] == ' ';
  });
}

std::string help_text(const command& of) {
  std::string usage = fmt::format("usage: airtrain {}", of.name);
  for (const option_spec& o : of.options)
    if (o.required) usage += fmt::format(" {} {}", o.shorter.empty() ? o.name : o.shorter, o.value);
  for (const positional_spec& p : of.positionals)
    usage += fmt::format(" {}{}{}{}", p.required ? "" : "[", p.name, p.many ? "..." : "",
                         p.required ? "" : "]");
  std::string text = fmt::format("{} [options]\n\n{}\n", usage, of.summary);
  if (!of.details.empty()) text += fmt::format("\n{}\n", of.details);
  std::size_t width = std::string_view("--help").size();
  for (const option_spec& o : of.options) width = std::max(width, left_column(o).size());
  text += "\noptions:\n";
  for (const option_spec& o : of.options)
    text += fmt::format("  {:<{}}  {}\n", left_column(o), width, o.doc);
  return text + fmt::format("  {:<{}}  {}\n", "--help", width, "this text");
}

std::string overview_text(const std::vector<command>& commands, std::string_view group) {
  std::string text = "usage: airtrain COMMAND [options]\n\ncommands:\n";
  std::size_t width = 0;
  for (const command& c : commands) width = std::max(width, c.name.size());
  for (const command& c : commands)
    if (group.empty() || first_word(c.name) == group)
      text += fmt::format("  {:<{}}  {}\n", c.name, width, c.summary);
  return text + "\n`airtrain COMMAND --help` tells more.\n";
}

std::string unknown_command_text(const std::vector<command>& commands,
                                 std::span<const std::string> words) {
  std::vector<std::string> group;
  std::vector<std::string> first_words;
  for (const command& c : commands) {
    first_words.push_back(first_word(c.name));
    if (first_words.back() == words[0]) group.emplace_back(c.name);
  }
  const bool second = words.size() > 1 && !words[1].starts_with('-');
  if (!group.empty() && !second)
    return fmt::format("`{}` is one of: {}", words[0], fmt::join(group, ", "));
  const std::string given = group.empty() ? words[0] : words[0] + " " + words[1];
  const auto& names = group.empty() ? first_words : group;
  return fmt::format("unknown command `{}`{}", printable(given),
                     did_you_mean(given, {names.begin(), names.end()}));
}

}  // namespace airtrain::cli
