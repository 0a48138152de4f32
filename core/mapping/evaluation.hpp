#pragma once

#include <forward_list>
#include <string>
#include <string_view>

#include "core/mapping/expression.hpp"
#include "core/mapping/syntax.hpp"
#include "core/mapping/value.hpp"

namespace airtrain {

/// Evaluates expressions over one event. Values it gives live as long as it and the event.
class evaluation {
 public:
  using outcome = result<value, evaluation_error>;

  explicit evaluation(const event_view& event) : event_(event) {}
  outcome of(const syntax_node& node);

 private:
  outcome path(const syntax_node& node);
  outcome root(const syntax_node& node);
  outcome attribute(std::string_view name, std::string_view text) const;
  outcome data();
  outcome extension(const std::string& name);
  outcome step(const syntax_node& node, std::size_t which, const value& from);
  outcome decided_by(bool decisive, const syntax_node& node);
  outcome negate(const syntax_node& node);
  outcome coalesce(const syntax_node& node);
  outcome compare(const syntax_node& node);
  outcome ordered(comparison how, const value& a, const value& b) const;
  outcome contains(const value& item, const value& container);
  value at(const json::document& document, std::uint32_t index);

  const event_view& event_;
  std::forward_list<std::string> kept_;  ///< decoded strings
};

}  // namespace airtrain
