#include "config/printable.hpp"

namespace airtrain {
namespace {

TEST(printable, text_stays_as_it_is) {
  EXPECT_EQ(printable("Zoë ☺ 😀 \\n"), "Zoë ☺ 😀 \\n");
}

TEST(printable, control_characters_become_escapes) {
  EXPECT_EQ(printable("a\x1b[31m\n\t\r\x7f"), "a\\u001b[31m\\n\\t\\r\\u007f");
  EXPECT_EQ(printable(std::string_view("\0", 1)), "\\u0000");
  EXPECT_EQ(printable("\xC2\x9B"
                      "31m"),
            "\\u009b31m");
}

TEST(printable, characters_that_reorder_a_line_become_escapes) {
  EXPECT_EQ(printable("a\u202Eb\u2066\u2028"), "a\\u202eb\\u2066\\u2028");
}

TEST(printable, bytes_that_are_not_utf8_become_escapes) {
  EXPECT_EQ(printable("\xff\xC3"), "\\xff\\xc3");
  EXPECT_EQ(printable("\xC0\x9B"), "\\xc0\\x9b");
  EXPECT_EQ(printable("\xED\xA0\x80"), "\\xed\\xa0\\x80");
}

TEST(printable, lines_and_json_keep_their_shape) {
  EXPECT_EQ(printable_lines("{\n\t\"a\": \"\x7f\"\n}"), "{\n\t\"a\": \"\\u007f\"\n}");
}

}  // namespace
}  // namespace airtrain
