#include "config/sections.hpp"
#include "config/tree.hpp"

namespace airtrain::config {
namespace {

template <class Check>
void each(const std::vector<option_info>& infos, const std::string& path, Check check) {
  for (const option_info& info : infos) {
    check(info, path + info.key);
    each(info.inside, path + info.key + ".", check);
  }
}

template <class Check>
void each_option(Check check) {
  each(describe(top_options()), "", check);
  each(describe(connector_options()), "connectors.*.", check);
}

TEST(declarations, every_option_is_documented_and_typed) {
  each_option([](const option_info& info, const std::string& path) {
    EXPECT_FALSE(info.doc.empty()) << path;
    EXPECT_EQ(info.type.empty(), info.later) << path;
  });
}

TEST(declarations, no_option_is_declared_twice) {
  std::vector<std::string> paths;
  each_option([&](const option_info&, const std::string& path) { paths.push_back(path); });
  std::sort(paths.begin(), paths.end());
  EXPECT_EQ(std::adjacent_find(paths.begin(), paths.end()), paths.end());
}

/// A default outside its own limits could not be written down.
TEST(declarations, every_default_is_accepted_as_written) {
  const secret_sources secrets = process_secrets();
  const auto accept = [&](const auto& declared, auto into) {
    for (const auto& o : declared) {
      if (o.info.fallback.empty()) continue;
      const look_at_file nothing;
      reader r("", secrets, nothing);
      node value;
      value.plain = true;
      ASSERT_TRUE(resolve_plain(o.info.fallback, value)) << o.info.key;
      o.read(r, value, into);
      EXPECT_TRUE(r.take_problems().empty()) << o.info.key << ": " << o.info.fallback;
    }
  };
  accept(top_options(), settings{});
  accept(http_options(), http_settings{});
  accept(connector_options(), connector_draft{});
}

}  // namespace
}  // namespace airtrain::config
