#include "store/memory_store.hpp"

#include <utility>
#include <vector>

#include "messages/invariant.hpp"
#include "store/memory/commit_queue.hpp"
#include "store/memory/owners.hpp"
#include "store/memory/questions.hpp"
#include "store/memory/tables.hpp"

namespace airtrain {
namespace {

using memory::tables;
using memory::to_tell;

store_error error_of(store_error_code code, std::string message) {
  return {code, std::move(message)};
}

bool use_up(std::uint32_t& count) {
  if (count == 0) return false;
  --count;
  return true;
}

class memory_store_impl final : public memory_store {
 public:
  memory_store_impl(const store_settings& settings, std::function<std::int64_t()> wall_ms)
      : open_max_(settings.open_max),
        wall_ms_(std::move(wall_ms)),
        owners_(open_max_),
        writes_(settings) {}

  store_caps caps() const override { return {.survives_process = false, .shared_by_nodes = false}; }

  result<connector_id, store_error> connector(std::string_view name) override;
  std::vector<connector_counts> counts() const override;
  std::optional<connector_counts> counts(connector_id connector) const override;

  void publish(std::vector<publish_request> requests, publish_done then) override;
  void open(connector_id connector, std::function<void()> on_work, open_done then) override;
  void fetch(connector_id connector, std::uint64_t epoch, fetch_request what,
             fetch_done then) override;
  void settle(connector_id connector, std::uint64_t epoch,
              std::vector<settlement> settlements) override;
  void save_owner_state(connector_id connector, std::uint64_t epoch, std::string state) override;
  void flush(done then) override;

  void event_details(std::string id, std::optional<std::string> source,
                     answer<std::vector<event_detail>> then) override;
  void list_events(event_query query, answer<page<event_summary>> then) override;
  void list_deliveries(delivery_query query, answer<page<delivery_summary>> then) override;
  void list_lanes(lane_query query, answer<page<blocked_lane>> then) override;
  void list_dead_letters(dead_letter_query query, answer<page<dead_letter>> then) override;
  void find_dead_letter(dead_letter_id id, answer<dead_letter> then) override;

  void replay(std::vector<dead_letter_id> ids, replay_options options,
              answer<bulk_result> then) override;
  void discard(std::vector<dead_letter_id> ids, answer<bulk_result> then) override;
  void change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                         answer<bulk_result> then) override;
  void append_audit(audit_record record, done then) override;
  void list_audit(audit_query query, answer<page<audit_record>> then) override;

  store_health health() const override;
  store_figures figures() const override;
  void close() override;

  bool step() override;
  bool answer_reads() override;
  void run() override;
  void crash() override;
  faults& inject() override { return faults_; }
  std::size_t unsynced() const override { return unsynced_settlements_; }

 private:
  struct pending_read {
    memory::completion run;
    std::function<void(store_error)> refuse;
  };
  using change = std::function<void(tables&)>;

  template <class T>
  void queue_write(answer<T> then, std::function<T()> apply);
  void queue_write(done then, std::function<void()> apply);
  void queue_write(memory::pending_write what);
  template <class Change>
  void operate(Change what, answer<bulk_result> then);
  template <class T>
  void queue_read(answer<T> then, std::function<result<T, store_error>()> run);
  /// Changes both tables, within a commit.
  template <class Change>
  auto change_both(Change what) {
    what(durable_);
    return what(live_);
  }
  void change_ahead(change what);

  bool commit();
  memory::completion perform(const memory::pending_write& what);
  void reopen();
  publish_result publish_now(const publish_request& request);
  opened_connector open_now(connector_id connector);
  memory::view looking() const;

