#include "bench/harness/stand_in.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <stdexcept>

#include "bench/harness/ask.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/http_text.hpp"

namespace airtrain::harness {
namespace {

std::vector<std::string> command(const std::string& program, std::vector<std::string> options) {
  options.insert(options.begin(), program);
  return options;
}

}  // namespace

std::uint64_t figure_in(const std::string& json, std::string_view name) {
  const auto found = number_field(json, name);
  if (!found) throw std::runtime_error(fmt::format("no '{}' in '{}'", name, json));
  return *found;
}

stand_in::stand_in(const std::string& program, std::vector<std::string> options)
    : it_(command(program, std::move(options))),
      control_port_(wait_for_port(it_, std::chrono::seconds{10}, "control on ")),
      port_(wait_for_port(it_, std::chrono::seconds{10})) {}

std::string stand_in::stats() const {
  return ask(control_port_, "GET", "/_stats").body;
}

std::string stand_in::lap() const {
  return ask(control_port_, "GET", "/_lap").body;
}

void stand_in::reset() const {
  ask(control_port_, "POST", "/_reset");
}

void stand_in::become(std::string_view mode, std::chrono::milliseconds delay,
                      std::chrono::milliseconds lasting) const {
  const auto until = lasting.count() == 0 ? "" : fmt::format("&for_ms={}", lasting.count());
  ask(control_port_, "POST",
      fmt::format("/_control?mode={}&delay_ms={}{}", mode, delay.count(), until));
}

void stand_in::wait_for_delivered(std::uint64_t wanted, std::chrono::seconds patience) const {
  const auto deadline =
      monotonic_us() + static_cast<std::uint64_t>(std::chrono::microseconds{patience}.count());
  for (std::string now; figure_in(now = stats(), "delivered") < wanted; poll(nullptr, 0, 5))
    if (monotonic_us() > deadline)
      throw std::runtime_error(
          fmt::format("lost: {} were acknowledged, a target has {}", wanted, now));
}

void stand_in::wait_until_quiet() const {
  std::uint64_t before = 0;
  for (auto now = stat("requests"); now != before; now = stat("requests")) {
    before = now;
    poll(nullptr, 0, 100);
  }
}

}  // namespace airtrain::harness
