#pragma once

#include <cstdint>
#include <deque>
#include <fstream>
#include <string>
#include <vector>

#include "bench/harness/histogram.hpp"
#include "bench/load/event_text.hpp"

namespace airtrain::bench {

struct load_plan {
  event_shape shape;
  std::size_t connections = 64;
  std::uint64_t batch = 1;
  std::uint64_t events_max = 0;  ///< 0: until the time is over
  std::uint64_t seconds = 10;
  std::uint64_t rate = 0;         ///< events a second; 0: as fast as it is answered
  bool retry = false;             ///< what is lost or refused is sent again with the same ids
  std::uint64_t reset_every = 0;  ///< resets the connection behind each so manieth request
  std::string ledger;             ///< a file that gets each acknowledged id
};

/// One epoll loop over all connections, one request at a time on each.
class generator {
 public:
  explicit generator(load_plan plan);
  ~generator();
  generator(const generator&) = delete;

  /// Until its events are acknowledged or the time is over.
  void run();
  /// One line of JSON.
  std::string report() const;
  /// Whether a connection was lost or an answer refused that was not asked for.
  bool clean() const { return errors_ == 0 || plan_.retry; }

 private:
  struct load {
    std::uint64_t first_id = 0;
    std::uint64_t due_us = 0;
  };
  struct connection {
    int socket = -1;
    std::string in;
    std::string out;
    bool busy = false;
    bool connecting = true;
    bool watched_for_write = true;
    load carries;
  };

  bool finished() const;
  void reopen_lost();
  void open(connection& each);
  void lost(connection& each);
  void reopen_later(connection& each);
  void put_back(const load& what);
  void serve(connection& each);
  void finish(const connection& each, int status);
  bool next(load& what);
  void send_due();
  void start(connection& each);
  void write_on(connection& each);
  void watch_for(connection& each, bool write);
  void keep_in_ledger(std::uint64_t first_id);
  std::uint64_t patience_us() const;

  const load_plan plan_;
  event_text text_;
  const int epoll_;
  const std::uint64_t started_;
  const std::uint64_t ends_;
  std::vector<connection> connections_;
  std::vector<connection*> idle_;
  std::vector<connection*> lost_;
  std::uint64_t reopen_at_ = 0;
  std::deque<load> again_;
  std::ofstream ledger_;
  harness::histogram acknowledgement_;
  std::uint64_t made_ = 0;
  std::uint64_t requests_ = 0;
  std::uint64_t acknowledged_ = 0;
  std::uint64_t given_up_ = 0;
  std::uint64_t refused_ = 0;
  std::uint64_t resets_ = 0;
  std::uint64_t errors_ = 0;
  std::uint64_t last_ = 0;
};

}  // namespace airtrain::bench
