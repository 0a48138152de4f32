#include "store/embedded/bytes.hpp"

#include <array>

namespace airtrain::embedded {
namespace {

template <class T>
void put_big_endian(std::string& out, T value) {
  std::array<char, sizeof(T)> bytes;
  for (std::size_t i = 0; i < sizeof(T); ++i)
    bytes[i] = static_cast<char>(value >> 8 * (sizeof(T) - 1 - i));
  out.append(bytes.data(), bytes.size());
}

template <class T>
T big_endian(std::string_view bytes) {
  std::uint64_t value = 0;
  for (char c : bytes) value = value << 8 | static_cast<std::uint8_t>(c);
  return static_cast<T>(value);
}

}  // namespace

void put_be16(std::string& out, std::uint16_t value) {
  put_big_endian(out, value);
}
void put_be32(std::string& out, std::uint32_t value) {
  put_big_endian(out, value);
}
void put_be64(std::string& out, std::uint64_t value) {
  put_big_endian(out, value);
}

void put_varint(std::string& out, std::uint64_t value) {
  while (value >= 0x80) {
    out.push_back(static_cast<char>(value | 0x80));
    value >>= 7;
  }
  out.push_back(static_cast<char>(value));
}

void put_signed(std::string& out, std::int64_t value) {
  put_varint(out, static_cast<std::uint64_t>(value) << 1 ^ static_cast<std::uint64_t>(value >> 63));
}

void put_sized(std::string& out, std::string_view bytes) {
  put_varint(out, bytes.size());
  out.append(bytes);
}

std::string_view byte_reader::take(std::size_t count) {
  if (!ok_ || count > rest_.size()) {
    ok_ = false;
    return {};
  }
  const auto taken = rest_.substr(0, count);
  rest_.remove_prefix(count);
  return taken;
}

std::uint8_t byte_reader::u8() {
  return big_endian<std::uint8_t>(take(1));
}
std::uint16_t byte_reader::be16() {
  return big_endian<std::uint16_t>(take(2));
}
std::uint32_t byte_reader::be32() {
  return big_endian<std::uint32_t>(take(4));
}
std::uint64_t byte_reader::be64() {
  return big_endian<std::uint64_t>(take(8));
}

std::uint64_t byte_reader::varint() {
  std::uint64_t value = 0;
  for (unsigned shift = 0; shift < 64; shift += 7) {
    const auto byte = u8();
    if (!ok_) return 0;
    value |= static_cast<std::uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) return value;
  }
  ok_ = false;
  return 0;
}

std::int64_t byte_reader::signed_varint() {
  const auto value = varint();
  return static_cast<std::int64_t>(value >> 1 ^ (~(value & 1) + 1));
}

std::string_view byte_reader::sized() {
  return take(varint());
}

}  // namespace airtrain::embedded
