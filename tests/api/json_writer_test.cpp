#include "api/json_writer.hpp"

#include <gtest/gtest.h>

#include <limits>
#include <nlohmann/json.hpp>

namespace airtrain::api {
namespace {

TEST(json_writer, puts_commas_where_they_belong) {
  json_writer out;
  out.begin_object()
      .member("a", 1)
      .key("b")
      .begin_array()
      .value(true)
      .null()
      .begin_object()
      .end_object()
      .value("x")
      .end_array()
      .member("c", 0.5)
      .end_object();
  EXPECT_EQ(out.text(), R"({"a":1,"b":[true,null,{},"x"],"c":0.5})");
}

TEST(json_writer, writes_valid_json_whatever_bytes_a_text_holds) {
  std::string every_byte;
  for (int byte = 0; byte < 256; ++byte) every_byte += static_cast<char>(byte);
  json_writer out;
  out.begin_object().member(every_byte, every_byte).end_object();
  EXPECT_TRUE(nlohmann::json::accept(out.text())) << out.text();
}

TEST(json_writer, keeps_the_digits_of_raw_numbers) {
  json_writer out;
  out.begin_object().key("n").raw("12.50000000000000000001").end_object();
  EXPECT_EQ(out.text(), R"({"n":12.50000000000000000001})");
}

TEST(json_writer, writes_the_whole_range_of_integers) {
  json_writer out;
  out.begin_array()
      .value(std::numeric_limits<std::int64_t>::min())
      .value(std::numeric_limits<std::uint64_t>::max())
      .end_array();
  EXPECT_EQ(out.text(), "[-9223372036854775808,18446744073709551615]");
}

TEST(json_writer, writes_what_json_has_no_number_for_as_null) {
  json_writer out;
  out.begin_array()
      .value(std::numeric_limits<double>::infinity())
      .value(std::numeric_limits<double>::quiet_NaN())
      .end_array();
  EXPECT_EQ(out.text(), "[null,null]");
}

}  // namespace
}  // namespace airtrain::api
