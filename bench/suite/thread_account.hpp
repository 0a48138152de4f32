#pragma once

#include <sys/types.h>

#include <chrono>
#include <map>
#include <string>

namespace airtrain::bench {

/// Which threads of a process the CPU time of an event goes to.
class thread_account {
 public:
  explicit thread_account(pid_t pid) : pid_(pid) {}
  void begin();
  /// Since `begin`; `count` things were done in it.
  void end(double count);
  /// "CPU us by thread: io 22.0, store write 7.1; 54 % of all in the kernel"
  std::string words() const;

 private:
  pid_t pid_;
  std::map<std::string, std::chrono::microseconds> before_;
  std::map<std::string, double> us_;
  double count_ = 0;
};

}  // namespace airtrain::bench
