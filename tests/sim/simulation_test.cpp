// Thousands of simulated services, each from one seed. SIM_SEED=n runs one of them, SIM_TRACE=1
// tells its story; SIM_SEEDS=n runs that many a shard.

#include <gtest/gtest.h>

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <exception>
#include <optional>
#include <string>

#include "tests/sim/world.hpp"

namespace airtrain::sim {
namespace {

constexpr std::uint64_t shards = 4;
constexpr std::uint64_t seeds_per_shard = 500;

std::optional<std::uint64_t> number_from_environment(const char* name) {
  const char* const text = std::getenv(name);
  if (!text) return std::nullopt;
  return std::stoull(text);
}

/// A broken invariant ends the process: then this tells which seed it was.
volatile std::sig_atomic_t seed_under_way = 0;
extern "C" void tell_seed(int) {
  std::fprintf(stderr, "SIM_SEED=%d\n", static_cast<int>(seed_under_way));
}

void simulate(std::uint64_t seed) {
  seed_under_way = static_cast<std::sig_atomic_t>(seed);
  try {
    world{seed, std::getenv("SIM_TRACE") != nullptr}.run();
  } catch (const std::exception& broken) {
    ADD_FAILURE() << broken.what() << "\nSIM_SEED=" << seed;
  }
}

class simulation : public ::testing::TestWithParam<std::uint64_t> {
 protected:
  void SetUp() override { std::signal(SIGABRT, tell_seed); }
  void TearDown() override { std::signal(SIGABRT, SIG_DFL); }
};

TEST_P(simulation, every_promise_holds_whatever_goes_wrong) {
  if (const auto seed = number_from_environment("SIM_SEED")) return simulate(*seed);
  const auto count = number_from_environment("SIM_SEEDS").value_or(seeds_per_shard);
  for (std::uint64_t i = 0; i < count && !HasFailure(); ++i) simulate(GetParam() + i * shards);
}

INSTANTIATE_TEST_SUITE_P(shard, simulation, ::testing::Range(std::uint64_t{1}, shards + 1));

}  // namespace
}  // namespace airtrain::sim
