#include "api/rate_meter.hpp"

namespace airtrain::api {

bool rate_meter::watching() const {
  const std::lock_guard lock{mutex_};
  return !series_.empty();
}

void rate_meter::watch(std::vector<std::shared_ptr<const connector_telemetry>> connectors) {
  const std::lock_guard lock{mutex_};
  for (auto& telemetry : connectors) {
    auto name = telemetry->name;
    series_[std::move(name)] = {std::move(telemetry), {}, 0};
  }
}

void rate_meter::sample(clock::time_point now) {
  constexpr auto delivered = static_cast<std::size_t>(delivery_state::delivered);
  const std::lock_guard lock{mutex_};
  for (auto& [name, one] : series_) {
    one.readings[one.count % one.readings.size()] = {
        now, one.telemetry->ended_by_state[delivered].load(std::memory_order_relaxed)};
    ++one.count;
  }
}

double rate_meter::per_second(const std::string& connector) const {
  const std::lock_guard lock{mutex_};
  const auto found = series_.find(connector);
  if (found == series_.end() || found->second.count < 2) return 0;
  const auto& from = found->second.oldest();
  const auto& to = found->second.newest();
  const std::chrono::duration<double> span = to.at - from.at;
  return span.count() > 0 ? static_cast<double>(to.delivered - from.delivered) / span.count() : 0;
}

}  // namespace airtrain::api
