#pragma once

#include <map>
#include <string>

namespace airtrain::harness {

/// `--name value` pairs of a command line over a table of defaults, which is also the help text.
/// Ends the process with status 2 on a name that is not in the table.
class options {
 public:
  options(int argc, char** argv, std::map<std::string, std::string> defaults);
  const std::string& text(const std::string& name) const { return values_.at(name); }
  long number(const std::string& name) const { return std::stol(values_.at(name)); }

 private:
  std::map<std::string, std::string> values_;
};

}  // namespace airtrain::harness
