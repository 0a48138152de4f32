#include <gtest/gtest.h>

#include <set>
#include <string>

#include "messages/delivery.hpp"

namespace airtrain {
namespace {

// Targets remember these keys: a change would deliver everything pending a second time.
TEST(delivery_identity, never_changes_for_the_same_delivery) {
  EXPECT_EQ(delivery_identity("/hms", "id-1", "payroll", 0), "c87dbe507d8e549d674b4a8f38485550");
}

TEST(delivery_identity, differs_when_any_of_its_parts_does) {
  const std::set<std::string> all{
      delivery_identity("/hms", "id-1", "payroll", 0),
      delivery_identity("/hms", "id-1", "payroll", 1),
      delivery_identity("/hms", "id-1", "payroll", 0, 1),
      delivery_identity("/hms", "id-1", "payrol", 0),
      delivery_identity("/hms", "id-", "1payroll", 0),
      delivery_identity("/hm", "sid-1", "payroll", 0),
      delivery_identity("id-1", "/hms", "payroll", 0),
  };
  EXPECT_EQ(all.size(), 7u);
}

}  // namespace
}  // namespace airtrain
