#pragma once

#include <sys/types.h>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <map>
#include <string>
#include <vector>

namespace airtrain::harness {

/// What the system says of a running process. 0 where there is none of that number any more.

/// User plus system time so far, with its threads.
std::chrono::microseconds cpu_time(pid_t pid);
/// The same by the names of its threads, those of one name together.
std::map<std::string, std::chrono::microseconds> cpu_by_thread(pid_t pid);
/// Of the CPU time so far, what was spent in the kernel: 0 to 1, by the clock's ticks.
double kernel_share(pid_t pid);
/// Peak resident set in bytes.
std::uint64_t peak_memory(pid_t pid);
/// Resident set now, in bytes.
std::uint64_t resident_memory(pid_t pid);
std::uint64_t thread_count(pid_t pid);
std::uint64_t descriptor_count(pid_t pid);
std::vector<pid_t> children_of(pid_t pid);

/// Bytes that the files below a folder take on the disk; files that go meanwhile count nothing.
std::uint64_t folder_bytes(const std::filesystem::path& folder);

/// The median time of an append of 4 KiB plus fdatasync in that folder, in microseconds. Throws
/// std::runtime_error.
std::uint64_t fsync_p50_us(const std::filesystem::path& folder);

}  // namespace airtrain::harness
