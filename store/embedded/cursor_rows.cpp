#include "store/embedded/cursor_rows.hpp"

#include "store/embedded/bytes.hpp"

namespace airtrain::embedded {
namespace {
constexpr char row_version = 1;
}

std::string encode(const live_row& row) {
  std::string out(1, row_version);
  put_varint(out, row.serial);
  put_varint(out, row.watermark);
  for (const auto& [connector, list] : row.open) {
    put_varint(out, connector);
    put_sized(out, list);
  }
  return out;
}

std::optional<live_row> decode_live_row(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.u8() != row_version) return std::nullopt;
  live_row out;
  out.serial = in.varint();
  out.watermark = in.varint();
  while (!in.at_end()) {
    const auto connector = static_cast<connector_id>(in.varint());
    out.open.emplace_back(connector, in.sized());
  }
  if (!in.ok()) return std::nullopt;
  return out;
}

std::string encode(const own_row& row) {
  std::string out(1, row_version);
  put_varint(out, row.next);
  out += row.open;
  return out;
}

std::optional<own_row> decode_own_row(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.u8() != row_version) return std::nullopt;
  own_row out;
  out.next = in.varint();
  if (!in.ok()) return std::nullopt;
  out.open = in.rest();
  return out;
}

}  // namespace airtrain::embedded
