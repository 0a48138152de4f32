#include "tests/shim/disk/plan.hpp"

#include <array>
#include <cstdlib>
#include <sstream>
#include <string_view>

#include "tests/shim/disk/raw.hpp"

namespace airtrain::shim {
namespace {

constexpr std::array<std::string_view, call_kinds> names{
    "write", "sync", "rename", "create", "unlink", "truncate", "make_directory"};

unsigned kinds_from(const std::string& text) {
  if (text == "any") return ~0u;
  unsigned out = 0;
  std::istringstream in(text);
  for (std::string name; std::getline(in, name, ',');)
    for (std::size_t i = 0; i < names.size(); ++i)
      if (names[i] == name) out |= 1u << i;
  if (out == 0) std::abort();  // a test that orders nothing would prove nothing
  return out;
}

plan::deed deed_from(const std::string& text) {
  if (text == "cut") return plan::deed::cut;
  if (text == "die") return plan::deed::die;
  if (text == "eio") return plan::deed::eio;
  if (text == "enospc") return plan::deed::enospc;
  std::abort();
}

}  // namespace

void plan::read_again() {
  struct stat found {};
  const auto version =
      ::stat(path_.c_str(), &found) == 0 ? static_cast<std::uint64_t>(found.st_ino) : 0;
  if (version == version_) return;
  version_ = version;
  lines_.clear();
  free_bytes_.reset();
  if (version == 0) return;
  std::istringstream in(raw::file{path_, O_RDONLY}.read(0, 4096));
  for (std::string text; std::getline(in, text);) {
    std::istringstream words(text);
    std::string what, kinds;
    words >> what;
    if (what == "free") {
      words >> free_bytes_.emplace();
      continue;
    }
    line made;
    words >> made.first >> made.count >> kinds >> made.then.seed;
    made.then.what = deed_from(what);
    made.kinds = kinds_from(kinds);
    lines_.push_back(made);
  }
}

plan::order plan::next(call kind) {
  read_again();
  order out;
  for (auto& one : lines_) {
    if ((one.kinds & 1u << static_cast<unsigned>(kind)) == 0) continue;
    const auto at = one.seen++;
    if (at >= one.first && at - one.first < one.count) out = one.then;
  }
  return out;
}

std::optional<std::uint64_t> plan::free_bytes() {
  read_again();
  return free_bytes_;
}

}  // namespace airtrain::shim
