#include "cli/signals.hpp"

#include <sys/resource.h>
#include <unistd.h>

#include <ctime>
#include <utility>

namespace airtrain {

signal_queue::signal_queue() {
  sigemptyset(&signals_);
  for (int signal : {SIGTERM, SIGINT, SIGHUP}) sigaddset(&signals_, signal);
  pthread_sigmask(SIG_BLOCK, &signals_, nullptr);
  std::signal(SIGPIPE, SIG_IGN);
}

std::optional<int> signal_queue::wait(std::chrono::milliseconds timeout) {
  const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(timeout);
  const std::chrono::nanoseconds rest = timeout - seconds;
  const timespec until{.tv_sec = seconds.count(), .tv_nsec = rest.count()};
  const int signal = sigtimedwait(&signals_, nullptr, &until);
  if (signal < 0) return std::nullopt;
  return signal;
}

hard_stop::hard_stop(signal_queue& signals, std::function<void()> last_words)
    : thread_([&signals, last_words = std::move(last_words)](const std::stop_token& stopped) {
        constexpr std::chrono::milliseconds glance{50};
        while (!stopped.stop_requested()) {
          const auto signal = signals.wait(glance);
          if (!signal || !asks_to_stop(*signal)) continue;
          last_words();
          _exit(1);
        }
      }) {}

void raise_open_files_limit() {
  rlimit limit{};
  if (getrlimit(RLIMIT_NOFILE, &limit) != 0) return;
  limit.rlim_cur = limit.rlim_max;
  setrlimit(RLIMIT_NOFILE, &limit);  // a refusal leaves the old limit, which works too
}

}  // namespace airtrain
