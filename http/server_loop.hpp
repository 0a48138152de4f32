#pragma once

#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/host_check.hpp"
#include "http/inbound_tls.hpp"
#include "http/loop.hpp"
#include "http/server.hpp"

namespace airtrain::http {

class session;

/// What all loops of one server share. The counters are written by every loop.
struct server_shared {
  server_shared(server_settings s, handler h)
      : settings(std::move(s)), on_request(std::move(h)), hosts(settings.address, settings.hosts) {}

  void count(refusal_code why) {
    refused[static_cast<std::size_t>(why)].fetch_add(1, std::memory_order_relaxed);
  }
  void turn_away() { turned_away.fetch_add(1, std::memory_order_relaxed); }
  /// Takes `bytes` from what bodies may hold at once; false when it is used up.
  bool charge(std::size_t bytes);
  void release(std::size_t bytes) { buffered_bytes.fetch_sub(bytes, std::memory_order_relaxed); }

  const server_settings settings;
  const handler on_request;
  const host_check hosts;
  tls_context tls;  ///< null: plain HTTP; set before the first connection
  std::atomic<bool> draining{false};
  std::atomic<std::size_t> buffered_bytes{0};
  std::atomic<std::uint64_t> connections{0};
  std::atomic<std::uint64_t> accepted{0};
  std::array<std::atomic<std::uint64_t>, refusal_codes> refused{};
  std::atomic<std::uint64_t> turned_away{0};
  std::atomic<std::uint64_t> answers_given_up{0};
  std::atomic<std::uint64_t> handshakes_failed{0};
  std::atomic<std::uint64_t> accept_pauses{0};
};

/// The part of a server that lives on one loop: its sessions, and the answers that come from other
/// threads, which are gathered and written in one turn.
class server_loop final : public sweep_listener, public std::enable_shared_from_this<server_loop> {
 public:
  server_loop(io_loop& loop, std::shared_ptr<server_shared> all);

  // On the loop's thread.
  void add(const std::shared_ptr<session>& one);
  void remove(session& one);
  void sweep(clock::time_point now) override;
  void drain();
  void close_all();
  std::string_view date() const { return date_; }

  // From any thread.
  /// Has `one` write the answer it was given. Once everything was closed: nothing.
  void deliver_later(std::shared_ptr<session> one);
  std::size_t load() const { return load_.load(std::memory_order_relaxed); }
  io_loop& loop() { return loop_; }
  server_shared& all() { return *all_; }

 private:
  void deliver();
  void renew_date();

  io_loop& loop_;
  const std::shared_ptr<server_shared> all_;
  std::vector<std::shared_ptr<session>> sessions_;
  std::atomic<std::size_t> load_{0};
  std::string date_;
  std::mutex mutex_;  ///< guards answered_ and closed_
  std::vector<std::shared_ptr<session>> answered_;
  std::vector<std::shared_ptr<session>> delivering_;
  bool closed_ = false;
};

}  // namespace airtrain::http
