#include "tests/hostile/steady_producer.hpp"

#include <fmt/format.h>
#include <poll.h>

#include <algorithm>
#include <optional>
#include <stdexcept>

#include "bench/harness/histogram.hpp"
#include "tests/wire/plain_client.hpp"

namespace airtrain::test {

steady_producer::steady_producer(std::uint16_t port)
    : thread_([this, port] { post_until_stopped(port); }) {}

steady_producer::~steady_producer() {
  stopping_ = true;
  thread_.join();
}

void steady_producer::post_until_stopped(std::uint16_t port) {
  std::optional<wire::plain_client> connection;
  for (std::uint64_t n = 0; !stopping_; ++n) {
    const auto begun = harness::monotonic_us();
    try {
      if (!connection) connection.emplace(port);
      const auto text = fmt::format(R"({{"type":"steady","id":"s{0}","data":{{"id":"s{0}"}}}})", n);
      const auto answer = connection->post_json("/v1/events", text);
      ++(answer.status == 202 ? accepted_ : refused_);
    } catch (const std::runtime_error&) {
      connection.reset();
      ++broken_;
    }
    slowest_us_ = std::max<std::uint64_t>(slowest_us_, harness::monotonic_us() - begun);
    poll(nullptr, 0, 1);
  }
}

}  // namespace airtrain::test