  std::size_t open_max_;
  std::function<std::int64_t()> wall_ms_;
  faults faults_;
  tables durable_;
  tables live_;                   ///< durable_ and, on top, what `unsynced_` holds
  std::vector<change> unsynced_;  ///< accepted, visible, lost by a crash
  std::size_t unsynced_settlements_ = 0;
  memory::owners owners_;
  memory::commit_queue writes_;
  std::vector<pending_read> reads_;
  bool broken_ = false;
  bool closed_ = false;
  store_figures figures_;
};

// --- Connectors.

result<connector_id, store_error> memory_store_impl::connector(std::string_view name) {
  if (closed_) return failure(error_of(store_error_code::closed, "the store is closed"));
  if (broken_) return failure(error_of(store_error_code::write_failed, "the last write failed"));
  return change_both([&](tables& all) { return all.connector(name); });
}

memory::view memory_store_impl::looking() const {
  return {.all = live_,
          .opened = [this](connector_id id) { return owners_.opened(id); },
          .taken = [this](connector_id id,
                          const delivery_key& key) { return owners_.taken(id).contains(key); }};
}

std::vector<connector_counts> memory_store_impl::counts() const {
  std::vector<connector_counts> all;
  for (const auto& [id, rows] : live_.connectors) all.push_back(memory::count(looking(), id));
  return all;
}

std::optional<connector_counts> memory_store_impl::counts(connector_id connector) const {
  if (!live_.connectors.contains(connector)) return std::nullopt;
  return memory::count(looking(), connector);
}

// --- Queues.

void memory_store_impl::queue_write(memory::pending_write what) {
  if (closed_) return what.refuse(error_of(store_error_code::closed, "the store is closed"));
  writes_.push(std::move(what));
}

template <class T>
void memory_store_impl::queue_write(answer<T> then, std::function<T()> apply) {
  memory::pending_write what;
  what.apply = [then, apply = std::move(apply)]() -> memory::completion {
    return [then, value = apply()] { then(value); };
  };
  what.refuse = [then](store_error error) { then(failure(std::move(error))); };
  queue_write(std::move(what));
}

void memory_store_impl::queue_write(done then, std::function<void()> apply) {
  memory::pending_write what;
  what.apply = [then, apply = std::move(apply)]() -> memory::completion {
    apply();
    return [then] { then({}); };
  };
  what.refuse = then;
  queue_write(std::move(what));
}

template <class T>
void memory_store_impl::queue_read(answer<T> then, std::function<result<T, store_error>()> run) {
  pending_read what;
  what.run = [this, then, run = std::move(run)] {
    if (use_up(faults_.fail_reads))
      then(failure(error_of(store_error_code::damaged, "the read failed")));
    else
      then(run());
  };
  what.refuse = [then](store_error error) { then(failure(std::move(error))); };
  if (closed_) return what.refuse(error_of(store_error_code::closed, "the store is closed"));
  reads_.push_back(std::move(what));
}

void memory_store_impl::change_ahead(change what) {
  what(live_);
  unsynced_.push_back(std::move(what));
}

// --- Ingest.

void memory_store_impl::publish(std::vector<publish_request> requests, publish_done then) {
  memory::pending_write what;
  for (const auto& request : requests) what.events += request.items.size();
  const auto count = requests.size();
  what.apply = [this, requests = std::move(requests), then]() -> memory::completion {
    std::vector<publish_result> results;
    for (const auto& request : requests) results.push_back(publish_now(request));
    return [then, results = std::move(results)] { then(results); };
  };
  what.refuse = [then, count](const store_error& error) {
    then(std::vector<publish_result>(count, {error, {}}));
  };
  queue_write(std::move(what));
}

publish_result memory_store_impl::publish_now(const publish_request& request) {
  const auto judged = live_.judge(request);
  change_both([&](tables& all) { all.append(request, judged); });
  for (std::size_t i = 0; i < judged.size(); ++i) {
    if (judged[i].status != publish_status::accepted) continue;
    ++figures_.committed_events;
    for (const auto& to : request.items[i].routes) owners_.work_for(to.connector);
  }
  return {{}, judged};
}

// --- Owners.

void memory_store_impl::open(connector_id connector, std::function<void()> on_work,
                             open_done then) {
  if (!live_.connectors.contains(connector)) {
    queue_read<opened_connector>(std::move(then), [] {
      return failure(error_of(store_error_code::not_found, "no such connector"));
    });
    return;
  }
  memory::pending_write what;
  what.apply = [this, connector, on_work = std::move(on_work), then]() -> memory::completion {
    const auto opened = open_now(connector);
    return [this, connector, on_work, then, opened] {
      owners_.take_over(connector, opened.epoch, on_work);
      then(opened);
    };
  };
  what.refuse = [then](store_error error) { then(failure(std::move(error))); };
  queue_write(std::move(what));
}

opened_connector memory_store_impl::open_now(connector_id connector) {
  change_both([&](tables& all) { ++all.connectors.at(connector).epoch; });
  const auto& rows = live_.connectors.at(connector);
  opened_connector opened{.epoch = rows.epoch,
                          .blocked = {},
                          .owner_state = rows.owner_state,
                          .backlog = rows.backlog(),
                          .next_due_ms = 0,
                          .next = rows.next()};
  for (const auto& [lane, keys] : rows.off_log) {
    const auto blocked = memory::lane_as_it_is(rows, lane, {});
    if (blocked.stopped || blocked.aside_count > 0 || !blocked.waiting.empty())
      opened.blocked.push_back(blocked);
  }
  if (!rows.by_due.empty()) opened.next_due_ms = rows.by_due.begin()->first;
  return opened;
}

void memory_store_impl::fetch(connector_id connector, std::uint64_t epoch, fetch_request what,
                              fetch_done then) {
  queue_read<fetch_result>(std::move(then), [=, this]() -> result<fetch_result, store_error> {
    if (owners_.is_owner(live_, connector, epoch)) return owners_.fetch(live_, connector, what);
    return failure(error_of(store_error_code::fenced, "a newer owner has taken over"));
  });
}

void memory_store_impl::settle(connector_id connector, std::uint64_t epoch,
                               std::vector<settlement> settlements) {
  if (closed_) return;
  if (!owners_.is_owner(live_, connector, epoch)) {
    figures_.fenced_writes += settlements.size();
    return;
  }
  for (auto& decided : settlements) {
    AIRTRAIN_INVARIANT(owners_.give_up(connector, decided.key));
    if (decided.what == settlement::kind::give_back) {
      owners_.work_for(connector);
      continue;
    }
    ++unsynced_settlements_;
    change_ahead([connector, decided = std::move(decided), now = wall_ms_()](tables& all) {
      all.settle(connector, decided, now);
    });
  }
}

void memory_store_impl::save_owner_state(connector_id connector, std::uint64_t epoch,
                                         std::string state) {
  if (closed_) return;
  if (!owners_.is_owner(live_, connector, epoch)) {
    ++figures_.fenced_writes;
    return;
  }
  change_ahead([connector, state = std::move(state)](tables& all) {
    all.connectors.at(connector).owner_state = state;
  });
}

void memory_store_impl::flush(done then) {
  queue_write(std::move(then), [] {});
}

// --- Questions.

void memory_store_impl::event_details(std::string id, std::optional<std::string> source,
                                      answer<std::vector<event_detail>> then) {
  queue_read<std::vector<event_detail>>(
      std::move(then), [=, this] { return memory::details(looking(), id, source); });
}

void memory_store_impl::list_events(event_query query, answer<page<event_summary>> then) {
  queue_read<page<event_summary>>(std::move(then),
                                  [=, this] { return memory::list(looking(), query); });
}

void memory_store_impl::list_deliveries(delivery_query query, answer<page<delivery_summary>> then) {
  queue_read<page<delivery_summary>>(std::move(then),
                                     [=, this] { return memory::list(looking(), query); });
}

void memory_store_impl::list_lanes(lane_query query, answer<page<blocked_lane>> then) {
  queue_read<page<blocked_lane>>(std::move(then), [=, this] {
    return memory::list(looking(), query, owners_.taken(query.connector));
  });
}

void memory_store_impl::list_dead_letters(dead_letter_query query, answer<page<dead_letter>> then) {
  queue_read<page<dead_letter>>(std::move(then),
                                [=, this] { return memory::list(looking(), query); });
}

void memory_store_impl::find_dead_letter(dead_letter_id id, answer<dead_letter> then) {
  queue_read<dead_letter>(std::move(then), [=, this]() -> result<dead_letter, store_error> {
    if (auto found = memory::find(looking(), id)) return std::move(*found);
    return failure(error_of(store_error_code::not_found, "no such dead letter"));
  });
}

// --- Operators.

template <class Change>
void memory_store_impl::operate(Change what, answer<bulk_result> then) {
  queue_write<bulk_result>(std::move(then), [what = std::move(what), this] {
    to_tell told;
    auto result = change_both([&, now = wall_ms_()](tables& all) {
      told = {};
      return what(all, now, told);
    });
    for (const auto& [id, lanes] : told.lanes) {
      auto& changed = result.changed.emplace_back();
      changed.connector = id;
      changed.ended = told.ended[id];
      for (const auto lane : lanes)
        changed.lanes.push_back(
            memory::lane_as_it_is(live_.connectors.at(id), lane, owners_.taken(id)));
    }
    return result;
  });
}

void memory_store_impl::replay(std::vector<dead_letter_id> ids, replay_options options,
                               answer<bulk_result> then) {
  const auto replay = [=](tables& all, std::int64_t now, to_tell& told) {
    return all.replay(ids, options, now, told.lanes);
  };
  operate(replay, std::move(then));
}

void memory_store_impl::discard(std::vector<dead_letter_id> ids, answer<bulk_result> then) {
  const auto discard = [=](tables& all, std::int64_t now, to_tell& told) {
    return all.discard(ids, now, told.lanes);
  };
  operate(discard, std::move(then));
}

void memory_store_impl::change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                                          answer<bulk_result> then) {
  const auto change_them = [=, this](tables& all, std::int64_t now, to_tell& told) {
    const auto taken = [this](const dead_letter_id& id) {
      return owners_.taken(id.connector).contains(id.key);
    };
    return all.change(ids, options, now, taken, told.lanes, told.ended);
  };
  operate(change_them, std::move(then));
}

