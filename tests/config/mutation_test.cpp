#include <random>

#include "tests/config/config_text.hpp"

namespace airtrain {
namespace {

/// Loads texts near a good one. What matters is that each ends in settings or in problems that have
/// a place and are safe to print; the sanitizers watch the rest.
void load_mutations(std::string_view good, const std::filesystem::path& file, unsigned seed) {
  constexpr std::string_view pieces[] = {"${",   "}",   "{",   "[",   "]",        ": ",  "\n",
                                         "\t",   "\"",  "'",   "#",   "- ",       "&a ", "*a ",
                                         "!!x ", "\\u", "|\n", ">\n", "\xC3\x28", "0x",  "---\n"};
  std::minstd_rand random(seed);
  for (int round = 0; round < 300; ++round) {
    std::string text(good);
    for (unsigned change = random() % 4 + 1; change > 0; --change) {
      const std::size_t at = random() % text.size();
      if (random() % 3 == 0)
        text.erase(at, random() % 20);
      else
        text.insert(at, pieces[random() % std::size(pieces)]);
    }
    const auto read = parse_settings(text, file, test_secrets());
    if (read) continue;
    ASSERT_FALSE(read.error().empty());
    for (const config_problem& problem : read.error()) {
      EXPECT_GT(problem.line, 0) << text;
      EXPECT_GT(problem.column, 0) << text;
      EXPECT_EQ(to_string(file, problem).find('\n'), std::string::npos) << text;
    }
  }
}

TEST(mutations, of_yaml_end_in_settings_or_problems) {
  const std::string good =
      http_connector(
          "    when: data.a == \"b\"\n    answers: [ { status: [5xx], is: retry } ]\n"
          "    auth: { bearer: \"${env:TOKEN}\" }\n    retry: { max: 1m }\n") +
      "http: { listen: \"127.0.0.1:1\", max_body: 1MiB }\nunrouted: reject\n";
  ASSERT_TRUE(problems_of(good).empty());
  load_mutations(good, "c.yaml", 20261125);
  load_mutations(starter_config(), "c.yaml", 7);
}

TEST(mutations, of_json_end_in_settings_or_problems) {
  load_mutations(R"({"connectors": {"a": {"type": "file", "events": ["x"], "path": "j"}},
  "retention": {"delivered": "7d"}, "reserve": "5%"})",
                 "c.json", 3);
}

}  // namespace
}  // namespace airtrain
