#include "bench/harness/process.hpp"

#include <fcntl.h>
#include <poll.h>
#include <signal.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdio>
#include <stdexcept>
#include <system_error>
#include <utility>

extern char** environ;

namespace airtrain::harness {
namespace {

using clock = std::chrono::steady_clock;

int status_of(int raw) {
  return WIFEXITED(raw) ? WEXITSTATUS(raw) : 128 + WTERMSIG(raw);
}

int left_ms(clock::time_point deadline) {
  const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(deadline - clock::now());
  return left.count() < 0 ? 0 : static_cast<int>(left.count());
}

}  // namespace

process::process(const std::vector<std::string>& arguments, const std::string& stderr_file) {
  int ends[2];
  if (pipe2(ends, O_CLOEXEC) != 0) throw std::system_error(errno, std::generic_category(), "pipe2");
  posix_spawn_file_actions_t actions;
  posix_spawn_file_actions_init(&actions);
  posix_spawn_file_actions_adddup2(&actions, ends[1], STDOUT_FILENO);
  if (!stderr_file.empty())
    posix_spawn_file_actions_addopen(&actions, STDERR_FILENO, stderr_file.c_str(),
                                     O_WRONLY | O_CREAT | O_APPEND, 0644);
  std::vector<char*> argv;
  for (const auto& argument : arguments) argv.push_back(const_cast<char*>(argument.c_str()));
  argv.push_back(nullptr);
  const int failed = posix_spawn(&pid_, argv[0], &actions, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&actions);
  close(ends[1]);
  if (failed != 0) {
    close(ends[0]);
    throw std::system_error(failed, std::generic_category(), arguments[0]);
  }
  output_ = ends[0];
}

process::~process() {
  end();
}

process::process(process&& other) noexcept
    : pid_(std::exchange(other.pid_, -1)),
      output_(std::exchange(other.output_, -1)),
      buffered_(std::move(other.buffered_)),
      status_(other.status_) {}

process& process::operator=(process&& other) noexcept {
  if (this != &other) {
    end();
    pid_ = std::exchange(other.pid_, -1);
    output_ = std::exchange(other.output_, -1);
    buffered_ = std::move(other.buffered_);
    status_ = other.status_;
  }
  return *this;
}

void process::end() {
  if (pid_ > 0 && !status_) {
    kill(pid_, SIGKILL);
    int raw = 0;
    waitpid(pid_, &raw, 0);
    status_ = status_of(raw);
  }
  if (output_ >= 0) close(std::exchange(output_, -1));
}

std::optional<std::string> process::read_line(std::chrono::milliseconds patience) {
  const auto deadline = clock::now() + patience;
  for (;;) {
    if (const auto newline = buffered_.find('\n'); newline != std::string::npos) {
      auto line = buffered_.substr(0, newline);
      buffered_.erase(0, newline + 1);
      return line;
    }
    pollfd ready{output_, POLLIN, 0};
    if (poll(&ready, 1, left_ms(deadline)) <= 0) return std::nullopt;
    char bytes[4096];
    const auto got = read(output_, bytes, sizeof bytes);
    if (got <= 0) return std::nullopt;
    buffered_.append(bytes, static_cast<std::size_t>(got));
  }
}

std::string process::read_all() {
  char bytes[65536];
  for (ssize_t got; (got = read(output_, bytes, sizeof bytes)) > 0;)
    buffered_.append(bytes, static_cast<std::size_t>(got));
  return std::exchange(buffered_, {});
}

void process::send_signal(int number) const {
  if (!status_) kill(pid_, number);
}

std::optional<int> process::wait(std::chrono::milliseconds patience) {
  const auto deadline = clock::now() + patience;
  while (!status_) {
    int raw = 0;
    if (waitpid(pid_, &raw, WNOHANG) == pid_) {
      status_ = status_of(raw);
      break;
    }
    if (clock::now() >= deadline) return std::nullopt;
    poll(nullptr, 0, 2);
  }
  return status_;
}

bool process::running() {
  return !wait(std::chrono::milliseconds{0});
}

std::uint16_t wait_for_port(process& service, std::chrono::milliseconds patience,
                            std::string_view mark) {
  const auto deadline = clock::now() + patience;
  while (auto line = service.read_line(std::chrono::milliseconds{left_ms(deadline)})) {
    if (!line->starts_with(mark)) continue;
    return static_cast<std::uint16_t>(std::stoi(line->substr(line->rfind(':') + 1)));
  }
  throw std::runtime_error("the process did not say where it listens");
}

}  // namespace airtrain::harness
