#pragma once

#include <atomic>
#include <cstdint>
#include <string>
#include <thread>

namespace airtrain::test {

/// A producer as it should be: posts one event after the other over one connection, opened again
/// when it ends, on a thread of its own until the object goes.
class steady_producer {
 public:
  explicit steady_producer(std::uint16_t port);
  ~steady_producer();

  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t refused() const { return refused_; }     ///< another status than 202
  std::uint64_t reconnected() const { return broken_; }  ///< the connection ended
  std::uint64_t slowest_us() const { return slowest_us_; }

 private:
  void post_until_stopped(std::uint16_t port);

  std::atomic<bool> stopping_{false};
  std::atomic<std::uint64_t> accepted_{0};
  std::atomic<std::uint64_t> refused_{0};
  std::atomic<std::uint64_t> broken_{0};
  std::atomic<std::uint64_t> slowest_us_{0};
  std::thread thread_;
};

}  // namespace airtrain::test
