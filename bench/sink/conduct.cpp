#include "bench/sink/conduct.hpp"

#include <sys/socket.h>

#include <array>
#include <random>
#include <utility>

namespace airtrain::bench {
namespace {

constexpr std::string_view accepted = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";
constexpr std::string_view failed =
    "HTTP/1.1 500 Internal Server Error\r\nContent-Type: text/plain\r\nContent-Length: 17\r\n\r\n"
    "database is down\n";
constexpr std::string_view throttled =
    "HTTP/1.1 429 Too Many Requests\r\nRetry-After: 1\r\nContent-Length: 0\r\n\r\n";

std::string noise() {
  std::minstd_rand random(20261125);
  std::string made(512, '\0');
  for (char& c : made) c = static_cast<char>(random());
  return made;
}

void flood(harness::peer& to) {
  // Small: what is flooded beyond what the other side reads costs the machine, not the service.
  const int bytes = 65'536;
  setsockopt(to.socket, SOL_SOCKET, SO_SNDBUF, &bytes, sizeof bytes);
  to.out += "HTTP/1.1 200 OK\r\n\r\n";
  to.endless.assign(16'384, 'x');
}

}  // namespace

std::optional<conduct> conduct_of(std::string_view name) {
  constexpr std::array<std::pair<std::string_view, conduct>, 8> names{{
      {"ok", conduct::ok},
      {"fail", conduct::fail},
      {"throttle", conduct::throttle},
      {"hang", conduct::hang},
      {"reset", conduct::reset},
      {"garbage", conduct::garbage},
      {"flood", conduct::flood},
      {"down", conduct::down},
  }};
  for (const auto& [known, value] : names)
    if (known == name) return value;
  return std::nullopt;
}

void answer(harness::peer& to, conduct how) {
  static const std::string garbage = noise();
  switch (how) {
    case conduct::ok:
      to.out += accepted;
      break;
    case conduct::fail:
      to.out += failed;
      break;
    case conduct::throttle:
      to.out += throttled;
      break;
    case conduct::garbage:
      to.out += garbage;
      break;
    case conduct::flood:
      flood(to);
      break;
    case conduct::reset:
      to.over = true;
      break;
    case conduct::hang:
    case conduct::down:
      break;
  }
}

}  // namespace airtrain::bench
