#include "store/embedded_store.hpp"

#include <fmt/format.h>

#include <array>
#include <future>

#include "store/embedded/changes.hpp"
#include "store/embedded/directories.hpp"
#include "store/embedded/embedded_store.hpp"
#include "store/embedded/fetching.hpp"
#include "store/embedded/operations.hpp"
#include "store/embedded/questions.hpp"
#include "store/embedded/recovery.hpp"

namespace airtrain::embedded {
namespace {

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

store_error unknown_connector(connector_id id) {
  return {store_error_code::not_found, fmt::format("there is no connector {}", id)};
}

store_error with_advice(store_error refused) {
  if (refused.code == store_error_code::damaged)
    refused.message += ". Nothing was changed. Restore the files, or run `airtrain recover`";
  return refused;
}

}  // namespace

embedded_store::embedded_store(const store_settings& settings, environment env)
    : engine_(settings, std::move(env)),
      writer_(engine_),
      maintenance_(engine_, writer_),
      watch_(engine_),
      check_(engine_) {}

embedded_store::~embedded_store() {
  close();
}

store_error embedded_store::start() {
  if (auto error = make_directories(engine_.settings.data_dir); !ok(error)) return error;
  auto db = database::open(engine_.settings, engine_.env.files);
  if (!db) return with_advice(db.error());
  const auto durable = recover(engine_, **db);
  if (!durable) return durable.error();
  engine_.db.put(std::move(*db));
  writer_.start(*durable);
  maintenance_.start();
  watch_.start();
  check_.start();
  return {};
}

result<connector_id, store_error> embedded_store::connector(std::string_view name) {
  if (const auto* known = engine_.connectors.find(name)) return known->id();
  std::promise<result<connector_id, store_error>> given;
  connector_id id = 0;
  writer_.run(
      {.prepare = [&](database&) -> result<std::vector<row_change>, store_error> {
         // Another thread may have been faster.
         if (const auto* known = engine_.connectors.find(name)) {
           id = known->id();
           return std::vector<row_change>{};
         }
         id = engine_.connectors.next_id();
         engine_.connectors.add(std::make_unique<connector_log>(
             id, std::string{name}, engine_.limits, engine_.index.head()));
         return std::vector<row_change>{{family::meta, connector_key(id), std::string{name}}};
       },
       .finish =
           [&](store_error error) {
             if (ok(error))
               given.set_value(id);
             else
               given.set_value(failure(std::move(error)));
           }});
  return given.get_future().get();
}

std::vector<connector_counts> embedded_store::counts() const {
  std::vector<connector_counts> out;
  for (const auto* connector : engine_.connectors.all()) out.push_back(connector->counts());
  return out;
}

std::optional<connector_counts> embedded_store::counts(connector_id id) const {
  const auto* connector = engine_.connectors.find(id);
  if (!connector) return std::nullopt;
  return connector->counts();
}

void embedded_store::limit_backlog(connector_id id, backlog_limit by) {
  if (auto* connector = engine_.connectors.find(id)) engine_.limited.limit(*connector, by);
}

void embedded_store::publish(std::vector<publish_request> requests, publish_done then) {
  writer_.publish(std::move(requests), std::move(then));
}

task_thread& embedded_store::reader_of(connector_id id) {
  return readers_[id % readers_.size()];
}

template <class T>
void embedded_store::read(task_thread& on, bool after_flush,
                          std::function<result<T, store_error>(database&)> what, answer<T> then) {
  auto task = [this, what = std::move(what), then](store_error error) {
    const auto db = engine_.health.closed() ? nullptr : engine_.db.get();
    if (!db) error = engine_.health.unavailable();
    then(ok(error) ? what(*db) : result<T, store_error>{failure(std::move(error))});
  };
  const auto post = [this, &on, task, then](store_error error) {
    if (!on.post([task, error] { task(error); })) then(failure(engine_.health.unavailable()));
  };
  if (after_flush)
    writer_.run({.prepare = nullptr, .finish = post, .durable = false});
  else
    post({});
}

bool embedded_store::any_dirty() const {
  for (const auto* connector : engine_.connectors.all())
    if (connector->dirty()) return true;
  return false;
}

void embedded_store::open(connector_id id, std::function<void()> on_work, open_done then) {
  auto* connector = engine_.connectors.find(id);
  if (engine_.health.closed()) return then(failure(engine_.health.unavailable()));
  if (!connector) return then(failure(unknown_connector(id)));
  const auto epoch = engine_.next_epoch.fetch_add(1);
  connector->open(epoch, std::move(on_work));
  read<opened_connector>(
      reader_of(id), connector->dirty(),
      [this, connector, epoch](database& db) {
        return describe_opened(engine_, db, *connector, epoch);
      },
      std::move(then));
}

void embedded_store::fetch(connector_id id, std::uint64_t epoch, fetch_request what,
                           fetch_done then) {
  auto* connector = engine_.connectors.find(id);
  if (engine_.health.closed()) return then(failure(engine_.health.unavailable()));
  if (!connector) return then(failure(unknown_connector(id)));
  auto quick = connector->fetch_from_memory(epoch, what);
  if (!quick) return then(failure(quick.error()));
  if (*quick) return then(std::move(**quick));
  read<fetch_result>(
      reader_of(id), what.what != fetch_kind::fresh && connector->dirty(),
      [this, connector, epoch, what](database& db) -> result<fetch_result, store_error> {
        auto got = fetch_from_disk(engine_, db, *connector, epoch, what);
        if (got || got.error().code == store_error_code::fenced) return got;
        // The owner stays the owner: it asks again.
        fetch_result failed;
        failed.request = what;
        failed.error = got.error().message;
        return failed;
      },
      std::move(then));
}

void embedded_store::settle(connector_id id, std::uint64_t epoch,
                            std::vector<settlement> settlements) {
  auto* connector = engine_.connectors.find(id);
  if (!connector || engine_.health.closed() || settlements.empty()) return;
  connector->settle(epoch, std::move(settlements), engine_.now_ms());
  writer_.settled();
}

void embedded_store::save_owner_state(connector_id id, std::uint64_t epoch, std::string state) {
  auto* connector = engine_.connectors.find(id);
  if (!connector || engine_.health.closed()) return;
  if (connector->save_owner_state(epoch, std::move(state))) writer_.settled();
}

void embedded_store::flush(done then) {
  writer_.run({.prepare = nullptr, .finish = std::move(then), .durable = true});
}

void embedded_store::event_details(std::string id, std::optional<std::string> source,
                                   answer<std::vector<event_detail>> then) {
  read<std::vector<event_detail>>(
      questions_, any_dirty(),
      [this, id = std::move(id), source = std::move(source)](database& db) {
        return find_events(engine_, db, id, source);
      },
      std::move(then));
}

void embedded_store::list_events(event_query query, answer<page<event_summary>> then) {
  read<page<event_summary>>(
      questions_, false,
      [this, query = std::move(query)](database& db) {
        return embedded::list_events(engine_, db, query);
      },
      std::move(then));
}

void embedded_store::list_deliveries(delivery_query query, answer<page<delivery_summary>> then) {
  read<page<delivery_summary>>(
      questions_, any_dirty(),
      [this, query = std::move(query)](database& db) {
        return embedded::list_deliveries(engine_, db, query);
      },
      std::move(then));
}

void embedded_store::list_lanes(lane_query query, answer<page<blocked_lane>> then) {
  read<page<blocked_lane>>(
      questions_, any_dirty(),
      [this, query = std::move(query)](database& db) {
        return embedded::list_lanes(engine_, db, query);
      },
      std::move(then));
}

void embedded_store::list_dead_letters(dead_letter_query query, answer<page<dead_letter>> then) {
  read<page<dead_letter>>(
      questions_, any_dirty(),
      [this, query = std::move(query)](database& db) {
        return embedded::list_dead_letters(engine_, db, query);
      },
      std::move(then));
}

void embedded_store::find_dead_letter(dead_letter_id id, answer<dead_letter> then) {
  read<dead_letter>(
      questions_, any_dirty(),
      [this, id](database& db) { return embedded::find_dead_letter(engine_, db, id); },
      std::move(then));
}

void embedded_store::list_audit(audit_query query, answer<page<audit_record>> then) {
  read<page<audit_record>>(
      questions_, false,
      [query = std::move(query)](database& db) { return embedded::list_audit(db, query); },
      std::move(then));
}

template <class Change>
void embedded_store::operate(Change change, answer<bulk_result> then) {
  const auto changed = std::make_shared<bulk_result>();
  writer_.run({.prepare = [this, changed, change = std::move(change)](
                              database& db) -> result<std::vector<row_change>, store_error> {
                 auto made = change(db);
                 if (!made) return failure(made.error());
                 *changed = std::move(made->what);
                 return std::move(made->rows);
               },
               .finish =
                   [this, changed, then](store_error error) {
                     const auto db = engine_.db.get();
                     if (ok(error) && db) error = describe_changed(engine_, *db, *changed);
                     then(ok(error) ? result<bulk_result, store_error>{std::move(*changed)}
                                    : result<bulk_result, store_error>{failure(error)});
                   }});
}

void embedded_store::replay(std::vector<dead_letter_id> ids, replay_options options,
                            answer<bulk_result> then) {
  operate([this, ids = std::move(ids),
           options](database& db) { return replay_dead_letters(engine_, db, ids, options); },
          std::move(then));
}

void embedded_store::discard(std::vector<dead_letter_id> ids, answer<bulk_result> then) {
  operate(
      [this, ids = std::move(ids)](database& db) { return discard_dead_letters(engine_, db, ids); },
      std::move(then));
}

void embedded_store::change_deliveries(std::vector<dead_letter_id> ids, change_options options,
                                       answer<bulk_result> then) {
  operate([this, ids = std::move(ids), options](
              database& db) { return embedded::change_deliveries(engine_, db, ids, options); },
          std::move(then));
}

void embedded_store::append_audit(audit_record record, done then) {
  writer_.run({.prepare = [this, record = std::move(record)](
                              database&) -> result<std::vector<row_change>, store_error> {
                 engine_.audited = true;
                 // The epochs' counter is unique over restarts, which is all that is needed.
                 return std::vector<row_change>{audit_row(record, engine_.next_epoch.fetch_add(1))};
               },
               .finish = std::move(then)});
}

store_health embedded_store::health() const {
  return engine_.health.show();
}

store_figures embedded_store::figures() const {
  store_figures out;
  if (const auto db = engine_.db.get()) out.bytes = db->bytes_on_disk();
  out.damaged_files = engine_.health.show().damaged_files;
  out.fenced_writes = engine_.limits.fenced_writes;
  out.purged_dead_letters = engine_.purged_dead_letters;
  out.queue_depth = writer_.queued_events();
  std::lock_guard lock{engine_.figures.mutex};
  out.commits = engine_.figures.commits;
  out.committed_events = engine_.figures.events;
  out.commit_us_log2 = engine_.figures.us_log2;
  out.commit_events_log2 = engine_.figures.events_log2;
  return out;
}

void embedded_store::close() {
  std::lock_guard lock{closing_};
  engine_.health.set_closed();
  maintenance_.stop();
  watch_.stop();
  check_.stop();
  writer_.stop();
  for (auto& reader : readers_) reader.stop();
  questions_.stop();
  watch_.note_durable();
  engine_.db.close();
}

result<std::unique_ptr<store>, store_error> open_store(const store_settings& settings,
                                                       environment env) {
  auto out = std::make_unique<embedded_store>(settings, std::move(env));
  if (auto error = out->start(); !ok(error)) return failure(std::move(error));
  return out;
}

}  // namespace airtrain::embedded

namespace airtrain {

result<std::unique_ptr<store>, store_error> open_embedded_store(
    const store_settings& settings, std::function<std::int64_t()> wall_ms) {
  auto purging = embedded::clock_beside_steady(wall_ms);
  return embedded::open_store(
      settings,
      {.wall_ms = std::move(wall_ms), .files = {}, .disk = {}, .purging = std::move(purging)});
}

}  // namespace airtrain
