#include <filesystem>

#include "tests/config/config_text.hpp"

namespace airtrain {
namespace {

TEST(examples, every_configuration_loads_without_problems) {
  const std::filesystem::path folder = std::filesystem::path(AIRTRAIN_SOURCE_DIR) / "examples";
  std::size_t tried = 0;
  for (const auto& entry : std::filesystem::directory_iterator(folder)) {
    if (entry.path().extension() != ".yaml") continue;
    ++tried;
    const auto read = load_settings(entry.path(), test_secrets());
    EXPECT_TRUE(read.has_value()) << to_string(entry.path(), read.error().front());
  }
  EXPECT_GT(tried, 0u);
}

}  // namespace
}  // namespace airtrain