void memory_store_impl::append_audit(audit_record record, done then) {
  queue_write(std::move(then), [record = std::move(record), this] {
    change_both([&](tables& all) { all.audit.push_back(record); });
  });
}

void memory_store_impl::list_audit(audit_query query, answer<page<audit_record>> then) {
  queue_read<page<audit_record>>(std::move(then),
                                 [=, this] { return memory::list(looking(), query); });
}

// --- Life.

store_health memory_store_impl::health() const {
  if (closed_) return {.accepting = false, .why = "closed"};
  if (broken_) return {.accepting = false, .why = "a write failed: reopening"};
  if (faults_.full) return {.accepting = false, .why = "the disk is full"};
  return {};
}

store_figures memory_store_impl::figures() const {
  auto figures = figures_;
  figures.queue_depth = writes_.size();
  return figures;
}

bool memory_store_impl::step() {
  if (closed_) return false;
  const bool committed = commit();
  return answer_reads() || committed;
}

void memory_store_impl::run() {
  while (step()) {
  }
}

bool memory_store_impl::answer_reads() {
  const auto reads = std::exchange(reads_, {});
  for (const auto& waiting : reads) waiting.run();
  return !reads.empty();
}

bool memory_store_impl::commit() {
  if (broken_) {
    reopen();
    return true;
  }
  if (writes_.empty() && unsynced_.empty() && !owners_.someone_to_wake()) return false;
  const auto batch = writes_.next_batch();
  broken_ = (!batch.empty() || !unsynced_.empty()) && use_up(faults_.fail_commits);
  if (!broken_ || faults_.failed_commits_land) {
    for (const auto& ahead : unsynced_) ahead(durable_);
    unsynced_.clear();
    unsynced_settlements_ = 0;
  }
  std::vector<memory::completion> answers;
  for (const auto& what : batch) answers.push_back(perform(what));
  ++figures_.commits;
  for (const auto& answer_it : answers) answer_it();
  owners_.wake();
  return true;
}

