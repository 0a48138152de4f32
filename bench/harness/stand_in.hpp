#pragma once

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/process.hpp"

namespace airtrain::harness {

/// The number behind `"name":` in a JSON answer; throws std::runtime_error where there is none.
std::uint64_t figure_in(const std::string& json, std::string_view name);

/// A stand-in target (bench/sink) in a process of its own.
class stand_in {
 public:
  /// `program`: bench_sink. `options`: beside the mode.
  explicit stand_in(const std::string& program, std::vector<std::string> options = {});
  std::uint16_t port() const { return port_; }
  pid_t pid() const { return it_.pid(); }

  std::string stats() const;  ///< see bench/sink/sink.cpp
  std::uint64_t stat(std::string_view name) const { return figure_in(stats(), name); }
  std::string lap() const;  ///< the same with the latency since the last lap
  void reset() const;
  void become(std::string_view mode, std::chrono::milliseconds delay = {},
              std::chrono::milliseconds lasting = {}) const;

  /// Until it has answered that many with success; throws std::runtime_error after `patience`.
  void wait_for_delivered(std::uint64_t wanted, std::chrono::seconds patience) const;
  /// Until nothing has arrived for 100 ms: what was under way when a load ended is delivered too,
  /// and the next run must not count it as its own.
  void wait_until_quiet() const;

 private:
  process it_;
  std::uint16_t control_port_;
  std::uint16_t port_;
};

}  // namespace airtrain::harness
