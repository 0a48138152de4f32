#include <fmt/format.h>
#include <yaml.h>

#include <unordered_set>

#include "config/tree.hpp"

namespace airtrain::config {
namespace {

int one_based(std::size_t position) {
  return static_cast<int>(position) + 1;
}

/// Builds the tree from libyaml's events. `stop_` is thrown where nothing more can be read.
class tree_builder {
 public:
  explicit tree_builder(std::string_view text) : text_(text) {
    if (yaml_parser_initialize(&parser_) == 0) throw std::bad_alloc();
    yaml_parser_set_input_string(&parser_, reinterpret_cast<const unsigned char*>(text.data()),
                                 text.size());
    yaml_parser_set_encoding(&parser_, YAML_UTF8_ENCODING);
  }
  ~tree_builder() {
    yaml_event_delete(&event_);
    yaml_parser_delete(&parser_);
  }
  tree_builder(const tree_builder&) = delete;

  result<node, std::vector<config_problem>> build() {
    node root;
    try {
      root = document();
    } catch (const stop&) {
    }
    if (!problems_.empty()) return failure(std::move(problems_));
    return root;
  }

 private:
  struct stop {};

  void problem(const yaml_mark_t& at, std::string message) {
    problems_.push_back({one_based(at.line), one_based(at.column), std::move(message), {}});
  }
  [[noreturn]] void end_with(const yaml_mark_t& at, std::string message) {
    problem(at, std::move(message));
    throw stop{};
  }

  void next() {
    yaml_event_delete(&event_);
    if (yaml_parser_parse(&parser_, &event_) == 0) syntax_error();
  }

  [[noreturn]] void syntax_error() {
    const char* what = parser_.problem != nullptr ? parser_.problem : "not readable as YAML";
    if (parser_.error == YAML_READER_ERROR) {
      const std::string_view before = text_.substr(0, parser_.problem_offset);
      yaml_mark_t at{};
      at.line = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
      at.column = before.size() - (before.rfind('\n') + 1);
      end_with(at, fmt::format("{} (the file must be UTF-8 text)", what));
    }
    std::string message = what;
    if (parser_.context != nullptr) message += fmt::format(" {}", parser_.context);
    if (parser_.problem_mark.line < parser_.mark.line + 1 && unquoted_expression())
      message += "; quote this: a text with ${...} needs quotes here, as in \"${...}\"";
    end_with(parser_.problem_mark, std::move(message));
  }

  /// An expression outside quotes on the line of the error, or on the one where what is being read
  /// began.
  bool unquoted_expression() const {
    return unquoted_expression_on(parser_.problem_mark.line) ||
           (parser_.context != nullptr && unquoted_expression_on(parser_.context_mark.line));
  }
  bool unquoted_expression_on(std::size_t line) const {
    std::string_view rest = text_;
    for (; line > 0 && !rest.empty(); --line) {
      const std::size_t end = rest.find('\n');
      rest.remove_prefix(end == std::string_view::npos ? rest.size() : end + 1);
    }
    rest = rest.substr(0, rest.find('\n'));
    char quote = 0;
    for (std::size_t i = 0; i < rest.size(); ++i) {
      if (quote == 0 && rest.substr(i).starts_with("${")) return true;
      if (quote != 0 ? rest[i] == quote : rest[i] == '"' || rest[i] == '\'')
        quote = quote != 0 ? char{0} : rest[i];
    }
    return false;
  }

  node document() {
    next();  // stream start
    next();
    if (event_.type == YAML_STREAM_END_EVENT) end_with(event_.start_mark, "the file is empty");
    next();
    node root = value(1);
    next();  // document end
    next();
    if (event_.type != YAML_STREAM_END_EVENT)
      problem(event_.start_mark, "a second document: the configuration is one document");
    return root;
  }

  /// The value that the current event begins.
  node value(unsigned depth) {
    if (depth > depth_max)
      end_with(event_.start_mark, fmt::format("nested more than {} levels deep", depth_max));
    switch (event_.type) {
      case YAML_SCALAR_EVENT:
        refuse_anchor(event_.data.scalar.anchor);
        return scalar();
      case YAML_SEQUENCE_START_EVENT:
        refuse_anchor(event_.data.sequence_start.anchor);
        refuse_tag(event_.data.sequence_start.tag, YAML_SEQ_TAG);
        return list(depth);
      case YAML_MAPPING_START_EVENT:
        refuse_anchor(event_.data.mapping_start.anchor);
        refuse_tag(event_.data.mapping_start.tag, YAML_MAP_TAG);
        return map(depth);
      case YAML_ALIAS_EVENT:
        problem(event_.start_mark,
                "aliases (*name) are not supported: write the value here, or put "
                "what connectors share under `defaults`");
        return {};
      default:
        end_with(event_.start_mark, "not a value");
    }
  }

