#include "tests/store/embedded/driver.hpp"

#include <functional>
#include <stdexcept>

namespace airtrain::embedded::tests {

namespace {

/// Is believed as the test says.
class told_clock final : public purging_clock {
 public:
  explicit told_clock(const std::atomic<bool>& believed) : believed_(believed) {}
  bool believed() override { return believed_; }
  std::chrono::milliseconds doubt_left() override { return {}; }
  void doubt(std::chrono::milliseconds) override {}

 private:
  const std::atomic<bool>& believed_;
};

}  // namespace

driver::driver(std::filesystem::path directory) {
  settings.data_dir = directory.empty() ? own_directory_.path() : std::move(directory);
  settings.recent_bytes_max = 4096;  // so that most is read from the log
}

store_error driver::start() {
  const auto wall_ms = [this] { return now_ms.load(); };
  std::shared_ptr<purging_clock> purging = std::make_shared<told_clock>(may_purge);
  if (compare_clocks) purging = clock_beside_steady(wall_ms);
  auto made = std::make_unique<embedded_store>(
      settings, environment{.wall_ms = wall_ms,
                            .files = files.env(),
                            .disk =
                                [](const auto&) {
                                  return environment::space{.free = ~std::uint64_t{0}, .total = 0};
                                },
                            .purging = std::move(purging)});
  auto error = made->start();
  if (error.code == store_error_code::none) store_ = std::move(made);
  return error;
}

void driver::stop() {
  store_.reset();
}

connector_id driver::connector(const std::string& name) {
  return store_->connector(name).value();
}

std::vector<publish_result> driver::publish(std::vector<publish_request> requests) {
  return await<std::vector<publish_result>>(
      [&](auto then) { store_->publish(std::move(requests), then); });
}

std::uint64_t driver::publish_many(connector_id to, int first, int count, std::size_t bytes) {
  publish_request request;
  for (int i = first; i < first + count; ++i)
    request.items.push_back(
        {sealed(std::to_string(i), now_ms, std::string(bytes, 'x')), {{.connector = to}}});
  const auto results = publish({std::move(request)});
  if (results.at(0).error.code != store_error_code::none)
    throw std::runtime_error(results[0].error.message);
  return results[0].events.back().seq;
}

std::uint64_t driver::open(connector_id id) {
  return await<result<opened_connector, store_error>>([&](auto then) {
           store_->open(
               id, [] {}, then);
         })
      .value()
      .epoch;
}

fetch_result driver::fetch(connector_id id, std::uint64_t epoch, fetch_request what) {
  auto got = await<result<fetch_result, store_error>>(
      [&](auto then) { store_->fetch(id, epoch, what, then); });
  if (!got) throw std::runtime_error(got.error().message);
  if (!got->error.empty()) throw std::runtime_error(got->error);
  return std::move(*got);
}

std::vector<delivery> driver::fresh(connector_id id, std::uint64_t epoch, std::uint32_t count) {
  std::vector<delivery> out;
  bool more = true;
  while (more && out.size() < count) {
    auto got = fetch(id, epoch,
                     {.what = fetch_kind::fresh,
                      .count_max = count - static_cast<std::uint32_t>(out.size()),
                      .bytes_max = 1u << 30});
    more = got.more;
    std::move(got.deliveries.begin(), got.deliveries.end(), std::back_inserter(out));
  }
  return out;
}

void driver::settle(connector_id id, std::uint64_t epoch, std::vector<settlement> all) {
  store_->settle(id, epoch, std::move(all));
}

void driver::flush() {
  const auto error = await<store_error>([&](auto then) { store_->flush(then); });
  if (error.code != store_error_code::none) throw std::runtime_error(error.message);
}

event_ref sealed(const std::string& id, std::int64_t accepted_at_ms, std::string data) {
  event_fields fields;
  fields.id = id;
  fields.source = "test";
  fields.type = "t";
  fields.data = data;
  fields.kind = data_kind::text;
  fields.accepted_at_ms = accepted_at_ms;
  fields.content_hash = std::hash<std::string>{}(data);
  return event::seal(fields);
}

settlement settled(const delivery& what, settlement::kind kind) {
  settlement out;
  out.what = kind;
  out.key = what.key;
  out.lane = what.lane;
  out.history = what.history;
  out.history.attempts = 1;
  out.attempt.n = 1;
  out.attempt.at_ms = 1'700'000'000'000;
  out.attempt.outcome =
      kind == settlement::kind::delivered ? answer_class::delivered : answer_class::reject;
  out.attempt.why = reason::answered;
  return out;
}

}  // namespace airtrain::embedded::tests
