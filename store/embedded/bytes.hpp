#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace airtrain::embedded {

/// Numbers as bytes. Keys are big endian, so that they sort as the numbers do; values use varints
/// (7 bits a byte, low ones first) and zigzag for what may be negative.

void put_be16(std::string& out, std::uint16_t value);
void put_be32(std::string& out, std::uint32_t value);
void put_be64(std::string& out, std::uint64_t value);
void put_varint(std::string& out, std::uint64_t value);
void put_signed(std::string& out, std::int64_t value);
/// Its length as a varint, then the bytes.
void put_sized(std::string& out, std::string_view bytes);

/// Takes values off the front of bytes from the disk. The first read beyond the end, or of an
/// impossible varint, makes it `!ok()` for good; from then on every read gives zero.
class byte_reader {
 public:
  explicit byte_reader(std::string_view bytes) : rest_(bytes) {}

  bool ok() const { return ok_; }
  bool at_end() const { return rest_.empty() || !ok_; }
  std::string_view rest() const { return rest_; }

  std::uint8_t u8();
  std::uint16_t be16();
  std::uint32_t be32();
  std::uint64_t be64();
  std::uint64_t varint();
  std::int64_t signed_varint();
  std::string_view sized();
  std::string_view take(std::size_t count);

 private:
  std::string_view rest_;
  bool ok_ = true;
};

}  // namespace airtrain::embedded
