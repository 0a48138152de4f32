#pragma once

#include <atomic>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <set>
#include <string>
#include <thread>
#include <vector>

#include "tests/hostile/peer.hpp"

namespace airtrain::test {

/// An external system on a free loopback port whose every connection does what a script says, on a
/// thread of its own. Heals when it is given another script.
class hostile_target {
 public:
  /// `number`: of the connection, from 0 since this script began.
  using script = std::function<void(peer&, int number)>;

  explicit hostile_target(script play);
  ~hostile_target();
  hostile_target(const hostile_target&) = delete;
  hostile_target& operator=(const hostile_target&) = delete;

  std::uint16_t port() const { return port_; }
  /// Ends the connections of before; new ones follow this script.
  void become(script play);
  /// Answers 200 to everything, over TLS when there is a context.
  void heal(SSL_CTX* context = nullptr);

  /// Reads a request and notes it down.
  std::optional<request_seen> take(peer& connection);
  std::vector<request_seen> requests() const;  ///< that were taken, in order
  std::set<std::string> accepted() const;      ///< the ids of what was answered 200 when healed
  int connections() const { return connections_; }  ///< ever
  int open_connections() const;                     ///< whose script still plays

 private:
  struct line {
    std::atomic<bool> ended{false};
    std::atomic<bool> over{false};
    std::thread thread;
  };
  void accept_all();
  void end_connections(std::unique_lock<std::mutex>& lock);

  int listener_;
  std::uint16_t port_ = 0;
  std::atomic<int> connections_{0};
  mutable std::mutex mutex_;  ///< guards all below
  bool stopping_ = false;
  int number_ = 0;
  std::shared_ptr<const script> play_;
  std::list<std::shared_ptr<line>> lines_;
  std::vector<request_seen> requests_;
  std::set<std::string> accepted_;
  std::thread acceptor_;
};

}  // namespace airtrain::test
