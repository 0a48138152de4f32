#include <fmt/format.h>

#include "api/handlers.hpp"
#include "api/json_writer.hpp"

namespace airtrain::api {
namespace {

struct check {
  std::string_view name;
  bool ok = true;
  std::string reason;
};

/// Where, and how many more there are.
std::string damage(const store_health& health) {
  auto out = fmt::format("{}", fmt::join(health.damaged, "; "));
  if (const auto more = health.damaged_files - health.damaged.size(); more > 0)
    out += fmt::format("; and {} more files", more);
  return out;
}

}  // namespace

void show_liveness(context&, const call_ref& c) {
  c->answer(R"({"alive":true})");
}

void show_readiness(context& shared, const call_ref& c) {
  const auto health = shared.storage().health();
  const bool listening = shared.listening.load();
  const bool draining = shared.draining.load();
  // It says so and goes on: what can be read is delivered, and events are taken.
  const bool whole = health.damaged.empty();
  const check checks[] = {
      {"store", health.accepting, health.accepting ? "open" : health.why},
      {"listener", listening, listening ? "listening" : "not listening yet"},
      {"draining", !draining, draining ? "the service is stopping" : "not draining"},
      {"files", whole, whole ? "no damage found" : damage(health)},
  };
  const bool ready = health.accepting && listening && !draining;

  json_writer out;
  out.begin_object().member("ready", ready).key("checks").begin_object();
  for (const auto& one : checks) {
    out.key(one.name).begin_object().member("ok", one.ok).member("reason", one.reason).end_object();
  }
  out.end_object().end_object();

  http::response answer;
  answer.status = ready ? 200 : 503;
  answer.body = out.take();
  c->send(std::move(answer), "");
}

}  // namespace airtrain::api
