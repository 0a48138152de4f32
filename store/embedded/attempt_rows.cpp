#include "store/embedded/attempt_rows.hpp"

#include "store/embedded/bytes.hpp"
#include "store/embedded/keys.hpp"

namespace airtrain::embedded {
namespace {

constexpr unsigned class_bits = 0b111;
enum flag : unsigned {
  has_part = 1u << 3,
  has_answer = 1u << 4,
  first_attempt = 1u << 5,  // n is 1 and is not written
  attempted = 1u << 6,
  discarded = 1u << 7,
};

std::uint8_t flags_of(const remembered& r) {
  unsigned out = 0;
  if (r.key.part != 0) out |= has_part;
  if (r.discarded) out |= discarded;
  if (!r.attempted) return static_cast<std::uint8_t>(out);
  out |= attempted | (static_cast<unsigned>(r.attempt.outcome) & class_bits);
  if (!r.attempt.answer.empty()) out |= has_answer;
  if (r.attempt.n == 1) out |= first_attempt;
  return static_cast<std::uint8_t>(out);
}

/// What deltas are taken from.
struct base {
  std::int64_t seq;
  std::int64_t at_ms = 0;
};

void put(std::string& out, const remembered& r, base& last) {
  const auto flags = flags_of(r);
  out.push_back(static_cast<char>(flags));
  const auto seq = static_cast<std::int64_t>(r.key.seq);
  put_signed(out, seq - last.seq);
  last.seq = seq;
  if (flags & has_part) put_varint(out, r.key.part);
  if (flags & discarded) out.push_back(static_cast<char>(r.why_discarded));
  if (!r.attempted) return;
  const auto& a = r.attempt;
  if (!(flags & first_attempt)) put_varint(out, a.n);
  put_signed(out, a.at_ms - last.at_ms);
  last.at_ms = a.at_ms;
  out.push_back(static_cast<char>(a.why));
  put_signed(out, a.status);
  put_signed(out, a.took_ms);
  if (flags & has_answer) put_sized(out, a.answer);
}

remembered take(byte_reader& in, base& last) {
  remembered r;
  const unsigned flags = in.u8();
  last.seq += in.signed_varint();
  r.key.seq = static_cast<std::uint64_t>(last.seq);
  if (flags & has_part) r.key.part = static_cast<std::uint16_t>(in.varint());
  r.discarded = (flags & discarded) != 0;
  if (r.discarded) r.why_discarded = static_cast<reason>(in.u8());
  r.attempted = (flags & attempted) != 0;
  if (!r.attempted) return r;
  auto& a = r.attempt;
  a.outcome = static_cast<answer_class>(flags & class_bits);
  a.n = flags & first_attempt ? 1 : static_cast<std::uint32_t>(in.varint());
  last.at_ms += in.signed_varint();
  a.at_ms = last.at_ms;
  a.why = static_cast<reason>(in.u8());
  a.status = static_cast<int>(in.signed_varint());
  a.took_ms = static_cast<std::int32_t>(in.signed_varint());
  if (flags & has_answer) a.answer = in.sized();
  return r;
}

base start_of(std::uint64_t block) {
  return {.seq = static_cast<std::int64_t>(block * block_events)};
}

}  // namespace

std::string encode_attempts(std::uint64_t block, const std::vector<remembered>& what) {
  std::string out;
  out.reserve(what.size() * 12);
  auto last = start_of(block);
  for (const auto& r : what) put(out, r, last);
  return out;
}

std::optional<std::vector<remembered>> decode_attempts(std::uint64_t block,
                                                       std::string_view bytes) {
  std::vector<remembered> out;
  byte_reader in{bytes};
  auto last = start_of(block);
  while (!in.at_end()) out.push_back(take(in, last));
  if (!in.ok()) return std::nullopt;
  return out;
}

}  // namespace airtrain::embedded
