#pragma once

#include <chrono>
#include <csignal>
#include <functional>
#include <optional>
#include <thread>

namespace airtrain {

/// The signals that steer a service: SIGTERM, SIGINT and SIGHUP. They are waited for, never
/// handled in the middle of something. Make it before any thread is started.
class signal_queue {
 public:
  /// Blocks the signals for this thread and all that it starts, and ignores SIGPIPE.
  signal_queue();
  /// The next signal; unset when `timeout` has passed.
  std::optional<int> wait(std::chrono::milliseconds timeout);

 private:
  sigset_t signals_;
};

constexpr bool asks_to_stop(int signal) {
  return signal == SIGTERM || signal == SIGINT;
}

/// While it lives, a signal that asks to stop ends the process at once, with exit code 1: for a
/// second one during a drain. Nothing is lost, the store recovers. `last_words` are said before, on
/// a thread of its own.
class hard_stop {
 public:
  hard_stop(signal_queue& signals, std::function<void()> last_words);

 private:
  std::jthread thread_;
};

/// Lets the process open as many files and sockets as the system allows.
void raise_open_files_limit();

}  // namespace airtrain
