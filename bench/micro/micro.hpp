#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <string>
#include <vector>

namespace airtrain::bench {

struct micro_case {
  std::string name;
  std::function<void(std::uint64_t times)> run;  ///< does it that often
  double calls = 1;  ///< what the time is divided by: things done in one of those times
  /// Time on the wall, where other threads or the disk do the work; else of this thread alone,
  /// which a busy machine leaves as it is.
  bool wall = false;
};

// One function for each file. `work`: an empty folder.
std::vector<micro_case> parser_cases();
std::vector<micro_case> mapping_cases();
std::vector<micro_case> core_cases();
std::vector<micro_case> store_cases(const std::filesystem::path& work);

/// Keeps the compiler from leaving out what made the value.
template <class T>
void keep(const T& value) {
  asm volatile("" : : "r"(&value) : "memory");
}

/// The body of a request of the size that all benches use: about 500 bytes.
std::string sample_body(std::uint64_t id);

}  // namespace airtrain::bench
