#include "config/tree.hpp"

namespace airtrain::config {
namespace {

using ::testing::ElementsAre;
using kind = node::kind;

node tree_of(std::string_view text) {
  auto tree = parse_yaml(text);
  EXPECT_TRUE(tree.has_value()) << text << (tree ? "" : tree.error().front().message);
  return tree ? *tree : node{};
}

std::pair<kind, std::string> typed(const std::string& written) {
  const node root = tree_of("x: " + written + "\n");
  const node* value = root.find("x");
  return value ? std::pair(value->what, value->text) : std::pair(kind::null, std::string("none"));
}

std::vector<std::string> errors_of(std::string_view text) {
  std::vector<std::string> lines;
  if (const auto tree = parse_yaml(text); !tree)
    for (const auto& p : tree.error())
      lines.push_back(std::to_string(p.line) + ":" + std::to_string(p.column) + " " + p.message);
  return lines;
}

TEST(yaml_tree, words_of_older_yaml_are_texts) {
  for (const char* word :
       {"no", "yes", "on", "off", "y", "n", "No", "1_000", "12:30", "2026-01-02"})
    EXPECT_EQ(typed(word), std::pair(kind::text, std::string(word)));
}

TEST(yaml_tree, numbers_with_leading_zeros_are_texts) {
  for (const char* word : {"007", "0123456789", "-01", "00", "01.5"})
    EXPECT_EQ(typed(word), std::pair(kind::text, std::string(word)));
}

TEST(yaml_tree, core_types_are_recognised_and_written_as_json) {
  EXPECT_EQ(typed("~"), std::pair(kind::null, std::string("null")));
  EXPECT_EQ(typed(""), std::pair(kind::null, std::string("null")));
  EXPECT_EQ(typed("TRUE"), std::pair(kind::boolean, std::string("true")));
  EXPECT_EQ(typed("0"), std::pair(kind::integer, std::string("0")));
  EXPECT_EQ(typed("+12"), std::pair(kind::integer, std::string("12")));
  EXPECT_EQ(typed("-5"), std::pair(kind::integer, std::string("-5")));
  EXPECT_EQ(typed("0x1F"), std::pair(kind::integer, std::string("31")));
  EXPECT_EQ(typed("0o17"), std::pair(kind::integer, std::string("15")));
  EXPECT_EQ(typed("12.50"), std::pair(kind::decimal, std::string("12.50")));
  EXPECT_EQ(typed(".5"), std::pair(kind::decimal, std::string("0.5")));
  EXPECT_EQ(typed("5."), std::pair(kind::decimal, std::string("5.0")));
  EXPECT_EQ(typed("1e-3"), std::pair(kind::decimal, std::string("1e-3")));
  EXPECT_EQ(typed("123456789012345678901234567890"),
            std::pair(kind::integer, std::string("123456789012345678901234567890")));
}

TEST(yaml_tree, what_only_looks_like_a_number_is_a_text) {
  for (const char* word : {".", "+", "e5", "1e", "1e+", "0x", "0xZZ", "1.2.3", "--1", "5m"})
    EXPECT_EQ(typed(word), std::pair(kind::text, std::string(word)));
}

TEST(yaml_tree, quotes_and_the_str_tag_make_a_text) {
  EXPECT_EQ(typed("\"12\""), std::pair(kind::text, std::string("12")));
  EXPECT_EQ(typed("'true'"), std::pair(kind::text, std::string("true")));
  EXPECT_EQ(typed("!!str 12"), std::pair(kind::text, std::string("12")));
}

TEST(yaml_tree, numbers_that_json_lacks_are_refused) {
  EXPECT_THAT(errors_of("a: .inf\nb: -.NaN\nc: 0xFFFFFFFFFFFFFFFFFF\n"),
              ElementsAre(testing::StartsWith("1:4 `.inf`"), testing::StartsWith("2:4 `-.NaN`"),
                          testing::StartsWith("3:4 `0xFFF")));
}

TEST(yaml_tree, every_duplicate_key_is_named_where_it_stands) {
  EXPECT_THAT(errors_of("a: 1\nb:\n  c: 1\n  \"c\": 2\na: 3\n"),
              ElementsAre("4:3 `c` is given twice", "5:1 `a` is given twice"));
}

TEST(yaml_tree, aliases_and_anchors_are_refused) {
  EXPECT_THAT(errors_of("a: &x [1]\nb: *x\n"),
              ElementsAre(testing::StartsWith("1:4 anchors"), testing::StartsWith("2:4 aliases")));
}

TEST(yaml_tree, foreign_tags_are_refused) {
  EXPECT_THAT(errors_of("a: !!binary aGk=\n"), ElementsAre(testing::StartsWith("1:4 tags")));
}

TEST(yaml_tree, a_second_document_is_refused) {
  EXPECT_THAT(errors_of("a: 1\n---\nb: 2\n"), ElementsAre(testing::HasSubstr("second document")));
}

TEST(yaml_tree, depth_is_bounded) {
  EXPECT_THAT(errors_of(std::string(100'000, '[')),
              ElementsAre(testing::HasSubstr("more than 64 levels")));
}

TEST(yaml_tree, bytes_that_are_not_utf8_are_placed) {
  EXPECT_THAT(errors_of("a: 1\nb: \xff\n"), ElementsAre(testing::StartsWith("2:4 ")));
}

TEST(yaml_tree, an_empty_file_says_so) {
  EXPECT_THAT(errors_of("# nothing\n"), ElementsAre(testing::HasSubstr("the file is empty")));
}

TEST(yaml_tree, an_unquoted_expression_that_breaks_yaml_asks_for_quotes) {
  for (const char* text : {"a: { b: ${data.x} }\n", "a: [ ${data.x} ]\n",
                           "a: ${data.x == \"b: c\"}\n", "a: 1\nb: {\n  c: ${x},\n}\n"})
    EXPECT_THAT(errors_of(text), ElementsAre(testing::HasSubstr("quote this"))) << text;
  EXPECT_THAT(errors_of("a: { b: \"${data.x}\" ]\n"),
              ElementsAre(testing::Not(testing::HasSubstr("quote this"))));
}

TEST(yaml_tree, an_expression_lost_in_a_comment_asks_for_quotes) {
  EXPECT_THAT(errors_of("é: ü\nnote: shift #${data.id}\n"),
              ElementsAre(testing::StartsWith("2:12 what follows \" #\" is a comment")));
  EXPECT_THAT(errors_of("note: shift # ${data.id} comes later\n"), ElementsAre());
}

TEST(yaml_tree, places_are_those_of_the_first_character) {
  const node root = tree_of("a: 1\nb:\n  - \"x\"\n  - y\n");
  const node& list = *root.find("b");
  EXPECT_EQ(std::pair(list.key_line, list.key_column), std::pair(2, 1));
  EXPECT_EQ(std::pair(list.children[0].line, list.children[0].column), std::pair(3, 6));
  EXPECT_EQ(std::pair(list.children[1].line, list.children[1].column), std::pair(4, 5));
}

TEST(json_tree, a_json_text_reads_like_the_same_yaml) {
  const auto tree = parse_json("{\n\t\"a\": [1, 2.50, \"\\ud83d\\ude00\"],\n\t\"b\": null\n}");
  ASSERT_TRUE(tree.has_value());
  const node& list = *tree->find("a");
  EXPECT_EQ(list.children[0].what, kind::integer);
  EXPECT_EQ(list.children[1].text, "2.50");
  EXPECT_EQ(list.children[2].text, "\xF0\x9F\x98\x80");
  EXPECT_EQ(std::pair(tree->find("b")->key_line, tree->find("b")->key_column), std::pair(3, 2));
}

TEST(json_tree, errors_have_line_and_column) {
  const auto tree = parse_json("{\n  \"a\": tru\n}");
  ASSERT_FALSE(tree.has_value());
  EXPECT_EQ(tree.error().front().line, 2);
}

}  // namespace
}  // namespace airtrain::config
