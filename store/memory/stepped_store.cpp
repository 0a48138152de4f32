#include "store/memory/stepped_store.hpp"

#include <utility>

#include "messages/invariant.hpp"
#include "store/full_backlogs.hpp"

namespace airtrain::memory {

result<connector_id, store_error> stepped_store::connector(std::string_view name) {
  if (closed_) return failure(store_error{store_error_code::closed, "the store is closed"});
  if (journal_.broken())
    return failure(store_error{store_error_code::write_failed, "the last write failed"});
  return journal_.change([&](tables& all) { return all.connector(name); });
}

view stepped_store::looking() const {
  return {.all = journal_.live(),
          .opened = [this](connector_id id) { return owners_.opened(id); },
          .taken = [this](connector_id id,
                          const delivery_key& key) { return owners_.taken(id).contains(key); }};
}

std::vector<connector_counts> stepped_store::counts() const {
  std::vector<connector_counts> all;
  for (const auto& [id, rows] : journal_.live().connectors) all.push_back(*counts(id));
  return all;
}

std::optional<connector_counts> stepped_store::counts(connector_id connector) const {
  if (!journal_.live().connectors.contains(connector)) return std::nullopt;
  auto counted = count(looking(), connector);
  if (const auto limit = limits_.find(connector); limit != limits_.end())
    counted.backlog_bytes_max = limit->second.bytes_max;
  return counted;
}

// --- Commits.

void stepped_store::queue_write(pending_write what) {
  if (closed_) return what.refuse(store_error{store_error_code::closed, "the store is closed"});
  journal_.queue(std::move(what));
}

void stepped_store::queue_write(done then, std::function<void()> apply) {
  pending_write what;
  what.apply = [then, apply = std::move(apply)]() -> completion {
    apply();
    return [then] { then({}); };
  };
  what.refuse = then;
  queue_write(std::move(what));
}

// --- Ingest and owners.

void stepped_store::publish(std::vector<publish_request> requests, publish_done then) {
  pending_write what;
  for (const auto& request : requests) what.events += request.items.size();
  const auto count = requests.size();
  what.apply = [this, requests = std::move(requests), then]() -> completion {
    std::vector<publish_result> results;
    for (const auto& request : requests) results.push_back(publish_now(request));
    return [then, results = std::move(results)] { then(results); };
  };
  what.refuse = [then, count](const store_error& error) {
    then(std::vector<publish_result>(count, {error, {}}));
  };
  queue_write(std::move(what));
}

publish_result stepped_store::publish_now(publish_request request) {
  auto judged = journal_.live().judge(request);
  auto gate = gate_now();
  mind_full_backlogs(gate, request, judged);
  journal_.change([&, now_ms = wall_ms_()](tables& all) { all.append(request, judged, now_ms); });
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].status != publish_status::accepted) continue;
    ++committed_events_;
    for (const auto& to : request.items[i].routes)
      if (!to.refused) owners_.work_for(to.connector);
  }
  return {{}, judged};
}

void stepped_store::limit_backlog(connector_id connector, backlog_limit by) {
  limits_[connector] = by;
}

backlog_gate stepped_store::gate_now() const {
  backlog_gate gate;
  for (const auto& [id, limit] : limits_)
    gate.limit(id, limit, journal_.live().connectors.at(id).backlog_bytes);
  return gate;
}

void stepped_store::open(connector_id connector, std::function<void()> on_work, open_done then) {
  if (!journal_.live().connectors.contains(connector)) {
    queue_read<opened_connector>(std::move(then), [] {
      return failure(store_error{store_error_code::not_found, "no such connector"});
    });
    return;
  }
  pending_write what;
  what.apply = [this, connector, on_work = std::move(on_work), then]() -> completion {
    const auto opened = open_now(connector);
    return [this, connector, on_work, then, opened] {
      owners_.take_over(connector, opened.epoch, on_work);
      then(opened);
    };
  };
  what.refuse = [then](store_error error) { then(failure(std::move(error))); };
  queue_write(std::move(what));
}

