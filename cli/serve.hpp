#pragma once

#include <cstdint>
#include <filesystem>

namespace airtrain {

enum class log_format : std::uint8_t { text, json };

struct serve_arguments {
  std::filesystem::path config;
  log_format format = log_format::text;
};

/// Runs the service until SIGTERM or SIGINT has drained it. Returns the exit code.
int serve_command(const serve_arguments& arguments);

}  // namespace airtrain
