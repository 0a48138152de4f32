#pragma once

#include <gtest/gtest.h>

#include "tests/store/embedded/driver.hpp"

namespace airtrain::embedded::tests {

/// A store with one connector, started by the test once its settings are made.
class restartable_store : public ::testing::Test {
 protected:
  void start() {
    const auto error = store.start();
    ASSERT_EQ(error.code, store_error_code::none) << error.message;
    a = store.connector("a");
  }
  void restart() {
    store.stop();
    start();
  }

  driver store;
  connector_id a = 0;
};

}  // namespace airtrain::embedded::tests
