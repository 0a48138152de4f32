#pragma once

#include <map>
#include <string>
#include <vector>

namespace airtrain::harness {

/// `--name value` pairs of a command line over a table of defaults, which is also the help text.
/// Ends the process with status 2 on a name that is not in the table.
class options {
 public:
  /// `switches` are names that take no value: "no" until given, then "yes". `rest` says what the
  /// words without dashes are; empty: there are none.
  options(int argc, char** argv, std::map<std::string, std::string> defaults,
          const std::vector<std::string>& switches = {}, const std::string& rest = {});
  const std::string& text(const std::string& name) const { return values_.at(name); }
  long number(const std::string& name) const { return std::stol(values_.at(name)); }
  bool on(const std::string& name) const { return values_.at(name) == "yes"; }
  const std::vector<std::string>& rest() const { return rest_; }

 private:
  std::map<std::string, std::string> values_;
  std::vector<std::string> rest_;
};

}  // namespace airtrain::harness
