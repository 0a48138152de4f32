#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace airtrain {

/// What the `data` of an event is, which decides how it may be mapped and which content type it
/// has.
enum class data_kind : std::uint8_t { none = 0, json = 1, text = 2, binary = 3 };

/// The attributes of an event as views, before it is sealed into one `event`.
struct event_fields {
  std::string_view id;
  std::string_view source;
  std::string_view type;
  std::string_view subject;            ///< empty: absent
  std::string_view time;               ///< RFC 3339 as given; empty: absent
  std::string_view data_content_type;  ///< empty: absent (JSON is assumed where kind is json)
  std::string_view data_schema;        ///< empty: absent
  std::string_view extensions;         ///< JSON object text of extension attributes; empty: none
  std::string_view data;               ///< raw bytes exactly as given
  data_kind kind = data_kind::none;
  std::int64_t accepted_at_ms = 0;  ///< wall clock, ms since the epoch, UTC
  std::uint64_t content_hash = 0;   ///< of given attributes and data bytes, before defaults
};

/// One business event, sealed: a single block of bytes that is at once the stored form, the form
/// that travels between threads, and the thing its attributes are views into. Immutable; share it
/// by `event_ref`. Identified by (`source`, `id`).
class event {
 public:
  /// Copies the fields once. Each field is limited to 4 GiB; limits of the API are checked earlier.
  static std::shared_ptr<const event> seal(const event_fields& fields);

  /// Takes back what `bytes()` gave. Null when the bytes are not a sealed event of a known version.
  static std::shared_ptr<const event> from_bytes(std::string bytes);

  std::string_view id() const { return field(0); }
  std::string_view source() const { return field(1); }
  std::string_view type() const { return field(2); }
  std::string_view subject() const { return field(3); }
  std::string_view time() const { return field(4); }
  std::string_view data_content_type() const { return field(5); }
  std::string_view data_schema() const { return field(6); }
  std::string_view extensions() const { return field(7); }
  std::string_view data() const { return field(8); }
  data_kind kind() const;
  std::int64_t accepted_at_ms() const;
  std::uint64_t content_hash() const;

  /// The stored form. Stable across versions: a new layout gets a new version byte.
  std::string_view bytes() const { return bytes_; }

  /// Use `seal` or `from_bytes`; public only so that `make_shared` reaches it.
  struct sealed_tag {};
  event(sealed_tag, std::string bytes) : bytes_(std::move(bytes)) {}

 private:
  std::string_view field(unsigned index) const;
  std::string bytes_;
};

using event_ref = std::shared_ptr<const event>;

}  // namespace airtrain
