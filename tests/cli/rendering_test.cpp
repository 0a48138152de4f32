#include "cli/json_view.hpp"
#include "cli/progress.hpp"
#include "cli/shell_quoted.hpp"
#include "cli/table.hpp"
#include "cli/times.hpp"

namespace airtrain::cli {
namespace {

TEST(table, columns_are_as_wide_as_their_widest_cell) {
  table made({{"NAME"}, {"N", align::right}, {"ERROR"}});
  made.add({"payroll", "12", ""});
  made.add({"é", "3", "x"});
  EXPECT_EQ(made.render(),
            "NAME      N  ERROR\n"
            "payroll  12\n"
            "é         3  x\n");
}

TEST(table, lines_are_cut_to_the_width) {
  table made({{"ERROR"}});
  made.add({"ééééé"});
  EXPECT_EQ(made.render(4), "ERR…\nééé…\n");
}

TEST(table, cells_never_reach_the_terminal_raw) {
  table made({{"A"}});
  made.add({"x\x1b]0;owned\x07\n"});
  EXPECT_EQ(made.render(), "A\nx\\u001b]0;owned\\u0007\\n\n");
}

TEST(progress, the_bar_fits_and_says_what_it_knows) {
  EXPECT_EQ(progress_text(0.5, 100, 2, 79),
            "[####################                    ]  50%  100 events  50/s");
  EXPECT_EQ(progress_text(-1, 100, 2, 79), "100 events  50/s");
  for (std::size_t width = 1; width < 80; ++width)
    EXPECT_LE(characters(progress_text(1, 123'456, 2, width)), width);
}

TEST(json_view, what_is_not_there_reads_as_nothing) {
  const auto view = json_view::parse(R"({"a": {"b": [1, "x\n"]}, "n": null, "f": 2.5})");
  ASSERT_TRUE(view.has_value());
  EXPECT_EQ((*view)["a"]["b"].items().size(), 2u);
  EXPECT_EQ((*view)["a"]["b"].items()[1].text(), "x\n");
  EXPECT_EQ((*view)["f"].number(), 2.5);
  EXPECT_TRUE((*view)["n"].null());
  EXPECT_TRUE((*view)["x"]["y"]["z"].null());
  EXPECT_EQ((*view)["x"].text(), "");
  EXPECT_TRUE((*view)["f"]["g"].items().empty());
  EXPECT_FALSE(json_view::parse("{").has_value());
}

TEST(times, an_age_is_counted_back_from_now) {
  EXPECT_EQ(moment("2h", 7'200'000), "1970-01-01T00:00:00.000Z");
  EXPECT_EQ(moment("2026-03-01T08:00:00Z", 0), "2026-03-01T08:00:00Z");
  EXPECT_FALSE(moment("yesterday", 0).has_value());
}

TEST(times, durations_are_short) {
  EXPECT_EQ(short_duration(0.35), "350ms");
  EXPECT_EQ(short_duration(119), "119s");
  EXPECT_EQ(short_duration(7000), "117m");
  EXPECT_EQ(short_duration(86'400), "24h");
  EXPECT_EQ(short_duration(864'000), "10d");
}

TEST(shell_quoted, is_one_word_whatever_it_holds) {
  EXPECT_EQ(shell_quoted("it's $HOME"), "'it'\\''s $HOME'");
  EXPECT_EQ(shell_quoted("a\x1b\n'"), "$'a\\x1b\\x0a\\''");
}

}  // namespace
}  // namespace airtrain::cli
