#include "core/mapping/expression.hpp"

#include <fmt/format.h>
#define XXH_INLINE_ALL
#include <xxhash.h>

#include "core/mapping/evaluation.hpp"
#include "core/mapping/syntax.hpp"

namespace airtrain {

struct expression::impl {
  std::string text;
  syntax_node root;
};

result<expression, expression_error> expression::compile(std::string_view text) {
  auto root = parse_expression(text);
  if (!root) return failure(std::move(root.error()));
  expression compiled;
  compiled.impl_ = std::make_shared<const impl>(impl{std::string{text}, std::move(*root)});
  return compiled;
}

const std::string& expression::text() const {
  return impl_->text;
}

const syntax_node& expression::syntax() const {
  return impl_->root;
}

result<std::string, evaluation_error> expression::json(const event_view& event) const {
  evaluation evaluate{event};
  auto v = evaluate.of(impl_->root);
  if (!v) return failure(std::move(v.error()));
  std::string out;
  append_json(out, *v);
  return out;
}

result<bool, evaluation_error> expression::truth(const event_view& event) const {
  evaluation evaluate{event};
  auto v = evaluate.of(impl_->root);
  if (!v && v.error().absent) return false;
  if (!v) return failure(std::move(v.error()));
  if (v->what != json::kind::boolean)
    return failure(evaluation_error{
        fmt::format("{} is {}, not a boolean", impl_->text, described(v->what)), false});
  return v->truth;
}

std::optional<lane_id> expression::lane(const event_view& event) const {
  evaluation evaluate{event};
  const auto v = evaluate.of(impl_->root);
  if (!v || v->what == json::kind::null) return std::nullopt;
  std::string canonical;
  append_canonical(canonical, *v);
  const lane_id hash = XXH3_64bits(canonical.data(), canonical.size());
  return hash == no_lane ? 1 : hash;
}

}  // namespace airtrain
