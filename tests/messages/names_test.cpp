#include <gtest/gtest.h>

#include <set>
#include <string>

#include "messages/delivery.hpp"
#include "messages/verdict.hpp"

namespace airtrain {
namespace {

// Every value from 0 to `last` has a name of its own that leads back to it.
template <class E, class From>
void expect_names(E last, From from) {
  std::set<std::string_view> seen;
  for (int i = 0; i <= static_cast<int>(last); ++i) {
    const auto value = static_cast<E>(i);
    const auto name = to_string(value);
    EXPECT_NE(name, "unknown") << i;
    EXPECT_TRUE(seen.insert(name).second) << name;
    EXPECT_EQ(from(name), value) << name;
  }
  EXPECT_FALSE(from("no_such_name"));
}

TEST(names, of_answer_classes_lead_back_to_them) {
  expect_names(answer_class::hold_manual, answer_class_from);
}

TEST(names, of_reasons_lead_back_to_them) {
  expect_names(reason::lane_stopped, reason_from);
}

TEST(names, of_delivery_states_lead_back_to_them) {
  expect_names(delivery_state::discarded, delivery_state_from);
}

}  // namespace
}  // namespace airtrain
