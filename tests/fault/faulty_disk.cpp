#include "tests/fault/faulty_disk.hpp"

#include <stdlib.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <stdexcept>

namespace airtrain::test {
namespace {

constexpr std::array<std::string_view, 7> kinds{"write",  "sync",     "rename",        "create",
                                                "unlink", "truncate", "make_directory"};

}  // namespace

faulty_disk::faulty_disk(service& over) : over_(over) {}

faulty_disk::~faulty_disk() {
  if (started_ && !over_.dies(std::chrono::seconds{0})) over_.kill_now();
}

bool faulty_disk::start() {
  started_ = true;
  std::filesystem::remove_all(folder_.path() / "links");
  std::filesystem::create_directory(folder_.path() / "links");
  std::filesystem::remove(folder_.path() / "counts");
  setenv("DISK_FOLDER", folder_.path().c_str(), 1);
  setenv("DISK_ROOT", over_.folder().c_str(), 1);
  bool listens = true;
  try {
    over_.start(FAULTY_DISK_LIBRARY);
  } catch (const std::runtime_error&) {
    listens = false;
  }
  unsetenv("DISK_FOLDER");
  unsetenv("DISK_ROOT");
  return listens;
}

void faulty_disk::plan(const std::string& lines) {
  const auto next = folder_.path() / "next";
  std::ofstream(next) << lines;
  std::filesystem::rename(next, folder_.path() / "plan");
}

void faulty_disk::power_returns() {
  const auto data = over_.folder() / "data";
  const auto left = folder_.path() / "left";
  if (!std::filesystem::exists(left)) throw std::runtime_error("the power was not cut");
  std::filesystem::remove_all(data);
  if (std::filesystem::exists(left / "data")) std::filesystem::rename(left / "data", data);
  std::filesystem::remove_all(left);
}

std::uint64_t faulty_disk::calls(const std::string& kind) const {
  std::array<std::uint64_t, kinds.size()> counts{};
  std::ifstream(folder_.path() / "counts", std::ios::binary)
      .read(reinterpret_cast<char*>(counts.data()), sizeof counts);
  const auto at = std::find(kinds.begin(), kinds.end(), kind);
  return counts.at(static_cast<std::size_t>(at - kinds.begin()));
}

}  // namespace airtrain::test
