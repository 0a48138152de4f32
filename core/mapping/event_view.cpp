#include "core/mapping/expression.hpp"

namespace airtrain {
namespace {

// Null when the text is not JSON, so that it is looked at only once.
const json::document* parsed_once(std::unique_ptr<json::document>& kept, std::string_view text) {
  if (!kept) {
    kept = std::make_unique<json::document>();
    if (!kept->parse(text)) return nullptr;
  }
  return kept->empty() ? nullptr : kept.get();
}

}  // namespace

const json::document* event_view::data() const {
  return event_->kind() == data_kind::json ? parsed_once(data_, event_->data()) : nullptr;
}

const json::document* event_view::extensions() const {
  return event_->extensions().empty() ? nullptr : parsed_once(extensions_, event_->extensions());
}

}  // namespace airtrain
