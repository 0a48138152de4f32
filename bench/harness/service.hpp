#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "bench/harness/process.hpp"

namespace airtrain::harness {

/// The YAML of one HTTP connector below `connectors:`. `more`: further lines, indented by four.
std::string http_connector(std::string_view name, std::string_view events, std::string_view url,
                           std::string_view more = {});

/// The service under test: one data folder that stays over restarts, always the same port.
class service {
 public:
  /// Writes `folder`/airtrain.yaml; nothing is started. `connectors`: what is below `connectors:`,
  /// `top`: further lines of the top level.
  service(std::string program, std::filesystem::path folder, const std::string& connectors,
          const std::string& top = {});

  void start();               ///< until it says that it listens
  void stop();                ///< SIGTERM; throws when it does not end
  void kill();                ///< SIGKILL
  double seconds_to_ready();  ///< starts it; until /readyz answers 200
  /// Until it uses less than 5 % of a core: what it does behind a load (flushes, compaction) is
  /// done. At most a minute.
  void wait_until_idle() const;
  bool running() { return it_ && it_->running(); }

  pid_t pid() const { return it_->pid(); }
  std::uint16_t port() const { return port_; }
  std::filesystem::path data() const { return folder_ / "data"; }
  double cpu_us() const;
  std::uint64_t backlog(std::string_view connector) const;
  /// Throws std::runtime_error when the request is refused.
  void post(std::string_view target, std::string_view body = {}) const;
  /// The counters of one histogram of /metrics: (upper bound, count up to it).
  std::vector<std::pair<double, double>> histogram_of(std::string_view family) const;

 private:
  std::string program_;
  std::filesystem::path folder_;
  std::uint16_t port_;
  std::optional<process> it_;
};

/// The quantile of what was counted between two scrapes of a histogram, interpolated within its
/// bucket; 0 where nothing was.
double quantile_between(const std::vector<std::pair<double, double>>& before,
                        const std::vector<std::pair<double, double>>& after, double share);

}  // namespace airtrain::harness
