#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace airtrain::harness {

/// A child process with its standard output piped to us (standard error goes to a file or is
/// inherited). Killed (SIGKILL) and reaped when the object goes. One thread.
class process {
 public:
  /// Starts `arguments[0]`. `stderr_file` empty: inherited. Throws std::system_error.
  explicit process(const std::vector<std::string>& arguments, const std::string& stderr_file = {});
  ~process();
  process(process&& other) noexcept;
  process& operator=(process&& other) noexcept;

  pid_t pid() const { return pid_; }
  /// The next line of its output without the newline; unset at its end or after `patience`.
  std::optional<std::string> read_line(std::chrono::milliseconds patience);
  /// Everything it prints until it ends.
  std::string read_all();
  void send_signal(int number) const;
  /// Exit status (128 + signal where one ended it); unset when it still runs after `patience`.
  std::optional<int> wait(std::chrono::milliseconds patience);
  bool running();

 private:
  void end();
  pid_t pid_ = -1;
  int output_ = -1;
  std::string buffered_;
  std::optional<int> status_;
};

/// Reads lines until one starts with `mark` and returns the port at its end. Throws
/// std::runtime_error when the process ends or `patience` passes first.
std::uint16_t wait_for_port(process& service, std::chrono::milliseconds patience,
                            std::string_view mark = "listening on ");

}  // namespace airtrain::harness
