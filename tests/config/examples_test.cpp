#include <filesystem>

#include "tests/config/config_text.hpp"

namespace airtrain {
namespace {

TEST(examples, every_configuration_loads_without_problems) {
  const std::filesystem::path folder = std::filesystem::path(AIRTRAIN_SOURCE_DIR) / "examples";
  if (!std::filesystem::exists(folder)) GTEST_SKIP() << "no examples yet";
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    const auto read = load_settings(entry.path(), test_secrets());
    EXPECT_TRUE(read.has_value()) << to_string(entry.path(), read.error().front());
  }
}

}  // namespace
}  // namespace airtrain
