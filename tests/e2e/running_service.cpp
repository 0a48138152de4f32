#include "tests/e2e/running_service.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <poll.h>
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <charconv>
#include <chrono>
#include <fstream>
#include <sstream>
#include <stdexcept>

extern char** environ;

namespace airtrain::e2e {
namespace {

using clock = std::chrono::steady_clock;
constexpr std::chrono::seconds patience{30};
constexpr int glance_ms = 5;

std::filesystem::path numbered(const std::filesystem::path& folder, std::string_view name) {
  static int count = 0;
  return folder / (std::string{name} + std::to_string(++count));
}

}  // namespace

temporary_folder::temporary_folder() {
  auto pattern = (std::filesystem::temp_directory_path() / "airtrain-e2e-XXXXXX").string();
  if (!mkdtemp(pattern.data())) throw std::runtime_error{"no temporary folder"};
  path_ = pattern;
}

temporary_folder::~temporary_folder() {
  std::error_code ignored;  // a folder left behind fails no test
  std::filesystem::remove_all(path_, ignored);
}

std::filesystem::path write_file(const std::filesystem::path& file, std::string_view text) {
  std::ofstream{file, std::ios::binary} << text;
  return file;
}

std::string read_file(const std::filesystem::path& file) {
  std::ostringstream text;
  text << std::ifstream{file, std::ios::binary}.rdbuf();
  return text.str();
}

std::string config_with(std::string_view connectors) {
  return "data_dir: ./data\nhttp:\n  listen: 127.0.0.1:0\nconnectors:\n" + std::string{connectors};
}

process::process(const std::filesystem::path& folder, const std::vector<std::string>& arguments)
    : output_(numbered(folder, "stdout.")), errors_(numbered(folder, "stderr.")) {
  std::vector<char*> argv;
  std::string binary = AIRTRAIN_BINARY;
  argv.push_back(binary.data());
  auto copies = arguments;
  for (auto& one : copies) argv.push_back(one.data());
  argv.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawn_file_actions_init(&files);
  constexpr int flags = O_WRONLY | O_CREAT | O_TRUNC;
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", O_RDONLY, 0);
  posix_spawn_file_actions_addopen(&files, STDOUT_FILENO, output_.c_str(), flags, 0600);
  posix_spawn_file_actions_addopen(&files, STDERR_FILENO, errors_.c_str(), flags, 0600);
  const int failed = posix_spawn(&pid_, binary.c_str(), &files, nullptr, argv.data(), environ);
  posix_spawn_file_actions_destroy(&files);
  if (failed != 0) throw std::runtime_error{"cannot start " + binary};
}

process::~process() {
  if (!running()) return;
  signal(SIGKILL);
  reap(true);
}

void process::signal(int which) const {
  ::kill(pid_, which);
}

std::optional<int> process::reap(bool block) {
  int status = 0;
  if (!ended_ && ::waitpid(pid_, &status, block ? 0 : WNOHANG) == pid_)
    ended_ = WIFEXITED(status) ? WEXITSTATUS(status) : -WTERMSIG(status);
  return ended_;
}

bool process::running() {
  return !reap(false).has_value();
}

int process::wait() {
  for (const auto until = clock::now() + patience; running();) {
    if (clock::now() > until) {
      ADD_FAILURE() << "the process does not end; its log:\n" << errors();
      signal(SIGKILL);
      return *reap(true);
    }
    poll(nullptr, 0, glance_ms);
  }
  return *ended_;
}

running_service::running_service(const std::filesystem::path& folder)
    : process_(folder, {"serve", "-c", (folder / "airtrain.yaml").string()}) {
  for (const auto until = clock::now() + patience; port_ == 0;) {
    const auto said = process_.output();
    if (const auto colon = said.rfind(':'); said.ends_with('\n') && colon != std::string::npos)
      std::from_chars(said.data() + colon + 1, said.data() + said.size(), port_);
    if (port_ == 0 && (!process_.running() || clock::now() > until))
      throw std::runtime_error{"the service did not start; its log:\n" + process_.errors()};
    if (port_ == 0) poll(nullptr, 0, glance_ms);
  }
}

}  // namespace airtrain::e2e
