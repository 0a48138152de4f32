#pragma once

#include <memory>
#include <vector>

#include "http/client_job.hpp"
#include "http/client_target.hpp"
#include "http/resolver.hpp"

namespace airtrain::http {

class client_connection;

/// The part of a client that lives on one loop: its connections. On the loop's thread.
class client_loop final : public sweep_listener, public std::enable_shared_from_this<client_loop> {
 public:
  client_loop(io_loop& loop, resolver& names) : loop_(loop), names_(names) {}

  void send(const std::shared_ptr<client::target>& to, job_ptr job);
  /// Opens a connection, in a slot that the target has given, for this job.
  void open(const std::shared_ptr<client::target>& to, job_ptr job);
  /// Gives an idle connection of this loop to who waits for one.
  void serve_waiting(const std::shared_ptr<client::target>& to);

  void add(const std::shared_ptr<client_connection>& one);
  void remove(client_connection& one);
  void sweep(clock::time_point now) override;
  void stop();

  bool stopped() const { return stopped_; }
  std::size_t index() const { return loop_.inside().index; }
  io_loop& loop() { return loop_; }
  resolver& names() { return names_; }
  /// The other loops of the client, to wake them; itself included.
  std::vector<std::weak_ptr<client_loop>> siblings;

 private:
  io_loop& loop_;
  resolver& names_;
  std::vector<std::shared_ptr<client_connection>> connections_;
  bool stopped_ = false;
};

}  // namespace airtrain::http
