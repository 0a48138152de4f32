#include "cli/wait.hpp"

#include <thread>

namespace airtrain::cli {

void wait_for(std::chrono::milliseconds time) {
  std::this_thread::sleep_until(std::chrono::steady_clock::now() + time);
}

}  // namespace airtrain::cli
