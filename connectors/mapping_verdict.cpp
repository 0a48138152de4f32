#include "connectors/mapping_verdict.hpp"

#include <fmt/format.h>

namespace airtrain {

verdict mapping_rejected(std::string_view what, const evaluation_error& error) {
  verdict rejected;
  rejected.outcome = answer_class::reject;
  rejected.scope = failure_scope::event;
  rejected.why = reason::mapping_error;
  rejected.message = fmt::format("{}: {}", what, error.message);
  return rejected;
}

std::optional<verdict> rejected_by_when(const std::optional<expression>& when,
                                        const event_view& event) {
  if (!when) return {};
  const auto truth = when->truth(event);
  if (truth) return {};
  return mapping_rejected("when", truth.error());
}

}  // namespace airtrain
