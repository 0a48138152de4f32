#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <istream>
#include <iterator>
#include <set>
#include <sstream>
#include <string>
#include <vector>

#include "tests/fault/service.hpp"

namespace airtrain::test {

inline std::set<std::string> lines_of(std::istream& in) {
  std::set<std::string> lines;
  for (std::string line; std::getline(in, line);) lines.insert(line);
  return lines;
}

/// The ids that the load generator saw acknowledged.
inline std::set<std::string> acknowledged_in(const std::filesystem::path& ledger) {
  std::ifstream file(ledger);
  return lines_of(file);
}

/// The acknowledged ids that a target was not sent.
inline std::vector<std::string> missing_at(const stand_in& target,
                                           const std::set<std::string>& acknowledged) {
  std::istringstream ids(target.ids());
  const auto there = lines_of(ids);
  std::vector<std::string> absent;
  std::set_difference(acknowledged.begin(), acknowledged.end(), there.begin(), there.end(),
                      std::back_inserter(absent));
  return absent;
}

}  // namespace airtrain::test
