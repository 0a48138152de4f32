#include "store/memory/stepped_store.hpp"

// What is asked of the memory store, and what operators change.

namespace airtrain::memory {

void stepped_store::event_details(std::string id, std::optional<std::string> source,
                                  answer<std::vector<event_detail>> then) {
  queue_read<std::vector<event_detail>>(std::move(then),
                                        [=, this] { return details(looking(), id, source); });
}

void stepped_store::list_events(event_query query, answer<page<event_summary>> then) {
  queue_read<page<event_summary>>(std::move(then), [=, this] { return list(looking(), query); });
}

void stepped_store::list_deliveries(delivery_query query, answer<page<delivery_summary>> then) {
  queue_read<page<delivery_summary>>(std::move(then), [=, this] { return list(looking(), query); });
}

void stepped_store::list_lanes(lane_query query, answer<page<blocked_lane>> then) {
  queue_read<page<blocked_lane>>(std::move(then), [=, this] {
    return list(looking(), query, owners_.taken(query.connector));
  });
}

void stepped_store::list_dead_letters(dead_letter_query query, answer<page<dead_letter>> then) {
  queue_read<page<dead_letter>>(std::move(then), [=, this] { return list(looking(), query); });
}

void stepped_store::find_dead_letter(dead_letter_id id, answer<dead_letter> then) {
  queue_read<dead_letter>(std::move(then), [=, this]() -> result<dead_letter, store_error> {
    if (auto found = find(looking(), id)) return std::move(*found);
    return failure(store_error{store_error_code::not_found, "no such dead letter"});
  });
}

// --- Operators.

template <class Change>
void stepped_store::operate(Change what, answer<bulk_result> then) {
  queue_write<bulk_result>(std::move(then), [what = std::move(what), this] {
    to_tell told;
    auto result = journal_.change([&, now = wall_ms_()](tables& all) {
      told = {};
      return what(all, now, told);
    });
    for (const auto& [id, lanes] : told.lanes) {
      auto& changed = result.changed.emplace_back();
      changed.connector = id;
      changed.ended = told.ended[id];
      for (const auto lane : lanes)
        changed.lanes.push_back(
            lane_as_it_is(journal_.live().connectors.at(id), lane, owners_.taken(id)));
    }
    return result;
  });
}

void stepped_store::replay(std::vector<dead_letter_id> ids, replay_options options,
                           answer<bulk_result> then) {
  const auto replay = [=](tables& all, std::int64_t now, to_tell& told) {
    return all.replay(ids, options, now, told.lanes);
  };
  operate(replay, std::move(then));
}

void stepped_store::discard(std::vector<dead_letter_id> ids, answer<bulk_result> then) {
  const auto discard = [=](tables& all, std::int64_t now, to_tell& told) {
    return all.discard(ids, now, told.lanes);
  };
  operate(discard, std::move(then));
}

void stepped_store::change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                                      answer<bulk_result> then) {
  const auto change_them = [=, this](tables& all, std::int64_t now, to_tell& told) {
    const auto taken = [this](const dead_letter_id& id) {
      return owners_.taken(id.connector).contains(id.key);
    };
    return all.change(ids, options, now, taken, told.lanes, told.ended);
  };
  operate(change_them, std::move(then));
}

void stepped_store::append_audit(audit_record record, done then) {
  queue_write(std::move(then), [record = std::move(record), this] {
    journal_.change([&](tables& all) { all.audit.push_back(record); });
  });
}

void stepped_store::list_audit(audit_query query, answer<page<audit_record>> then) {
  queue_read<page<audit_record>>(std::move(then), [=, this] { return list(looking(), query); });
}

}  // namespace airtrain::memory
