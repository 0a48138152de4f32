#include "actors/delivery_changes.hpp"

#include <gtest/gtest.h>

#include "core/dispatch/dispatcher.hpp"

namespace airtrain {
namespace {

TEST(delivery_changes, a_rerendering_tells_what_is_being_sent_from_what_its_owner_only_holds) {
  const dead_letter_id sent{.connector = 1, .key = {.seq = 5, .part = 0}};
  const dead_letter_id held{.connector = 1, .key = {.seq = 6, .part = 0}};
  const dead_letter_id gone{.connector = 2, .key = {.seq = 5, .part = 0}};
  bulk_result became;
  const auto changes = std::make_shared<delivery_changes>(
      change_options{.what = delivery_change::rerender},
      [](const withdraw_deliveries& asked) {
        EXPECT_TRUE(asked.dry_run);
        EXPECT_EQ(asked.connector, 1u);
        asked.to({withdrawal::in_flight, withdrawal::done});
      },
      [&](const std::vector<dead_letter_id>&, const store::answer<bulk_result>& done) {
        bulk_result by_store;
        by_store.refused = {{gone, "not_found"}, {sent, "in_flight"}, {held, "in_flight"}};
        done(std::move(by_store));
      },
      [&](result<bulk_result, store_error> all) { became = std::move(*all); });
  changes->start({sent, held, gone});
  ASSERT_EQ(became.refused.size(), 3u);
  EXPECT_EQ(became.refused[0].id, sent);
  EXPECT_EQ(became.refused[0].code, "in_flight");
  EXPECT_EQ(became.refused[1].id, held);
  EXPECT_EQ(became.refused[1].code, "held");
  EXPECT_EQ(became.refused[2].code, "not_found");
}

}  // namespace
}  // namespace airtrain
