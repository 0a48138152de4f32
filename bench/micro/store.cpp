#include <fmt/format.h>

#include <chrono>
#include <future>
#include <memory>
#include <stdexcept>

#include "bench/micro/micro.hpp"
#include "core/ingest/event_reader.hpp"
#include "store/embedded_store.hpp"

namespace airtrain::bench {
namespace {

std::int64_t wall_ms() {
  return std::chrono::duration_cast<std::chrono::milliseconds>(
             std::chrono::system_clock::now().time_since_epoch())
      .count();
}

/// The store in a folder of its own with one connector that wants everything.
class lone_store {
 public:
  explicit lone_store(const std::filesystem::path& folder) {
    store_settings settings;
    settings.data_dir = folder;
    auto opened = open_embedded_store(settings, wall_ms);
    if (!opened) throw std::runtime_error(opened.error().message);
    it_ = std::move(*opened);
    connector_ = it_->connector("target").value();
    std::promise<std::uint64_t> epoch;
    it_->open(
        connector_, [] {}, [&](auto answer) { epoch.set_value(answer.value().epoch); });
    epoch_ = epoch.get_future().get();
  }

  /// One commit of `count` events, waited for.
  void publish(std::uint64_t count) {
    publish_request request;
    for (std::uint64_t i = 0; i < count; ++i) request.items.push_back(next());
    std::promise<bool> durable;
    std::vector<publish_request> requests;
    requests.push_back(std::move(request));
    it_->publish(std::move(requests), [&](const std::vector<publish_result>& results) {
      durable.set_value(results.at(0).error.code == store_error_code::none);
    });
    if (!durable.get_future().get()) throw std::runtime_error("the store refused a commit");
  }

  /// Takes what is there and settles it as delivered.
  void deliver_all() {
    for (bool more = true; more;) {
      std::promise<fetch_result> answered;
      it_->fetch(connector_, epoch_, {.count_max = 1000, .bytes_max = 8u << 20},
                 [&](auto answer) { answered.set_value(std::move(answer.value())); });
      const auto taken = answered.get_future().get();
      std::vector<settlement> ends;
      for (const auto& each : taken.deliveries) ends.emplace_back().key = each.key;
      it_->settle(connector_, epoch_, std::move(ends));
      more = taken.more;
    }
  }

 private:
  publish_item next() {
    auto read = read_events(body_form::plain, "application/json", sample_body(++id_), {}, {},
                            {.source = "/bench", .idempotency_key = {}, .accepted_at_ms = 1});
    return {read.events.at(0).event, {{connector_, no_lane}}};
  }

  std::unique_ptr<store> it_;
  connector_id connector_ = 0;
  std::uint64_t epoch_ = 0;
  std::uint64_t id_ = 0;
};

micro_case committing(const std::filesystem::path& work, std::uint64_t count) {
  auto it = std::make_shared<lone_store>(work / fmt::format("publish-{}", count));
  return {fmt::format("event in commits of {}, taken and settled", count),
          [it, count](std::uint64_t times) {
            for (std::uint64_t i = 0; i < times; ++i) {
              it->publish(count);
              it->deliver_all();
            }
          },
          static_cast<double>(count), true};
}

}  // namespace

std::vector<micro_case> store_cases(const std::filesystem::path& work) {
  return {committing(work, 1), committing(work, 10), committing(work, 100), committing(work, 1000)};
}

}  // namespace airtrain::bench
