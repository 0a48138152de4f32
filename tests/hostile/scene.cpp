#include "tests/hostile/scene.hpp"

#include <fmt/format.h>

#include <fstream>

#include "bench/harness/ask.hpp"
#include "bench/harness/http_text.hpp"

namespace airtrain::test {

using namespace harness;

namespace {

std::string sick_yaml(const std::string& url, const std::string& more) {
  return fmt::format(R"(  sick:
    type: http
    events: ["*"]
    request: {{ url: "{}" }}
    timeout: 700ms
    concurrency: 4
    retry: {{ initial: 100ms, max: 200ms }}
    breaker: {{ open: 300ms, open_max: 300ms }}
    hold_probe: 200ms
{})",
                     url, more);
}

}  // namespace

std::string event_text(const std::string& id) {
  return fmt::format(R"({{"type":"shift_added","id":"{0}","data":{{"id":"{0}"}}}})", id);
}

scene::scene(hostile_target::script play, const std::string& more, const std::string& origin,
             const std::string& path)
    : target(std::move(play)),
      airtrain(sick_yaml(fmt::format("{}:{}{}", origin, target.port(), path), more) +
               connector_yaml("healthy", healthy.port())) {
  airtrain.start();
}

bool scene::post(int count) {
  for (int i = 0; i < count; ++i)
    if (ask(airtrain.port(), "POST", "/v1/events", event_text(fmt::format("e{}", posted_++)))
            .status != 202)
      return false;
  return true;
}

std::string scene::sick() const {
  return ask(airtrain.port(), "GET", "/v1/connectors/sick").body;
}

std::string scene::state() const {
  return std::string(string_field(sick(), "state"));
}

std::uint64_t scene::dead_letters() const {
  return number_field(sick(), "dead_letters").value();
}

bool scene::shows(std::string_view error_class, std::string_view message) const {
  return eventually([&] {
    const auto status = sick();
    const auto at = status.find("\"last_error\"");
    if (at == std::string::npos) return false;
    const auto error = std::string_view(status).substr(at);
    return string_field(error, "class") == error_class &&
           string_field(error, "message").find(message) != std::string_view::npos;
  });
}

bool scene::neighbour_has_all() const {
  return eventually([&] { return healthy.delivered() == static_cast<std::uint64_t>(posted_); });
}

bool scene::delivered_all() const {
  return eventually([&] { return airtrain.backlog("sick") == 0; }) &&
         target.accepted().size() == static_cast<std::size_t>(posted_);
}

void scene::resume() const {
  ask(airtrain.port(), "POST", "/v1/connectors/sick/resume");
}

std::uint64_t scene::memory() const {
  return airtrain.memory();
}

}  // namespace airtrain::test
