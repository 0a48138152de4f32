#include "messages/event.hpp"

#include <array>
#include <cstring>

namespace airtrain {
namespace {

// Layout, little endian: version u8, kind u8, 2 bytes zero, end offset of each of the 9 fields u32,
// accepted_at u64, content hash u64, then the fields one after the other.
constexpr unsigned field_count = 9;
constexpr std::uint8_t layout_version = 1;
constexpr std::size_t ends_at = 4;
constexpr std::size_t accepted_at = ends_at + 4 * field_count;
constexpr std::size_t hash_at = accepted_at + 8;
constexpr std::size_t head_size = hash_at + 8;

template <class T>
void put(std::string& bytes, std::size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof value);
}

template <class T>
T get(std::string_view bytes, std::size_t at) {
  T value;
  std::memcpy(&value, bytes.data() + at, sizeof value);
  return value;
}

bool well_formed(std::string_view bytes) {
  if (bytes.size() < head_size || get<std::uint8_t>(bytes, 0) != layout_version) return false;
  if (get<std::uint8_t>(bytes, 1) > static_cast<std::uint8_t>(data_kind::binary)) return false;
  std::uint32_t previous = 0;
  for (unsigned i = 0; i < field_count; ++i) {
    const auto end = get<std::uint32_t>(bytes, ends_at + 4 * i);
    if (end < previous) return false;
    previous = end;
  }
  return head_size + previous == bytes.size();
}

}  // namespace

std::shared_ptr<const event> event::seal(const event_fields& f) {
  const std::array<std::string_view, field_count> fields{
      f.id,          f.source,     f.type, f.subject, f.time, f.data_content_type,
      f.data_schema, f.extensions, f.data};
  std::size_t total = head_size;
  for (auto field : fields) total += field.size();

  std::string bytes;
  bytes.reserve(total);
  bytes.resize(head_size);
  put(bytes, 0, layout_version);
  put(bytes, 1, static_cast<std::uint8_t>(f.kind));
  put(bytes, accepted_at, f.accepted_at_ms);
  put(bytes, hash_at, f.content_hash);
  for (unsigned i = 0; i < field_count; ++i) {
    bytes.append(fields[i]);
    put(bytes, ends_at + 4 * i, static_cast<std::uint32_t>(bytes.size() - head_size));
  }
  return std::make_shared<const event>(sealed_tag{}, std::move(bytes));
}

std::shared_ptr<const event> event::from_bytes(std::string bytes) {
  if (!well_formed(bytes)) return nullptr;
  return std::make_shared<const event>(sealed_tag{}, std::move(bytes));
}

data_kind event::kind() const {
  return static_cast<data_kind>(get<std::uint8_t>(bytes_, 1));
}
std::int64_t event::accepted_at_ms() const {
  return get<std::int64_t>(bytes_, accepted_at);
}
std::uint64_t event::content_hash() const {
  return get<std::uint64_t>(bytes_, hash_at);
}

std::string_view event::field(unsigned index) const {
  const std::uint32_t begin =
      index == 0 ? 0 : get<std::uint32_t>(bytes_, ends_at + 4 * (index - 1));
  const auto end = get<std::uint32_t>(bytes_, ends_at + 4 * index);
  return std::string_view{bytes_}.substr(head_size + begin, end - begin);
}

}  // namespace airtrain
