#include "store/embedded/key_list.hpp"

#include "messages/invariant.hpp"
#include "store/embedded/bytes.hpp"

namespace airtrain::embedded {

void key_list_encoder::add(delivery_key key) {
  AIRTRAIN_INVARIANT(key.seq >= last_);
  put_varint(bytes_, (key.seq - last_) << 1 | (key.part != 0));
  if (key.part != 0) put_varint(bytes_, key.part);
  last_ = key.seq;
}

std::string encode_key_list(const std::vector<delivery_key>& keys) {
  key_list_encoder out;
  for (const auto& key : keys) out.add(key);
  return out.take();
}

std::optional<std::vector<delivery_key>> decode_key_list(std::string_view bytes) {
  std::vector<delivery_key> out;
  byte_reader in{bytes};
  delivery_key last;
  bool first = true;
  while (!in.at_end()) {
    const auto word = in.varint();
    delivery_key key{.seq = last.seq + (word >> 1), .part = 0};
    if (word & 1) key.part = static_cast<std::uint16_t>(in.varint());
    if (!in.ok() || key.seq < last.seq || (!first && key <= last)) return std::nullopt;
    out.push_back(key);
    last = key;
    first = false;
  }
  if (!in.ok()) return std::nullopt;
  return out;
}

}  // namespace airtrain::embedded
