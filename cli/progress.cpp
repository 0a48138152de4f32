#include "cli/progress.hpp"

#include <fmt/format.h>

#include <cstdio>

#include "cli/table.hpp"
#include "cli/terminal.hpp"

namespace airtrain::cli {

std::string progress_text(double share, std::uint64_t events, double seconds, std::size_t width) {
  const double rate = seconds > 0 ? static_cast<double>(events) / seconds : 0;
  const std::string figures = fmt::format("{} events  {:.0f}/s", events, rate);
  if (share < 0) return cut_to(figures, width);
  const std::string percent = fmt::format(" {:3.0f}%  {}", share * 100, figures);
  constexpr std::size_t bar_max = 40;
  constexpr std::size_t brackets = 2;
  if (width < percent.size() + brackets + 1) return cut_to(percent, width);
  const std::size_t cells = std::min(bar_max, width - percent.size() - brackets);
  const auto full = static_cast<std::size_t>(std::min(share, 1.0) * static_cast<double>(cells));
  return fmt::format("[{:#<{}}{:{}}]{}", "", full, "", cells - full, percent);
}

progress::progress(std::uint64_t bytes_total)
    : bytes_total_(bytes_total), enabled_(errors_are_terminal()) {}

progress::~progress() {
  clear();
}

void progress::show(std::uint64_t bytes, std::uint64_t events) {
  constexpr std::chrono::milliseconds between{100};
  const auto now = std::chrono::steady_clock::now();
  if (!enabled_ || now - last_ < between) return;
  last_ = now;
  drawn_ = true;
  const double share =
      bytes_total_ == 0 ? -1 : static_cast<double>(bytes) / static_cast<double>(bytes_total_);
  const double seconds = std::chrono::duration<double>(now - started_).count();
  const std::size_t width = std::max<std::size_t>(terminal_width(), 20) - 1;
  std::fprintf(stderr, "\r\x1b[K%s", progress_text(share, events, seconds, width).c_str());
}

void progress::clear() {
  if (drawn_) std::fprintf(stderr, "\r\x1b[K");
  drawn_ = false;
}

}  // namespace airtrain::cli
