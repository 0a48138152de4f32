#include "store/embedded/questions.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>

#include "store/embedded/bytes.hpp"
#include "store/embedded/delivery_questions.hpp"
#include "store/embedded/event_row.hpp"
#include "store/embedded/keys.hpp"
#include "store/embedded/loading.hpp"
#include "store/embedded/paging.hpp"

namespace airtrain::embedded {
namespace {

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

std::uint64_t number_from(std::string_view text) {
  std::uint64_t value = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
  return error == std::errc{} && end == text.data() + text.size() ? value : 0;
}

/// The numbers of all events with that id, of any source, as far as ids are remembered.
result<std::vector<std::uint64_t>, store_error> seqs_of_id(database& db, const std::string& id) {
  std::vector<std::uint64_t> out;
  store_error error;
  const auto buckets = db.scan(family::meta, meta_buckets, after_prefix(std::string{meta_buckets}),
                               [&](std::string_view key, std::string_view) {
                                 const auto bucket =
                                     byte_reader{key.substr(meta_buckets.size())}.be32();
                                 const auto prefix = dedupe_prefix(bucket, id);
                                 error = db.scan(family::dd, prefix, after_prefix(prefix),
                                                 [&](std::string_view, std::string_view row) {
                                                   if (const auto known = decode_known_id(row))
                                                     out.push_back(known->seq);
                                                   return true;
                                                 });
                                 return ok(error);
                               });
  if (!ok(buckets)) return failure(buckets);
  if (!ok(error)) return failure(error);
  std::sort(out.begin(), out.end());
  return out;
}

result<event_detail, store_error> describe_event(engine& with, database& db, std::uint64_t seq,
                                                 event_row row) {
  event_detail out;
  out.seq = seq;
  out.event = std::move(row.what);
  for (const auto& to : row.routes) {
    const auto* connector = with.connectors.find(to.connector);
    if (!connector) continue;
    auto delivery =
        describe_deliveries(db, *connector, {{.key = {.seq = seq, .part = 0}, .to = to}});
    if (!delivery) return failure(delivery.error());
    out.deliveries.push_back(std::move(delivery->front()));
  }
  return out;
}

dead_letter letter_from(const connector_log& connector, delivery_key key, held_record record,
                        event_ref what) {
  dead_letter out;
  out.id = {connector.id(), key};
  out.connector_name = connector.name();
  out.event = std::move(what);
  out.state = shown(record.state);
  out.lane = record.lane;
  out.stops_lane = record.stops_lane;
  out.why = record.why;
  out.limit = std::move(record.limit);
  out.group = record.group;
  out.history = record.history;
  out.last = std::move(record.last);
  out.rendered = std::move(record.rendered);
  return out;
}

bool matches(const dead_letter_query& query, const held_record& record) {
  return shown(record.state) == query.state.value_or(delivery_state::dead) &&
         (!query.why || record.why == *query.why) &&
         (!query.group || record.group == *query.group) &&
         within(record.ended_ms, query.since_ms, query.until_ms);
}

constexpr char audit_version = 1;

std::optional<audit_record> decode_audit(std::string_view bytes) {
  byte_reader in{bytes};
  if (in.u8() != audit_version) return std::nullopt;
  audit_record out;
  out.at_ms = in.signed_varint();
  for (auto* field : {&out.who, &out.action, &out.target, &out.from, &out.outcome})
    *field = in.sized();
  if (!in.ok()) return std::nullopt;
  return out;
}

}  // namespace

result<std::vector<event_detail>, store_error> find_events(
    engine& with, database& db, const std::string& id, const std::optional<std::string>& source) {
  const auto seqs = seqs_of_id(db, id);
  if (!seqs) return failure(seqs.error());
  std::vector<event_detail> out;
  for (auto seq : *seqs) {
    const auto bytes = db.get(family::ev, event_key(seq));
    if (!bytes) return failure(bytes.error());
    if (!*bytes || seq < with.edge) continue;
    auto row = decode_event_row(**bytes);
    if (!row)
      return failure(
          store_error{store_error_code::damaged, fmt::format("ev: event {} is damaged", seq)});
    if (row->what->id() != id || (source && row->what->source() != *source)) continue;
    auto detail = describe_event(with, db, seq, std::move(*row));
    if (!detail) return failure(detail.error());
    out.push_back(std::move(*detail));
  }
  return out;
}

result<page<event_summary>, store_error> list_events(engine& with, database& db,
                                                     const event_query& query) {
  page_builder<event_summary> pages{query.page};
  const auto first = std::max(number_from(query.page.after) + 1, with.edge.load());
  store_error damage;
  const auto error = db.scan(
      family::ev, event_key(first), event_key(with.index.head()),
      [&](std::string_view key, std::string_view value) {
        const auto seq = byte_reader{key}.be64();
        auto row = decode_event_row(value);
        if (!row) {
          damage = {store_error_code::damaged, fmt::format("ev: event {} is damaged", seq)};
          return false;
        }
        const auto& what = *row->what;
        if (!query.type.empty() && what.type() != query.type) return true;
        if (!within(what.accepted_at_ms(), query.since_ms, query.until_ms)) return true;
        return pages.offer(std::to_string(seq),
                           {seq, row->what, static_cast<std::uint32_t>(row->routes.size())});
      });
  if (!ok(error)) return failure(error);
  if (!ok(damage)) return failure(damage);
  return pages.take();
}

result<page<dead_letter>, store_error> list_dead_letters(engine& with, database& db,
                                                         const dead_letter_query& query) {
  page_builder<dead_letter> pages{query.page};
  const auto after = dead_letter_id_from(query.page.after);
  auto begin = query.connector ? held_prefix(*query.connector) : std::string{};
  if (after) begin = std::max(begin, after_prefix(payload_key(after->connector, after->key)));
  const auto end =
      query.connector ? after_prefix(held_prefix(*query.connector)) : std::string(8, '\xff');
  store_error damage;
  const auto error =
      db.scan(family::held, begin, end, [&](std::string_view key, std::string_view value) {
        const auto at = held_position_from(key);
        if (!at || at->is_payload) return true;
        auto record = decode_held_record(value);
        const auto* connector = with.connectors.find(at->connector);
        if (!record || !connector) {
          damage = {store_error_code::damaged, "held: a damaged row"};
          return false;
        }
        if (!ended(record->state) || !matches(query, *record)) return true;
        auto event = load_events(with, db, at->connector, {at->key});
        if (!event) {
          damage = event.error();
          return false;
        }
        auto& what = event->front().what;
        if (!query.type.empty() && what->type() != query.type) return true;
        return pages.offer(to_string(dead_letter_id{at->connector, at->key}),
                           letter_from(*connector, at->key, std::move(*record), std::move(what)));
      });
  if (!ok(error)) return failure(error);
  if (!ok(damage)) return failure(damage);
  return pages.take();
}

result<dead_letter, store_error> find_dead_letter(engine& with, database& db,
                                                  const dead_letter_id& id) {
  const store_error not_found{store_error_code::not_found, "there is no such dead letter"};
  const auto* connector = with.connectors.find(id.connector);
  if (!connector) return failure(not_found);
  auto record = load_held(db, id.connector, {id.key});
  if (!record) return failure(record.error());
  if (!record->front() || !ended(record->front()->state)) return failure(not_found);
  auto event = load_events(with, db, id.connector, {id.key});
  if (!event) return failure(event.error());
  return letter_from(*connector, id.key, std::move(*record->front()),
                     std::move(event->front().what));
}

row_change audit_row(const audit_record& record, std::uint64_t serial) {
  std::string value(1, audit_version);
  put_signed(value, record.at_ms);
  for (const auto* field :
       {&record.who, &record.action, &record.target, &record.from, &record.outcome})
    put_sized(value, *field);
  return {family::audit, audit_key(record.at_ms, serial), std::move(value)};
}

result<page<audit_record>, store_error> list_audit(database& db, const audit_query& query) {
  page_builder<audit_record> pages{query.page};
  const auto dot = query.page.after.find('.');
  std::string begin;
  if (dot != std::string::npos)
    begin = audit_key(static_cast<std::int64_t>(number_from(query.page.after.substr(0, dot))),
                      number_from(query.page.after.substr(dot + 1)) + 1);
  store_error damage;
  const auto error =
      db.scan(family::audit, begin, std::string(17, '\xff'),
              [&](std::string_view key, std::string_view value) {
                auto record = decode_audit(value);
                if (!record) {
                  damage = {store_error_code::damaged, "audit: a damaged row"};
                  return false;
                }
                byte_reader at{key};
                const auto at_ms = at.be64();
                return pages.offer(fmt::format("{}.{}", at_ms, at.be64()), std::move(*record));
              });
  if (!ok(error)) return failure(error);
  if (!ok(damage)) return failure(damage);
  return pages.take();
}

}  // namespace airtrain::embedded
