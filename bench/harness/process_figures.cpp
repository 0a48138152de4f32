#include "bench/harness/process_figures.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/stat.h>
#include <time.h>
#include <unistd.h>

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>

#include "bench/harness/histogram.hpp"

namespace airtrain::harness {
namespace {

std::uint64_t status_line(pid_t pid, std::string_view name) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/status");
  for (std::string line; std::getline(file, line);)
    if (line.starts_with(name)) return std::stoull(line.substr(name.size()));
  return 0;
}

}  // namespace

std::chrono::microseconds cpu_time(pid_t pid) {
  clockid_t clock{};
  timespec used{};
  // Finer than the 10 ms of /proc/PID/stat.
  if (clock_getcpuclockid(pid, &clock) != 0 || clock_gettime(clock, &used) != 0)
    return std::chrono::microseconds{0};
  return std::chrono::duration_cast<std::chrono::microseconds>(
      std::chrono::seconds{used.tv_sec} + std::chrono::nanoseconds{used.tv_nsec});
}

std::map<std::string, std::chrono::microseconds> cpu_by_thread(pid_t pid) {
  std::map<std::string, std::chrono::microseconds> all;
  std::error_code gone;
  for (std::filesystem::directory_iterator it(fmt::format("/proc/{}/task", pid), gone), end;
       !gone && it != end; it.increment(gone)) {
    std::string name;
    std::uint64_t ns = 0;
    std::getline(std::ifstream(it->path() / "comm"), name);
    std::ifstream(it->path() / "schedstat") >> ns;
    all[name] += std::chrono::microseconds{ns / 1000};
  }
  return all;
}

double kernel_share(pid_t pid) {
  std::ifstream file("/proc/" + std::to_string(pid) + "/stat");
  const std::string text((std::istreambuf_iterator<char>(file)), {});
  // Fields are counted from behind the command's name, which may hold anything.
  std::istringstream fields(text.substr(text.rfind(')') + 1));
  std::string skipped;
  for (int i = 0; i < 11; ++i) fields >> skipped;
  double user = 0;
  double kernel = 0;
  fields >> user >> kernel;
  return user + kernel == 0 ? 0 : kernel / (user + kernel);
}

std::uint64_t peak_memory(pid_t pid) {
  return status_line(pid, "VmHWM:") * 1024;
}

std::uint64_t resident_memory(pid_t pid) {
  return status_line(pid, "VmRSS:") * 1024;
}

std::uint64_t thread_count(pid_t pid) {
  return status_line(pid, "Threads:");
}

std::uint64_t descriptor_count(pid_t pid) {
  std::error_code gone;
  std::uint64_t count = 0;
  for (std::filesystem::directory_iterator it("/proc/" + std::to_string(pid) + "/fd", gone), end;
       !gone && it != end; it.increment(gone))
    ++count;
  return count;
}

std::vector<pid_t> children_of(pid_t pid) {
  std::vector<pid_t> all;
  std::ifstream children(fmt::format("/proc/{0}/task/{0}/children", pid));
  for (pid_t child; children >> child;) all.push_back(child);
  return all;
}

std::uint64_t folder_bytes(const std::filesystem::path& folder) {
  std::error_code gone;
  std::uint64_t bytes = 0;
  for (std::filesystem::recursive_directory_iterator it(folder, gone), end; !gone && it != end;
       it.increment(gone)) {
    struct stat file {};
    constexpr std::uint64_t block = 512;
    if (lstat(it->path().c_str(), &file) == 0)
      bytes += static_cast<std::uint64_t>(file.st_blocks) * block;
  }
  return bytes;
}

std::uint64_t fsync_p50_us(const std::filesystem::path& folder) {
  std::filesystem::create_directories(folder);
  const auto file = (folder / "fsync.probe").string();
  const int opened = open(file.c_str(), O_CREAT | O_WRONLY | O_TRUNC | O_CLOEXEC, 0600);
  if (opened < 0) throw std::runtime_error("cannot write " + file);
  const std::string block(4096, 'x');
  histogram times;
  for (int i = 0; i < 300; ++i) {
    const auto begun = monotonic_us();
    if (write(opened, block.data(), block.size()) != 4096 || fdatasync(opened) != 0)
      throw std::runtime_error("cannot sync " + file);
    times.add(monotonic_us() - begun);
  }
  close(opened);
  std::filesystem::remove(file);
  return times.quantile(0.5);
}

}  // namespace airtrain::harness
