#include "bench/harness/load_run.hpp"

#include <chrono>
#include <stdexcept>

#include "bench/harness/process.hpp"
#include "bench/harness/stand_in.hpp"

namespace airtrain::harness {

load_figures run_load(const std::string& program, std::uint16_t port,
                      const std::vector<std::string>& options) {
  std::vector<std::string> command{program, "--port", std::to_string(port)};
  command.insert(command.end(), options.begin(), options.end());
  process generator(command);
  const auto said = generator.read_all();
  if (generator.wait(std::chrono::seconds{5}) != 0)
    throw std::runtime_error("the load generator failed: " + said);
  return {figure_in(said, "acknowledged"), static_cast<double>(figure_in(said, "cpu_us")),
          figure_in(said, "p50"), figure_in(said, "p99")};
}

}  // namespace airtrain::harness
