#include "store/embedded/keys.hpp"

#define XXH_INLINE_ALL
#include <xxhash.h>

#include "store/embedded/bytes.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::uint8_t payload_suffix = 1;

void put_delivery(std::string& out, delivery_key key) {
  put_be64(out, key.seq);
  put_be16(out, key.part);
}

delivery_key take_delivery(byte_reader& in) {
  delivery_key key;
  key.seq = in.be64();
  key.part = in.be16();
  return key;
}

std::string of_connector(connector_id connector) {
  std::string out;
  out.reserve(32);
  put_be32(out, connector);
  return out;
}

}  // namespace

std::string event_key(std::uint64_t seq) {
  std::string out;
  put_be64(out, seq);
  return out;
}

std::string block_key(std::uint64_t block) {
  return event_key(block);
}

std::string cursor_key(connector_id connector) {
  return of_connector(connector);
}

std::string held_prefix(connector_id connector) {
  return of_connector(connector);
}

std::string held_key(connector_id connector, delivery_key key) {
  auto out = of_connector(connector);
  put_delivery(out, key);
  return out;
}

std::string payload_key(connector_id connector, delivery_key key) {
  auto out = held_key(connector, key);
  out.push_back(static_cast<char>(payload_suffix));
  return out;
}

std::optional<held_position> held_position_from(std::string_view key) {
  byte_reader in{key};
  held_position out;
  out.connector = in.be32();
  out.key = take_delivery(in);
  if (!in.ok()) return std::nullopt;
  if (in.at_end()) return out;
  out.is_payload = in.u8() == payload_suffix;
  if (!out.is_payload || !in.at_end()) return std::nullopt;
  return out;
}

std::string due_prefix(connector_id connector) {
  return of_connector(connector);
}

std::string due_key(connector_id connector, std::int64_t due_ms, delivery_key key) {
  auto out = of_connector(connector);
  put_be64(out, due_ms < 0 ? 0 : static_cast<std::uint64_t>(due_ms));
  put_delivery(out, key);
  return out;
}

std::optional<due_position> due_position_from(std::string_view key) {
  byte_reader in{key};
  due_position out;
  out.connector = in.be32();
  out.due_ms = static_cast<std::int64_t>(in.be64());
  out.key = take_delivery(in);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return out;
}

std::string park_prefix(connector_id connector, lane_id lane) {
  auto out = of_connector(connector);
  put_be64(out, lane);
  return out;
}

std::string park_key(connector_id connector, lane_id lane, delivery_key first) {
  auto out = park_prefix(connector, lane);
  put_delivery(out, first);
  return out;
}

std::optional<park_position> park_position_from(std::string_view key) {
  byte_reader in{key};
  park_position out;
  out.connector = in.be32();
  out.lane = in.be64();
  out.first = take_delivery(in);
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return out;
}

std::string attempts_prefix(std::uint64_t block, connector_id connector) {
  std::string out;
  put_be64(out, block);
  put_be32(out, connector);
  return out;
}

std::string attempts_key(std::uint64_t block, connector_id connector, std::uint64_t serial) {
  auto out = attempts_prefix(block, connector);
  put_be64(out, serial);
  return out;
}

id_hash hash_of(std::string_view source, std::string_view id) {
  id_hash out;
  out.of_id = XXH3_64bits(id.data(), id.size());
  // The id's hash and length as seed: no two different pairs are the same bytes under one seed.
  out.of_both =
      XXH3_64bits_withSeed(source.data(), source.size(),
                           XXH3_64bits_withSeed(id.data(), id.size(), 0x9e3779b97f4a7c15u));
  return out;
}

void append_dedupe_key(std::string& out, std::uint32_t bucket, id_hash hash) {
  put_be32(out, bucket);
  put_be64(out, hash.of_id);
  put_be64(out, hash.of_both);
}

std::string dedupe_prefix(std::uint32_t bucket, std::string_view id) {
  std::string out;
  put_be32(out, bucket);
  put_be64(out, XXH3_64bits(id.data(), id.size()));
  return out;
}

std::string audit_key(std::int64_t at_ms, std::uint64_t serial) {
  std::string out;
  put_be64(out, static_cast<std::uint64_t>(at_ms));
  put_be64(out, serial);
  return out;
}

std::string connector_key(connector_id connector) {
  std::string out{meta_connectors};
  put_be32(out, connector);
  return out;
}

std::string bucket_key(std::uint32_t bucket) {
  std::string out{meta_buckets};
  put_be32(out, bucket);
  return out;
}

std::string owner_state_key(connector_id connector) {
  std::string out{"owner/"};
  put_be32(out, connector);
  return out;
}

std::string newest_effect_key(connector_id connector, lane_id lane) {
  std::string out{meta_newest_effects};
  put_be32(out, connector);
  put_be64(out, lane);
  return out;
}

std::string after_prefix(std::string prefix) {
  while (!prefix.empty() && static_cast<std::uint8_t>(prefix.back()) == 0xff) prefix.pop_back();
  if (!prefix.empty()) prefix.back() = static_cast<char>(prefix.back() + 1);
  return prefix;
}

}  // namespace airtrain::embedded
