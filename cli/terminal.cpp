#include "cli/terminal.hpp"

#include <sys/ioctl.h>
#include <unistd.h>

#include <cstdio>

#include "cli/arguments.hpp"
#include "config/printable.hpp"

namespace airtrain::cli {

int fail(std::string_view message) {
  std::fprintf(stderr, "airtrain: %s\n", printable_lines(message).c_str());
  return exit_failed;
}

void note(std::string_view message) {
  std::fprintf(stderr, "%s\n", printable_lines(message).c_str());
}

int fail_usage(std::string_view message) {
  fail(message);
  return exit_usage;
}

void print(std::string_view text) {
  std::fwrite(text.data(), 1, text.size(), stdout);
  std::fflush(stdout);
}

void print_json(std::string_view text) {
  print(printable_lines(text) + "\n");
}

bool output_is_terminal() {
  return isatty(STDOUT_FILENO) != 0;
}

bool errors_are_terminal() {
  return isatty(STDERR_FILENO) != 0;
}

std::size_t terminal_width() {
  winsize size{};
  for (const int fd : {STDOUT_FILENO, STDERR_FILENO})
    if (isatty(fd) != 0 && ioctl(fd, TIOCGWINSZ, &size) == 0 && size.ws_col > 0) return size.ws_col;
  return 0;
}

}  // namespace airtrain::cli
