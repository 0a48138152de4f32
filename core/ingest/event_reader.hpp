#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "messages/event.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// How a request says its events, by content type and headers.
enum class body_form : std::uint8_t {
  plain,              ///< application/json: {"type": ..., "data": ...}, or an array of them
  ndjson,             ///< application/x-ndjson: one plain event (or structured CloudEvent) a line
  cloudevent,         ///< application/cloudevents+json
  cloudevents_batch,  ///< application/cloudevents-batch+json
  binary,             ///< CloudEvents binary mode: attributes are in `ce-*` headers
};

struct reader_limits {
  std::size_t id_bytes_max = 256;
  std::size_t attribute_bytes_max = 1024;  ///< type, source, subject and each extension
  std::uint32_t events_max = 10'000;       ///< per request
};

struct header_field {
  std::string_view name;
  std::string_view value;
};

/// What is filled in where the event does not say it.
struct reader_defaults {
  std::string_view source;                          ///< e.g. "/airtrain"
  std::optional<std::string_view> idempotency_key;  ///< the request's; in a batch "KEY/index"
  std::int64_t accepted_at_ms = 0;
  std::uint64_t random = 0;  ///< seeds made-up ids; a different one for each request
};

/// One thing wrong with a request. `status` is the HTTP status it deserves.
struct read_problem {
  std::optional<std::uint32_t> index;  ///< of the event in the batch; unset: the request as a whole
  int status = 400;
  std::string code;    ///< stable: malformed_json, duplicate_key, too_deep, missing_type,
                       ///< invalid_attribute, id_too_long, unsupported_media_type, too_many_events
  std::string detail;  ///< what and where (byte offset into the body), control characters escaped
};

struct read_event {
  event_ref event;
  bool id_made_up = false;
};
struct read_result {
  bool batch = false;                  ///< the request's shape was an array, a batch or NDJSON
  std::vector<read_event> events;      ///< the good ones, in order
  std::vector<std::uint32_t> indexes;  ///< of `events` in the request
  std::vector<read_problem> problems;  ///< all of them
};

/// Content type (parameters allowed, case-insensitive) to form; unset: 415. No content type counts
/// as plain. With a `ce-specversion` header it is `binary` unless the type says cloudevents.
std::optional<body_form> body_form_of(std::string_view content_type, bool has_ce_headers);

/// Reads all events of a request body. Never throws on input; a bad event is a problem, the others
/// are still read. `data` is kept byte for byte.
read_result read_events(body_form form, std::string_view content_type, std::string_view body,
                        const std::vector<header_field>& headers, const reader_limits& limits,
                        const reader_defaults& defaults);

}  // namespace airtrain
