#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace airtrain::harness {

struct reply {
  int status = 0;  ///< 0: no answer (refused, reset, or not within the patience)
  std::string body;
};

/// One request on a connection of its own to 127.0.0.1. Blocks, at most `patience`.
reply ask(std::uint16_t port, std::string_view method, std::string_view target,
          std::string_view body = {}, std::string_view content_type = "application/json",
          std::chrono::milliseconds patience = std::chrono::seconds{10});

}  // namespace airtrain::harness
