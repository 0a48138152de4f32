#pragma once

#include <gtest/gtest.h>

#include "tests/core/dispatch/rig.hpp"

namespace airtrain::testing {

/// Four at once, sixteen in memory.
inline dispatch_options plain_options() {
  dispatch_options o;
  o.concurrency = 4;
  o.window = 16;
  return o;
}

/// A connector that is open and has nothing to do yet.
struct opened_rig : ::testing::Test {
  explicit opened_rig(const dispatch_options& with = plain_options()) : r{with} {}

  rig r;
  std::uint64_t published = 0;

  void SetUp() override { r.open(); }
  /// The next `n` deliveries.
  void publish(std::uint64_t n, lane_id lane = no_lane) {
    for (std::uint64_t i = 0; i < n; ++i) r.add(++published, lane);
  }
};

}  // namespace airtrain::testing
