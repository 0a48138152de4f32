#pragma once

#include <cstdint>
#include <string>

namespace airtrain::bench {

struct event_shape {
  std::uint16_t port = 0;  ///< of the Host header
  std::string path;
  std::string type;
  std::uint64_t types = 0;  ///< above 0: "_0" to "_<types - 1>" in turn behind the type
  std::string id_prefix;
  std::uint64_t keys = 0;  ///< how many employees; 0: one for each event
  std::size_t filler = 250;
};

/// Writes requests of events that differ in id, due time, employee and type. A buffer is reused and
/// nothing is formatted but digits: the generator shares the machine with what it measures.
class event_text {
 public:
  explicit event_text(event_shape shape);
  /// Appends one request with `count` events from `first_id` on, all due at the same time.
  void write_request(std::string& out, std::uint64_t first_id, std::uint64_t count,
                     std::uint64_t due_us);

 private:
  void write_event(std::uint64_t id, std::uint64_t due_us);

  const event_shape shape_;
  const std::string head_;   ///< up to the length
  const std::string begin_;  ///< up to what follows the type
  const std::string id_;     ///< up to the number of the id
  const std::string tail_;   ///< from behind the employee
  std::string body_;
};

}  // namespace airtrain::bench
