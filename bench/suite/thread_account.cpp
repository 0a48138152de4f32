#include "bench/suite/thread_account.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>
#include <vector>

#include "bench/harness/process_figures.hpp"

namespace airtrain::bench {

void thread_account::begin() {
  before_ = harness::cpu_by_thread(pid_);
}

void thread_account::end(double count) {
  for (const auto& [name, us] : harness::cpu_by_thread(pid_))
    us_[name] += static_cast<double>((us - before_[name]).count());
  count_ += count;
}

std::string thread_account::words() const {
  constexpr double worth_a_word_us = 0.05;
  std::vector<std::pair<double, std::string>> ordered;
  for (const auto& [name, us] : us_) ordered.emplace_back(us / count_, name);
  std::ranges::sort(ordered, std::greater{});
  std::string each;
  for (const auto& [us, name] : ordered)
    if (us >= worth_a_word_us)
      each += fmt::format("{}{} {:.1f}", each.empty() ? "" : ", ", name, us);
  return fmt::format("CPU us by thread: {}; {:.0f} % of all in the kernel", each,
                     harness::kernel_share(pid_) * 100);
}

}  // namespace airtrain::bench
