#include "store/embedded/held_record.hpp"

#include "store/embedded/bytes.hpp"

namespace airtrain::embedded {
namespace {

constexpr std::uint8_t record_version = 1;

enum flag : std::uint8_t {
  event_scope = 1,
  stops_lane = 2,
  has_rendered = 4,
  body_is_data = 8,
  lift_deadline = 16,
};

std::uint8_t flags_of(const held_record& r) {
  unsigned out = 0;
  if (r.scope == failure_scope::event) out |= event_scope;
  if (r.stops_lane) out |= stops_lane;
  if (r.rendered) out |= has_rendered;
  if (r.rendered && r.rendered->body_is_event_data) out |= body_is_data;
  if (r.history.lift_deadline) out |= lift_deadline;
  return static_cast<std::uint8_t>(out);
}

void put_history(std::string& out, const delivery_history& h) {
  put_varint(out, h.attempts);
  put_varint(out, h.event_scope_failures);
  put_signed(out, h.first_attempt_at_ms);
  put_signed(out, h.last_attempt_at_ms);
  put_signed(out, h.first_event_failure_reachable_ms);
  put_varint(out, h.delivered_at_last_failure);
  put_varint(out, h.key_generation);
}

delivery_history take_history(byte_reader& in) {
  delivery_history h;
  h.attempts = static_cast<std::uint32_t>(in.varint());
  h.event_scope_failures = static_cast<std::uint32_t>(in.varint());
  h.first_attempt_at_ms = in.signed_varint();
  h.last_attempt_at_ms = in.signed_varint();
  h.first_event_failure_reachable_ms = in.signed_varint();
  h.delivered_at_last_failure = in.varint();
  h.key_generation = static_cast<std::uint32_t>(in.varint());
  return h;
}

void put_attempt(std::string& out, const attempt_record& a) {
  put_varint(out, a.n);
  put_signed(out, a.at_ms);
  out.push_back(static_cast<char>(a.outcome));
  out.push_back(static_cast<char>(a.why));
  put_signed(out, a.status);
  put_signed(out, a.took_ms);
  put_sized(out, a.answer);
}

attempt_record take_attempt(byte_reader& in) {
  attempt_record a;
  a.n = static_cast<std::uint32_t>(in.varint());
  a.at_ms = in.signed_varint();
  a.outcome = static_cast<answer_class>(in.u8());
  a.why = static_cast<reason>(in.u8());
  a.status = static_cast<int>(in.signed_varint());
  a.took_ms = static_cast<std::int32_t>(in.signed_varint());
  a.answer = in.sized();
  return a;
}

}  // namespace

std::string encode(const held_record& r) {
  std::string out;
  out.push_back(static_cast<char>(record_version));
  out.push_back(static_cast<char>(r.state));
  out.push_back(static_cast<char>(flags_of(r)));
  out.push_back(static_cast<char>(r.why));
  put_be64(out, r.lane);
  put_signed(out, r.due_ms);
  put_signed(out, r.accepted_ms);
  put_signed(out, r.ended_ms);
  put_sized(out, r.limit);
  put_varint(out, r.group);
  put_history(out, r.history);
  put_attempt(out, r.last);
  if (r.rendered) {
    put_sized(out, r.rendered->target);
    put_sized(out, r.rendered->headers);
    put_sized(out, r.rendered->body);
  }
  return out;
}

std::optional<held_record> decode_held_record(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.u8() != record_version) return std::nullopt;
  held_record r;
  const auto state = in.u8();
  if (state > static_cast<std::uint8_t>(held_state::expired)) return std::nullopt;
  r.state = static_cast<held_state>(state);
  const auto flags = in.u8();
  r.why = static_cast<reason>(in.u8());
  r.lane = in.be64();
  r.due_ms = in.signed_varint();
  r.accepted_ms = in.signed_varint();
  r.ended_ms = in.signed_varint();
  r.limit = in.sized();
  r.group = in.varint();
  r.history = take_history(in);
  r.last = take_attempt(in);
  r.scope = flags & event_scope ? failure_scope::event : failure_scope::connector;
  r.stops_lane = (flags & stops_lane) != 0;
  r.history.lift_deadline = (flags & lift_deadline) != 0;
  if (flags & has_rendered) {
    rendered_request parts;
    parts.target = in.sized();
    parts.headers = in.sized();
    parts.body = in.sized();
    parts.body_is_event_data = (flags & body_is_data) != 0;
    r.rendered = std::make_shared<const rendered_request>(std::move(parts));
  }
  if (!in.ok() || !in.at_end()) return std::nullopt;
  return r;
}

delivery_state shown(held_state state) {
  switch (state) {
    case held_state::retry:
    case held_state::aside:
      return delivery_state::waiting;
    case held_state::dead:
      return delivery_state::dead;
    case held_state::expired:
      return delivery_state::expired;
  }
  return delivery_state::waiting;
}

}  // namespace airtrain::embedded
