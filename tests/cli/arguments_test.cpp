#include "cli/arguments.hpp"

namespace airtrain::cli {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

command sample() {
  return {"paint",
          "paints things",
          {{"WALL"}, {"MORE", false, true}},
          {{"--colour", "NAME", "which", "-c"}, {"--dry-run", "", "only look"}}};
}

result<arguments, std::string> parse(std::vector<std::string> words) {
  return parse_arguments(sample(), words);
}

TEST(arguments, options_and_positionals_may_be_mixed) {
  const auto given = parse({"a", "--colour", "red", "b", "--dry-run", "-"});
  ASSERT_TRUE(given.has_value());
  EXPECT_EQ(given->get("--colour"), "red");
  EXPECT_TRUE(given->has("--dry-run"));
  EXPECT_THAT(given->positionals(), ElementsAre("a", "b", "-"));
}

TEST(arguments, a_value_may_follow_an_equals_sign_or_a_short_name) {
  EXPECT_EQ(parse({"a", "--colour=a=b"})->get("--colour"), "a=b");
  EXPECT_EQ(parse({"-c", "blue", "a"})->get("--colour"), "blue");
  EXPECT_EQ(parse({"a", "--colour="})->get("--colour"), "");
}

TEST(arguments, two_dashes_end_the_options) {
  EXPECT_THAT(parse({"--", "--dry-run"})->positionals(), ElementsAre("--dry-run"));
}

TEST(arguments, a_value_that_looks_like_an_option_is_still_the_value) {
  EXPECT_EQ(parse({"a", "--colour", "--dry-run"})->get("--colour"), "--dry-run");
}

TEST(arguments, what_is_wrong_is_said) {
  EXPECT_THAT(parse({"a", "--color", "x"}).error(),
              HasSubstr("unknown option `--color`, did you mean `--colour`?"));
  EXPECT_THAT(parse({"a", "--colour"}).error(), HasSubstr("needs a value: NAME"));
  EXPECT_THAT(parse({"a", "--dry-run=yes"}).error(), HasSubstr("takes no value"));
  EXPECT_THAT(parse({"a", "-c", "x", "--colour", "y"}).error(), HasSubstr("given twice"));
  EXPECT_THAT(parse({}).error(), HasSubstr("WALL is missing"));
  EXPECT_THAT(parse({"a", "--b\x1b[31m"}).error(), Not(HasSubstr("\x1b")));
}

TEST(arguments, too_many_positionals_are_refused) {
  const command none{"x", "", {{"ONE"}}, {}};
  const std::vector<std::string> words{"a", "b"};
  EXPECT_FALSE(parse_arguments(none, words).has_value());
}

TEST(arguments, a_required_option_is_named) {
  const command needs{"x", "", {}, {{"--config", "FILE", "", "-c", true}}};
  EXPECT_THAT(parse_arguments(needs, {}).error(), HasSubstr("--config FILE is missing"));
}

std::vector<command> three() {
  return {{"status", "s", {}, {}}, {"events list", "l", {}, {}}, {"events show", "w", {}, {}}};
}

TEST(arguments, commands_have_one_word_or_two) {
  std::size_t words = 0;
  const auto commands = three();
  const std::vector<std::string> two{"events", "list", "x"};
  EXPECT_EQ(find_command(commands, two, words)->name, "events list");
  EXPECT_EQ(words, 2u);
  const std::vector<std::string> one{"status", "list"};
  EXPECT_EQ(find_command(commands, one, words)->name, "status");
  EXPECT_EQ(words, 1u);
  const std::vector<std::string> group{"events"};
  EXPECT_EQ(find_command(commands, group, words), nullptr);
}

TEST(arguments, a_misspelt_command_is_met_with_the_nearest) {
  const auto commands = three();
  const std::vector<std::string> first{"statsu"};
  EXPECT_THAT(unknown_command_text(commands, first), HasSubstr("did you mean `status`?"));
  const std::vector<std::string> second{"events", "lst"};
  EXPECT_THAT(unknown_command_text(commands, second), HasSubstr("did you mean `events list`?"));
}

TEST(arguments, the_first_word_alone_is_met_with_what_may_follow) {
  const std::vector<std::string> group{"events", "--json"};
  EXPECT_EQ(unknown_command_text(three(), group), "`events` is one of: events list, events show");
}

TEST(arguments, the_help_names_everything) {
  const std::string text = help_text(sample());
  for (const char* part : {"usage: airtrain paint WALL [MORE...] [options]", "paints things",
                           "-c, --colour NAME", "--dry-run", "--help"})
    EXPECT_THAT(text, HasSubstr(part));
}

}  // namespace
}  // namespace airtrain::cli
