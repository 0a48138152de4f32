#include "core/ingest/event_draft.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "core/ingest/content_hash.hpp"
#include "core/ingest/made_up_id.hpp"
#include "core/ingest/problem.hpp"
#include "core/json/document.hpp"

namespace airtrain {
namespace {

read_problem missing(attribute which) {
  switch (which) {
    case attribute::type:
      return {std::nullopt, 400, "missing_type", "type is missing"};
    case attribute::id:
      return {std::nullopt, 400, "invalid_attribute", "a CloudEvent needs an id"};
    case attribute::source:
      return {std::nullopt, 400, "invalid_attribute", "a CloudEvent needs a source"};
    default:
      return {std::nullopt, 400, "invalid_attribute", "a CloudEvent needs specversion \"1.0\""};
  }
}

}  // namespace

void event_draft::clear() {
  given_ = {};
  data_ = {};
  data_kind_ = data_kind::none;
  extensions_.clear();
  extensions_text_.clear();
  kept_.clear();
}

result<void, read_problem> event_draft::set(attribute which, std::string_view value) {
  auto checked = check_attribute(which, value, limits_);
  if (checked) given_[index_of(which)] = value;
  return checked;
}

result<void, read_problem> event_draft::add_extension(std::string_view name, std::string_view value,
                                                      std::string_view characters) {
  if (auto checked = check_extension_name(name, limits_); !checked) return checked;
  if (auto checked = check_extension_value(name, characters, limits_); !checked) return checked;
  extensions_.push_back({name, value});
  return {};
}

void event_draft::set_data(std::string_view bytes, data_kind kind) {
  data_ = bytes;
  data_kind_ = kind;
}

// Sorted by name: proxies reorder headers and serializers reorder members, and the same content
// must stay the same content.
result<void, read_problem> event_draft::write_extensions() {
  if (extensions_.empty()) return {};
  std::sort(extensions_.begin(), extensions_.end(),
            [](const extension& a, const extension& b) { return a.name < b.name; });
  for (std::size_t i = 0; i < extensions_.size(); ++i) {
    const auto& [name, value] = extensions_[i];
    if (i > 0 && name == extensions_[i - 1].name)
      return wrong("duplicate_key", fmt::format("attribute {} is there twice", name));
    extensions_text_ += i == 0 ? "{\"" : ",\"";
    extensions_text_.append(name).append("\":").append(value);
  }
  extensions_text_ += '}';
  return {};
}

event_fields event_draft::given_fields() const {
  event_fields fields;
  fields.id = given(attribute::id);
  fields.source = given(attribute::source);
  fields.type = given(attribute::type);
  fields.subject = given(attribute::subject);
  fields.time = given(attribute::time);
  fields.data_content_type = given(attribute::data_content_type);
  fields.data_schema = given(attribute::data_schema);
  fields.extensions = extensions_text_;
  fields.data = data_;
  fields.kind = data_kind_;
  return fields;
}

result<std::string_view, read_problem> event_draft::id_from_request(const reader_defaults& defaults,
                                                                    std::uint32_t index,
                                                                    bool in_batch) {
  if (!defaults.idempotency_key)
    return keep(made_up_id(defaults.accepted_at_ms, defaults.random, index));
  const auto key = *defaults.idempotency_key;
  if (key.empty()) return wrong("invalid_attribute", "Idempotency-Key is empty");
  const auto id = in_batch ? keep(fmt::format("{}/{}", key, index)) : key;
  auto checked = check_attribute(attribute::id, id, limits_);
  if (checked) return id;
  checked.error().detail = "Idempotency-Key as id: " + checked.error().detail;
  return failure(std::move(checked.error()));
}

result<read_event, read_problem> event_draft::seal(const std::vector<attribute>& required,
                                                   const reader_defaults& defaults,
                                                   std::uint32_t index, bool in_batch) {
  for (const auto which : required)
    if (given(which).empty()) return failure(missing(which));
  if (auto written = write_extensions(); !written) return failure(std::move(written.error()));

  auto fields = given_fields();
  fields.content_hash = content_hash(fields);
  const bool id_made_up = fields.id.empty() && !defaults.idempotency_key;
  if (fields.id.empty()) {
    auto id = id_from_request(defaults, index, in_batch);
    if (!id) return failure(std::move(id.error()));
    fields.id = *id;
  }
  if (fields.source.empty()) fields.source = defaults.source;
  fields.accepted_at_ms = defaults.accepted_at_ms;
  return read_event{event::seal(fields), id_made_up};
}

}  // namespace airtrain
