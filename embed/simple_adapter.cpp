#include "embed/simple_adapter.hpp"

#include <exception>
#include <nlohmann/json.hpp>

#include "embed/attempt_view.hpp"
#include "embed/own_thread.hpp"

namespace airtrain::embed {
namespace {

nlohmann::json payload_of(const event& what) {
  if (what.kind() == data_kind::json) return nlohmann::json::parse(what.data());
  if (what.kind() == data_kind::none) return nullptr;
  return std::string(what.data());
}

verdict call(simple_connector& system, const event& what) {
  const own_thread mark;
  try {
    system.send_update(payload_of(what));
  } catch (const rejected_by_system& rejected) {
    return verdict_of(delivery_result::rejected(rejected.what()));
  } catch (const std::exception& thrown) {
    return thrown_verdict(thrown.what());
  } catch (...) {
    return thrown_verdict("something that is no std::exception was thrown");
  }
  return verdict_of(delivery_result::delivered());
}

/// Its answer comes too late to count: the engine has ended the attempt itself.
verdict waited_too_long() {
  verdict late;
  late.why = reason::attempt_timeout;
  late.message = "no thread was free within the time-out of the attempt";
  return late;
}

}  // namespace

void simple_system::begin(attempt work) {
  const auto deadline = std::chrono::steady_clock::now() + timeout_;
  workers_.post([this, deadline, held = std::make_shared<attempt>(std::move(work))] {
    if (std::chrono::steady_clock::now() >= deadline) return held->complete(waited_too_long());
    held->complete(call(*system_, *held->order().what.event));
  });
}

}  // namespace airtrain::embed