/// One write of a commit that has failed if `broken_`; gives what to run after the sync.
memory::completion memory_store_impl::perform(const memory::pending_write& what) {
  const auto refused = [&what](store_error_code code) -> memory::completion {
    return [&what, code] { what.refuse(error_of(code, std::string{to_string(code)})); };
  };
  if (what.overloaded) return refused(store_error_code::overloaded);
  if (faults_.full && what.events > 0) return refused(store_error_code::disk_full);
  if (!broken_) return what.apply();
  if (faults_.failed_commits_land) what.apply();
  return refused(store_error_code::write_failed);
}

/// A broken store takes nothing: it is verified with a commit of its own first.
void memory_store_impl::reopen() {
  const auto refused = writes_.take_all();
  broken_ = use_up(faults_.fail_commits);
  for (const auto& what : refused)
    what.refuse(error_of(store_error_code::write_failed, "the store is being reopened"));
}

void memory_store_impl::crash() {
  live_ = durable_;
  unsynced_.clear();
  unsynced_settlements_ = 0;
  owners_ = memory::owners{open_max_};
  writes_.clear();
  reads_.clear();
  broken_ = false;
  closed_ = false;
  figures_ = {};
}

void memory_store_impl::close() {
  run();
  closed_ = true;
}

}  // namespace

std::unique_ptr<memory_store> memory_store::make(const store_settings& settings,
                                                 std::function<std::int64_t()> wall_ms) {
  return std::make_unique<memory_store_impl>(settings, std::move(wall_ms));
}

}  // namespace airtrain
