#include "embed/sealed_event.hpp"

#include <atomic>

#include "core/ingest/event_reader.hpp"

namespace airtrain::embed {
namespace {

std::string as_json(const new_event& from) {
  nlohmann::json out{{"type", from.type}};
  if (!from.data.is_null()) out["data"] = from.data;
  if (!from.id.empty()) out["id"] = from.id;
  if (!from.source.empty()) out["source"] = from.source;
  if (!from.subject.empty()) out["subject"] = from.subject;
  if (!from.time.empty()) out["time"] = from.time;
  return out.dump();
}

}  // namespace

std::variant<event_ref, event_refused> seal(const new_event& from, std::int64_t now_ms) {
  static std::atomic<std::uint64_t> next_seed{static_cast<std::uint64_t>(now_ms)};
  constexpr std::uint64_t golden_ratio = 0x9E3779B97F4A7C15;  // as in splitmix64
  reader_defaults defaults;
  defaults.source = "/airtrain";
  defaults.accepted_at_ms = now_ms;
  defaults.random = next_seed.fetch_add(golden_ratio);
  std::string text;
  try {
    text = as_json(from);
  } catch (const nlohmann::json::exception& unsuitable) {  // text that is not UTF-8
    return event_refused(refusal_code::invalid, unsuitable.what());
  }
  auto read = read_events(body_form::plain, "application/json", text, {}, {}, defaults);
  if (!read.problems.empty())
    return event_refused(refusal_code::invalid, read.problems.front().detail);
  return read.events.front().event;
}

}  // namespace airtrain::embed
