#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "messages/result.hpp"

namespace airtrain {

/// A file that is appended to and synced, and set aside when it is full: PATH becomes PATH.1,
/// PATH.1 becomes PATH.2, and so on; the oldest goes. "-" is stdout, which is neither synced nor
/// rotated. One thread at a time; calls wait for the disk.
class rotated_file {
 public:
  struct settings {
    std::string path;
    std::size_t rotate_bytes = 100u << 20;  ///< a file is set aside before it would pass this
    std::uint32_t rotate_keep = 5;          ///< files set aside that are kept
  };
  static result<std::unique_ptr<rotated_file>, std::string> open(settings how);
  ~rotated_file();
  rotated_file(const rotated_file&) = delete;

  /// Writes whole lines and syncs them. After an error the file is as it was before, as far as the
  /// disk allows it.
  result<void, std::string> append(std::string_view lines);

 private:
  explicit rotated_file(settings how) : settings_(std::move(how)) {}
  result<void, std::string> reopen();
  result<void, std::string> rotate();
  std::string error(std::string_view what) const;
  bool is_stdout() const { return settings_.path == "-"; }

  const settings settings_;
  int file_ = -1;
  std::size_t size_ = 0;
};

}  // namespace airtrain