  void refuse_anchor(const yaml_char_t* anchor) {
    if (anchor != nullptr) problem(event_.start_mark, "anchors (&name) are not supported");
  }
  void refuse_tag(const yaml_char_t* tag, const char* allowed) {
    if (tag != nullptr && std::string_view(reinterpret_cast<const char*>(tag)) != allowed)
      problem(event_.start_mark, "tags other than !!str are not supported");
  }

  node place() const {
    node made;
    made.line = one_based(event_.start_mark.line);
    made.column = one_based(event_.start_mark.column);
    return made;
  }

  node scalar() {
    const auto& from = event_.data.scalar;
    const std::string_view text(reinterpret_cast<const char*>(from.value), from.length);
    node made = place();
    made.plain = from.style == YAML_PLAIN_SCALAR_STYLE;
    const bool quoted = from.style == YAML_SINGLE_QUOTED_SCALAR_STYLE ||
                        from.style == YAML_DOUBLE_QUOTED_SCALAR_STYLE;
    if (quoted) ++made.column;
    const std::size_t written = event_.end_mark.index - event_.start_mark.index;
    const auto characters = static_cast<std::size_t>(
        std::count_if(text.begin(), text.end(), [](char c) { return (c & '\xC0') != '\x80'; }));
    made.verbatim =
        event_.start_mark.line == event_.end_mark.line && written == characters + (quoted ? 2 : 0);
    const bool typed = made.plain && from.plain_implicit != 0;
    if (!typed) {
      if (from.tag != nullptr) refuse_tag(from.tag, YAML_STR_TAG);
      made.what = node::kind::text;
      made.text = text;
    } else if (!resolve_plain(text, made)) {
      problem(event_.start_mark, fmt::format("`{}` is a number that JSON can't hold; quote it to "
                                             "make it a text",
                                             text));
    }
    if (made.plain) note_lost_expression();
    return made;
  }

  /// `note: shift #${data.id}`: YAML takes what follows " #" for a comment.
  void note_lost_expression() {
    std::string_view rest = text_.substr(std::min(byte_offset(event_.end_mark), text_.size()));
    rest = rest.substr(0, rest.find('\n'));
    const std::size_t hash = rest.find_first_not_of(" \t");
    if (hash != std::string_view::npos && rest.substr(hash).starts_with("#${"))
      problem(event_.end_mark,
              "what follows \" #\" is a comment; quote this: a text with # and "
              "${...} needs quotes");
  }

  /// libyaml counts characters, a text is bytes.
  std::size_t byte_offset(const yaml_mark_t& mark) {
    for (; walked_chars_ < mark.index && walked_bytes_ < text_.size(); ++walked_bytes_)
      if (walked_bytes_ + 1 == text_.size() || (text_[walked_bytes_ + 1] & '\xC0') != '\x80')
        ++walked_chars_;
    return walked_bytes_;
  }

  node list(unsigned depth) {
    node made = place();
    made.what = node::kind::list;
    for (next(); event_.type != YAML_SEQUENCE_END_EVENT; next())
      made.children.push_back(value(depth + 1));
    return made;
  }

  node map(unsigned depth) {
    node made = place();
    made.what = node::kind::map;
    std::unordered_set<std::string> seen;
    for (next(); event_.type != YAML_MAPPING_END_EVENT; next()) {
      const yaml_mark_t at = event_.start_mark;
      if (event_.type != YAML_SCALAR_EVENT)
        end_with(at, "a key must be a text; quote this if it holds { or [");
      refuse_anchor(event_.data.scalar.anchor);
      std::string key(reinterpret_cast<const char*>(event_.data.scalar.value),
                      event_.data.scalar.length);
      if (!seen.insert(key).second) problem(at, fmt::format("`{}` is given twice", key));
      next();
      node child = value(depth + 1);
      child.key = std::move(key);
      child.key_line = one_based(at.line);
      child.key_column = one_based(at.column);
      made.children.push_back(std::move(child));
    }
    return made;
  }

  std::string_view text_;
  yaml_parser_t parser_{};
  yaml_event_t event_{};
  std::vector<config_problem> problems_;
  std::size_t walked_bytes_ = 0;
  std::size_t walked_chars_ = 0;
};

}  // namespace

result<node, std::vector<config_problem>> parse_yaml(std::string_view text) {
  return tree_builder(text).build();
}

}  // namespace airtrain::config
