#include "store/queries.hpp"

#include "store/store.hpp"

namespace airtrain {

TEST(dead_letter_id, reads_back_what_it_shows) {
  const dead_letter_id id{.connector = 7, .key = {.seq = 18'446'744'073'709'551'615u, .part = 3}};
  EXPECT_EQ(to_string(id), "7.18446744073709551615.3");
  EXPECT_EQ(dead_letter_id_from(to_string(id)), id);
}

TEST(dead_letter_id, refuses_everything_else) {
  for (const auto* text : {"", "1", "1.2", "1.2.", "1.2.3.", "1.2.3.4", "a.2.3", "1.-2.3", " 1.2.3",
                           "1.2.3 ", "1.2.65536", "4294967296.2.3", "1..3", "+1.2.3"})
    EXPECT_EQ(dead_letter_id_from(text), std::nullopt) << text;
}

TEST(store_error_code, has_a_stable_name) {
  EXPECT_EQ(to_string(store_error_code::write_failed), "write_failed");
  EXPECT_EQ(to_string(store_error_code::none), "none");
}

}  // namespace airtrain