opened_connector stepped_store::open_now(connector_id connector) {
  journal_.change([&](tables& all) { ++all.connectors.at(connector).epoch; });
  const auto& rows = journal_.live().connectors.at(connector);
  opened_connector opened{.epoch = rows.epoch,
                          .blocked = {},
                          .owner_state = rows.owner_state,
                          .backlog = rows.backlog(),
                          .next_due_ms = 0,
                          .next = rows.next};
  for (const auto& [lane, keys] : rows.off_log) {
    const auto blocked = lane_as_it_is(rows, lane, {});
    if (blocked.stopped || blocked.aside_count > 0 || !blocked.waiting.empty())
      opened.blocked.push_back(blocked);
  }
  if (!rows.by_due.empty()) opened.next_due_ms = rows.by_due.begin()->first;
  return opened;
}

void stepped_store::fetch(connector_id connector, std::uint64_t epoch, fetch_request what,
                          fetch_done then) {
  queue_read<fetch_result>(std::move(then), [=, this]() -> result<fetch_result, store_error> {
    if (owners_.is_owner(journal_.live(), connector, epoch))
      return owners_.fetch(journal_.live(), connector, what);
    return failure(store_error{store_error_code::fenced, "a newer owner has taken over"});
  });
}

void stepped_store::settle(connector_id connector, std::uint64_t epoch,
                           std::vector<settlement> settlements) {
  if (closed_) return;
  if (!owners_.is_owner(journal_.live(), connector, epoch)) {
    fenced_writes_ += settlements.size();
    return;
  }
  for (auto& decided : settlements) {
    AIRTRAIN_INVARIANT(owners_.give_up(connector, decided.key));
    if (decided.what == settlement::kind::give_back) {
      owners_.work_for(connector);
      continue;
    }
    journal_.settle_ahead(connector, std::move(decided), wall_ms_());
  }
}

void stepped_store::save_owner_state(connector_id connector, std::uint64_t epoch,
                                     std::string state) {
  if (closed_) return;
  if (!owners_.is_owner(journal_.live(), connector, epoch)) {
    ++fenced_writes_;
    return;
  }
  journal_.change_ahead([connector, state = std::move(state)](tables& all) {
    all.connectors.at(connector).owner_state = state;
  });
}

void stepped_store::flush(done then) {
  queue_write(std::move(then), [] {});
}

// --- Life.

store_health stepped_store::health() const {
  if (closed_) return {.accepting = false, .why = "closed"};
  if (journal_.broken()) return {.accepting = false, .why = "a write failed: reopening"};
  if (journal_.faults().full) return {.accepting = false, .why = "the disk is full"};
  return {};
}

store_figures stepped_store::figures() const {
  store_figures figures;
  figures.commits = journal_.commits();
  figures.committed_events = committed_events_;
  figures.fenced_writes = fenced_writes_;
  figures.queue_depth = journal_.queued();
  return figures;
}

bool stepped_store::step() {
  if (closed_) return false;
  bool committed = true;
  if (journal_.broken()) {
    journal_.reopen();
  } else if (journal_.idle() && !owners_.someone_to_wake()) {
    committed = false;
  } else {
    journal_.commit();
    owners_.wake();
  }
  return answer_reads() || committed;
}

bool stepped_store::answer_reads() {
  const auto reads = std::exchange(reads_, {});
  for (const auto& waiting : reads) waiting.run();
  return !reads.empty();
}

void stepped_store::run() {
  while (step()) {
  }
}

void stepped_store::crash() {
  journal_.crash();
  owners_ = owners{open_max_};
  reads_.clear();
  limits_.clear();
  closed_ = false;
  committed_events_ = 0;
  fenced_writes_ = 0;
}

void stepped_store::close() {
  run();
  closed_ = true;
}

}  // namespace airtrain::memory
