#include "core/mapping/syntax.hpp"

#include <fmt/format.h>

#include "messages/invariant.hpp"

namespace airtrain {

constant_text::constant_text(std::string json) : text_(std::move(json)) {
  const bool well_formed = document_.parse(text_).has_value();
  AIRTRAIN_INVARIANT(well_formed);
  content_ = value_at(document_, 0, characters_);
}

std::string written(const syntax_node& path, std::size_t steps) {
  std::string out = path.root.empty() ? "(...)" : path.root;
  for (std::size_t i = 0; i < steps; ++i) {
    const auto& step = path.steps[i];
    out += step.position ? fmt::format("[{}]", *step.position) : "." + step.name;
  }
  return out;
}

}  // namespace airtrain
