#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "bench/harness/tls_server.hpp"

namespace airtrain::harness {

/// One accepted connection.
struct peer {
  int socket = -1;
  std::uint64_t number = 0;  ///< never given twice, as sockets are
  std::string in;            ///< the handler takes whole messages from its front
  std::string out;           ///< what the handler answers
  std::string endless;       ///< not empty: written again and again behind `out`
  bool over = false;         ///< the handler is done with it: closed after the handler returns
  bool wants_write = false;
  bool stays = false;  ///< came by a door that stays open when the rest goes down
  std::unique_ptr<tls_session> tls;
};

/// The epoll loop of every stand-in: accepts on a loopback port, hands what peers send to one
/// handler, writes what it answers. One thread; made to cost little beside what is measured: a
/// message is one read and one write.
class peer_loop {
 public:
  using handler = std::function<void(peer&)>;

  explicit peer_loop(handler on_bytes);

  struct door {
    std::uint16_t port = 0;  ///< 0: any free one
    std::optional<tls_identity> identity{};
    bool stays = false;  ///< also when the rest goes down
  };
  /// Listens; returns the port. Throws std::system_error.
  std::uint16_t open(door what);

  /// Waits at most so long (-1: for ever) and serves what is ready.
  void turn(int patience_ms);
  /// A peer that may have gone: null then.
  peer* find(int socket, std::uint64_t number) const;
  void flush(peer& to);

  /// Refuses connections and ends those there are, as a system that is down.
  void go_down();
  void come_back();

 private:
  struct listener {
    door what;
    int socket = -1;
  };
  void watch(int socket, std::uint32_t what, int how) const;
  void listen(listener& at);
  void accept_all(const listener& at);
  void serve(peer& from);
  bool receive(peer& from) const;
  bool put(peer& to) const;
  void drop(peer& gone);

  const handler on_bytes_;
  const int epoll_;
  std::vector<listener> listeners_;
  std::uint64_t accepted_ = 0;
  std::vector<std::unique_ptr<peer>> peers_;  ///< by socket
};

}  // namespace airtrain::harness
