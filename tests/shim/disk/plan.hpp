#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace airtrain::shim {

enum class call { write, sync, rename, create, unlink, truncate, make_directory };
constexpr std::size_t call_kinds = 7;

/// What is to go wrong, read from a file that the test replaces while the program runs. A line
/// each:
///
///   cut|die|eio|enospc FIRST COUNT KINDS [SEED]
///   free BYTES
///
/// From the FIRST call of these kinds on (0 is the next; KINDS is `any`, or names with commas), and
/// for COUNT of them: `cut` leaves what a power cut would and dies, `die` is SIGKILL before the
/// call, the others fail it. `free`: the file system says that so much is free. A file that is
/// replaced counts from the start.
class plan {
 public:
  explicit plan(std::string path) : path_(std::move(path)) {}

  enum class deed { proceed, cut, die, eio, enospc };
  struct order {
    deed what = deed::proceed;
    unsigned seed = 0;
  };
  order next(call kind);
  std::optional<std::uint64_t> free_bytes();

 private:
  struct line {
    order then;
    std::uint64_t first = 0;
    std::uint64_t count = 0;
    std::uint64_t seen = 0;
    unsigned kinds = 0;  ///< a bit each
  };
  void read_again();

  std::string path_;
  std::uint64_t version_ = 0;  ///< the file's number on its file system
  std::vector<line> lines_;
  std::optional<std::uint64_t> free_bytes_;
};

}  // namespace airtrain::shim
