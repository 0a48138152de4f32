#include <fmt/format.h>
#include <gtest/gtest.h>

#include <cmath>
#include <csignal>
#include <random>

#include "tests/fault/faulty_disk.hpp"
#include "tests/fault/ledger.hpp"

namespace airtrain::test {
namespace {

using std::chrono::seconds;

constexpr int cuts_of_one_store = 6;
constexpr int calls_to_the_cut_max = 3000;

int power_cuts() {
  return full_run() ? 200 : cuts_of_one_store;
}

/// Cuts come while a store is made, while it opens and while it works: each is as likely.
std::uint64_t draw_moment(std::minstd_rand& random) {
  std::uniform_real_distribution<double> exponent(0, std::log(calls_to_the_cut_max));
  return static_cast<std::uint64_t>(std::exp(exponent(random)));
}

/// One store from its making on through several cuts, under load; false when something failed.
void lose_power_again_and_again(int cuts, unsigned seed) {
  SCOPED_TRACE(fmt::format("seed {}", seed));
  std::minstd_rand random(seed);
  stand_in well;
  stand_in down("fail");
  service airtrain(
      connector_yaml("well", well.port()) +
      connector_yaml("down", down.port(), "    breaker: { open: 1s, open_max: 1s }\n") +
      small_store);
  faulty_disk disk(airtrain);
  const auto ledger = airtrain.folder() / "ledger";
  harness::process load({LOAD_BINARY, "--port", std::to_string(airtrain.port()), "--connections",
                         "16", "--seconds", "600", "--filler", large_filler, "--retry", "yes",
                         "--ledger", ledger.string(), "--rate", "1000"});
  for (int cut = 0; cut < cuts; ++cut) {
    const auto moment = draw_moment(random);
    SCOPED_TRACE(fmt::format("cut {} at call {}", cut, moment));
    disk.plan(fmt::format("cut {} 1 any {}", moment, random()));
    disk.start();
    ASSERT_TRUE(airtrain.dies(seconds{60})) << airtrain.log();
    disk.power_returns();
  }
  disk.plan("");
  ASSERT_TRUE(disk.start()) << airtrain.log();
  const auto at_the_end = acknowledged_in(ledger).size();
  EXPECT_TRUE(eventually([&] { return acknowledged_in(ledger).size() > at_the_end; }));
  load.send_signal(SIGKILL);
  load.wait(seconds{10});

  const auto acknowledged = acknowledged_in(ledger);
  down.become("ok");
  for (auto* target : {&well, &down})
    EXPECT_TRUE(eventually([&] { return missing_at(*target, acknowledged).empty(); }))
        << missing_at(*target, acknowledged).size() << " missing";
}

TEST(power_loss, loses_nothing_acknowledged_at_any_moment) {
  std::minstd_rand random(20261125);
  for (int left = power_cuts(); left > 0 && !HasFailure(); left -= cuts_of_one_store)
    lose_power_again_and_again(std::min(left, cuts_of_one_store), static_cast<unsigned>(random()));
}

}  // namespace
}  // namespace airtrain::test
