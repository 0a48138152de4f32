#include "cli/event_input.hpp"

#include <fmt/format.h>

namespace airtrain::cli {
namespace {

bool blank(std::string_view text) {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

}  // namespace

bool event_input::read_line(std::string& line) {
  if (!std::getline(in_, line)) return false;
  ++line_number_;
  bytes_ += line.size() + (in_.eof() ? 0 : 1);
  return true;
}

/// A first line that is an object by itself, with more behind it, means one event a line.
result<void, std::string> event_input::begin() {
  begun_ = true;
  std::string first;
  while (blank(first))
    if (!read_line(first)) return {};
  const auto alone = json_view::parse(first);
  const bool object = alone && first.find_first_not_of(" \t") == first.find('{');
  if (object) {
    lines_ = true;
    first_line_ = std::move(first);
    has_first_line_ = true;
    return {};
  }
  std::string text = std::move(first) + "\n";
  std::string line;
  while (read_line(line)) {
    text += line + "\n";
    if (text.size() > document_bytes_max)
      return failure(fmt::format("a JSON document of more than {} bytes: write one event a line",
                                 document_bytes_max));
  }
  return read_document(std::move(text));
}

result<void, std::string> event_input::read_document(std::string text) {
  const bool array = text[text.find_first_not_of(" \t\r\n")] == '[';
  json::document parsed;
  if (const auto read = parsed.parse(text); !read) return failure(json::to_string(read.error()));
  const auto root = json_view::parse(std::move(text));
  items_ = array ? root->items() : std::vector<json_view>{*root};
  return {};
}

result<event_batch, std::string> event_input::next() {
  if (!begun_)
    if (const auto ready = begin(); !ready) return failure(ready.error());
  event_batch batch;
  batch.lines = lines_;
  std::size_t bytes = 0;
  const auto room = [&] {
    return batch.events.size() < batch_events_max && bytes < batch_bytes_max;
  };
  for (; !lines_ && item_ < items_.size() && room(); ++item_) {
    batch.events.push_back({std::string(items_[item_].raw()), item_ + 1});
    bytes += batch.events.back().json.size();
  }
  while (lines_ && room()) {
    std::string line;
    if (has_first_line_)
      line = std::exchange(first_line_, {});
    else if (!read_line(line))
      break;
    has_first_line_ = false;
    if (blank(line)) continue;
    bytes += line.size();
    batch.events.push_back({std::move(line), line_number_});
  }
  if (in_.bad()) return failure(std::string("cannot be read"));
  return batch;
}

batch_body body_of(const event_batch& batch) {
  batch_body made;
  if (batch.lines) {
    made.content_type = "application/x-ndjson";
    for (const input_event& event : batch.events) made.text += event.json + "\n";
    return made;
  }
  const auto first = json_view::parse(batch.events.front().json);
  const bool cloudevents = first && (*first)["specversion"].present();
  made.content_type = cloudevents ? "application/cloudevents-batch+json" : "application/json";
  made.text.push_back('[');
  for (const input_event& event : batch.events) {
    if (made.text.size() > 1) made.text.push_back(',');
    made.text += event.json;
  }
  made.text.push_back(']');
  return made;
}

}  // namespace airtrain::cli
