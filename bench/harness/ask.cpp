#include "bench/harness/ask.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <unistd.h>

#include <system_error>

#include "bench/harness/http_text.hpp"
#include "bench/harness/sockets.hpp"

namespace airtrain::harness {
namespace {

using clock = std::chrono::steady_clock;

/// Sends `pending` and reads until `Connection: close` ends it or the time is over.
std::string exchange_on(int socket, std::string pending, clock::time_point deadline) {
  std::string in;
  for (;;) {
    const auto left =
        std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now()).count();
    pollfd ready{socket, static_cast<short>(pending.empty() ? POLLIN : POLLIN | POLLOUT), 0};
    if (left <= 0 || poll(&ready, 1, static_cast<int>(left)) <= 0) return {};
    if ((ready.revents & POLLOUT) != 0 && !write_some(socket, pending)) return {};
    if ((ready.revents & (POLLIN | POLLHUP | POLLERR)) != 0 && !read_some(socket, in)) return in;
    if (first_message(in) && header_value(in, "transfer-encoding").empty()) return in;
  }
}

}  // namespace

reply ask(std::uint16_t port, std::string_view method, std::string_view target,
          std::string_view body, std::string_view content_type,
          std::chrono::milliseconds patience) {
  const auto deadline = clock::now() + patience;
  int socket = -1;
  try {
    socket = connect_to_loopback(port);
  } catch (const std::system_error&) {
    return {};
  }
  const auto answer =
      exchange_on(socket,
                  fmt::format("{} {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nConnection: close\r\n"
                              "Content-Type: {}\r\nContent-Length: {}\r\n\r\n{}",
                              method, target, port, content_type, body.size(), body),
                  deadline);
  close(socket);
  const auto whole = first_message(answer);
  if (!whole) return {};
  return {status_of(whole->head), std::string{std::string_view{answer}.substr(whole->head.size())}};
}

}  // namespace airtrain::harness
