// Keeps the house in order: what a reviewer would otherwise have to say again and again.

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace {

namespace fs = std::filesystem;

const fs::path root = AIRTRAIN_SOURCE_DIR;

/// The floors from the ground up; includes go only downward, and never sideways.
const std::map<std::string, int>
    floors{
        {"messages", 0}, {"core", 1},       {"config", 2},   {"store", 2},
        {"http", 2},     {"connectors", 3}, {"actors", 4},   {"api", 5},
        {"cli", 6},      {"embed", 6},      {"airtrain", 0},  // the library's public headers, in
                                                              // embed/include
    };

struct source {
  std::string path;  // relative to the root
  std::string text;
  std::string top() const { return path.substr(0, path.find('/')); }
};

std::vector<source> sources() {
  std::vector<source> found;
  for (const char* top : {"messages", "core", "config", "store", "http", "connectors", "actors",
                          "api", "cli", "embed", "bench", "tests", "examples"}) {
    if (!fs::exists(root / top)) continue;
    for (const auto& entry : fs::recursive_directory_iterator(root / top)) {
      const auto extension = entry.path().extension();
      if (extension != ".cpp" && extension != ".hpp") continue;
      std::ostringstream text;
      text << std::ifstream(entry.path()).rdbuf();
      found.push_back({fs::relative(entry.path(), root).string(), text.str()});
    }
  }
  return found;
}

std::vector<std::string> project_includes(const source& file) {
  static const std::regex include(R"re(#include "([^"]+)")re");
  std::vector<std::string> names;
  for (std::sregex_iterator it(file.text.begin(), file.text.end(), include), end; it != end; ++it)
    names.push_back((*it)[1]);
  return names;
}

TEST(house, includes_go_only_downward) {
  for (const auto& file : sources()) {
    const auto here = floors.find(file.top());
    if (here == floors.end()) continue;
    for (const auto& name : project_includes(file)) {
      const auto there = floors.find(name.substr(0, name.find('/')));
      ASSERT_NE(there, floors.end()) << file.path << " includes \"" << name << "\": name its floor";
      EXPECT_TRUE(there->first == here->first || there->second < here->second)
          << file.path << " includes \"" << name << "\", which is not below it";
    }
  }
}

TEST(house, caf_boost_and_rocksdb_stay_behind_their_doors) {
  struct door {
    std::string mark;
    std::vector<std::string> allowed;
  };
  const std::vector<door> doors{
      {"#include <caf/", {"actors/", "messages/protocol.", "tests/actors/"}},
      {"#include <boost/", {"http/", "tests/http/"}},
      {"#include <openssl/ssl", {"http/", "tests/http/", "bench/harness/tls_server."}},
      {"#include <rocksdb/", {"store/embedded/", "tests/store/"}},
  };
  for (const auto& file : sources())
    for (const auto& [mark, allowed] : doors) {
      if (file.path.starts_with("tests/tidy/") || file.text.find(mark) == std::string::npos)
        continue;
      EXPECT_TRUE(std::any_of(allowed.begin(), allowed.end(),
                              [&](const auto& prefix) { return file.path.starts_with(prefix); }))
          << file.path << " has " << mark;
    }
}

TEST(house, the_core_reads_no_clock_and_starts_no_thread) {
  for (const auto& file : sources()) {
    if (file.top() != "core" && file.top() != "messages") continue;
    for (const char* banned : {"steady_clock::now", "system_clock::now", "std::thread",
                               "std::mutex", "std::random_device", "getenv(", "fopen(", "ofstream"})
      EXPECT_EQ(file.text.find(banned), std::string::npos) << file.path << " has " << banned;
  }
}

TEST(house, nobody_uses_banned_calls) {
  static const std::regex banned(R"(\b(strcpy|strcat|sprintf|gets|atoi|strtok|usleep|popen)\s*\()");
  for (const auto& file : sources()) {
    if (file.path.starts_with("tests/tidy/")) continue;
    std::smatch match;
    EXPECT_FALSE(std::regex_search(file.text, match, banned))
        << file.path << " calls " << match.str();
    // A test waits for a condition, never for a time.
    if (file.top() == "tests") {
      EXPECT_EQ(file.text.find("sleep_for"), std::string::npos) << file.path;
    }
  }
}

TEST(house, no_file_outgrows_its_room) {
  for (const auto& file : sources())
    EXPECT_LE(std::count(file.text.begin(), file.text.end(), '\n'), 500) << file.path;
}

TEST(house, every_header_is_used) {
  const auto all = sources();
  std::set<std::string> included;
  for (const auto& file : all)
    for (const auto& name : project_includes(file))
      included.insert(name.starts_with("airtrain/") ? "embed/include/" + name : name);
  for (const auto& file : all) {
    if (file.path.ends_with(".hpp")) {
      EXPECT_TRUE(included.contains(file.path)) << file.path;
    }
  }
}

TEST(house, every_file_is_formatted) {
  std::string command = "cd '" + root.string() + "' && clang-format --dry-run -Werror";
  for (const auto& file : sources()) command += " '" + file.path + "'";
  EXPECT_EQ(std::system((command + " >&2").c_str()), 0) << "run clang-format -i on the files above";
}

}  // namespace
