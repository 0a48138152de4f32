#include "core/ingest/json_event.hpp"

#include <fmt/format.h>

#include "core/ingest/base64.hpp"
#include "core/ingest/event_data.hpp"
#include "core/ingest/media_type.hpp"
#include "core/ingest/problem.hpp"

namespace airtrain {
namespace {

// Reads the members of one object, in document order.
class member_reader {
 public:
  member_reader(const json::document& document, std::size_t text_begins_at, event_draft& draft)
      : document_(document), text_begins_at_(text_begins_at), draft_(draft) {}

  result<void, read_problem> read(std::uint32_t object) {
    for (auto key = object + 1; key != document_.at(object).next;
         key = document_.at(key + 1).next) {
      auto taken = member(characters(key), key + 1);
      if (!taken) {
        taken.error().detail += fmt::format(" (byte {})", place(key));
        return taken;
      }
    }
    return data();
  }

 private:
  result<void, read_problem> member(std::string_view name, std::uint32_t value) {
    if (name == "data") {
      data_ = value;
      return {};
    }
    const auto& node = document_.at(value);
    if (node.what == json::kind::null) return {};  // as CloudEvents has it: not given
    if (name == "data_base64") {
      data_base64_ = value;
      return {};
    }
    if (const auto which = attribute_named(name)) {
      if (node.what != json::kind::string)
        return wrong("invalid_attribute", fmt::format("{} must be a string", name));
      return draft_.set(*which, characters(value));
    }
    return extension(name, value);
  }

  result<void, read_problem> extension(std::string_view name, std::uint32_t value) {
    const auto& node = document_.at(value);
    if (node.what == json::kind::object || node.what == json::kind::array)
      return wrong("invalid_attribute",
                   fmt::format("attribute {} must be a string, number or boolean (what belongs to "
                               "the event itself goes into data)",
                               shown(name)));
    const auto raw = document_.raw(value);
    if (node.what != json::kind::string) return draft_.add_extension(name, raw, raw);
    const auto text = characters(value);
    if (!node.escaped) return draft_.add_extension(name, raw, text);
    std::string quoted;
    json::append_quoted(quoted, text);
    return draft_.add_extension(name, draft_.keep(std::move(quoted)), text);
  }

  result<void, read_problem> data() {
    if (data_ != 0 && data_base64_ != 0)
      return wrong("invalid_attribute", "data and data_base64 exclude each other");
    if (data_base64_ != 0) return base64_data();
    if (data_ == 0) return {};
    const auto content_type = draft_.given(attribute::data_content_type);
    if (content_type.empty() || is_json_media_type(media_type_of(content_type))) {
      draft_.set_data(document_.raw(data_), data_kind::json);
      return {};
    }
    if (document_.at(data_).what != json::kind::string)
      return wrong("invalid_attribute",
                   fmt::format("data must be a string where datacontenttype is {} (byte {})",
                               shown(content_type), place(data_)));
    draft_.set_data(characters(data_), data_kind::text);
    return {};
  }

  result<void, read_problem> base64_data() {
    if (document_.at(data_base64_).what != json::kind::string)
      return wrong("invalid_attribute",
                   fmt::format("data_base64 must be a string (byte {})", place(data_base64_)));
    auto bytes = base64_decoded(characters(data_base64_));
    if (!bytes)
      return wrong("invalid_attribute",
                   fmt::format("data_base64 is not base64 (byte {})", place(data_base64_)));
    const auto taken = take_data_bytes(draft_, draft_.keep(std::move(*bytes)), 0);
    if (taken) return taken;
    return wrong(taken.error().code, "data_base64, decoded: " + taken.error().detail);
  }

  std::string_view characters(std::uint32_t string) {
    if (!document_.at(string).escaped) return document_.string(string, buffer_);
    return draft_.keep(document_.string(string));
  }
  std::size_t place(std::uint32_t index) const {
    return text_begins_at_ + document_.at(index).begin;
  }

  const json::document& document_;
  std::size_t text_begins_at_;
  event_draft& draft_;
  std::uint32_t data_ = 0;
  std::uint32_t data_base64_ = 0;
  std::string buffer_;
};

}  // namespace

result<void, read_problem> read_json_event(const json::document& document, std::uint32_t index,
                                           std::size_t text_begins_at, event_draft& draft) {
  if (document.at(index).what != json::kind::object)
    return wrong("malformed_json", fmt::format("an event must be a JSON object (byte {})",
                                               text_begins_at + document.at(index).begin));
  return member_reader{document, text_begins_at, draft}.read(index);
}

}  // namespace airtrain
