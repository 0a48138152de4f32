#pragma once

#include <cstdint>
#include <istream>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "cli/json_view.hpp"
#include "messages/result.hpp"

namespace airtrain::cli {

/// One event as it is written in the input.
struct input_event {
  std::string json;
  std::uint64_t number = 0;  ///< of its line, or of its item in an array; from 1
};

/// What goes out in one request.
struct event_batch {
  std::vector<input_event> events;
  bool lines = false;  ///< of NDJSON; else items of one JSON document
};

/// Reads events from a stream, batch by batch in bounded memory: one JSON event, an array of them
/// (at most `document_bytes_max` both), or one event a line.
class event_input {
 public:
  static constexpr std::size_t document_bytes_max = 256u << 20;
  static constexpr std::size_t batch_events_max = 500;
  static constexpr std::size_t batch_bytes_max = 512u << 10;

  explicit event_input(std::istream& in) : in_(in) {}

  /// The next batch, empty at the end; the error says what can't be read.
  result<event_batch, std::string> next();
  std::uint64_t bytes_read() const { return bytes_; }

 private:
  result<void, std::string> begin();
  result<void, std::string> read_document(std::string text);
  bool read_line(std::string& line);

  std::istream& in_;
  bool begun_ = false;
  bool lines_ = false;
  std::string first_line_;
  bool has_first_line_ = false;
  std::uint64_t line_number_ = 0;
  std::uint64_t bytes_ = 0;
  std::vector<json_view> items_;
  std::size_t item_ = 0;
};

/// The body of a request for a batch, and its content type.
struct batch_body {
  std::string content_type;
  std::string text;
};
batch_body body_of(const event_batch& batch);

}  // namespace airtrain::cli
