#pragma once

#include <deque>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "http/client.hpp"
#include "http/client_job.hpp"
#include "http/outbound_tls.hpp"

namespace airtrain::http {

class client_connection;

/// The connections to one origin over all loops, and who waits for one. A connection stays on its
/// loop: once the cap is reached it is requests that move, to the loop where one comes free.
/// From any thread; it holds its lock only to move pointers.
class client::target {
 public:
  target(target_settings settings, std::size_t loops, tls_context tls);

  enum class next_step : std::uint8_t { reuse, open, wait };
  struct admission {
    next_step step;
    std::shared_ptr<client_connection> idle;  ///< with `reuse`
    std::size_t wake_loop;                    ///< with `wait`: has an idle one, or `no_loop`
  };
  static constexpr std::size_t no_loop = static_cast<std::size_t>(-1);
  /// Finds a connection on `loop` for the job; takes the job when it has to wait.
  admission admit(std::size_t loop, job_ptr& job);

  /// The connection is free: the request that waited longest, or it is kept as idle.
  job_ptr next_or_idle(const std::shared_ptr<client_connection>& free, std::size_t loop);
  /// An idle connection of the loop and a request that waits, if there are both.
  std::pair<std::shared_ptr<client_connection>, job_ptr> match(std::size_t loop);
  /// The connection has ended: a request that may open another one in its place, or none.
  job_ptr next_or_give_up_slot();
  void forget_idle(const client_connection& ended, std::size_t loop);
  /// Those whose deadline has passed; all with `time_point::max()`.
  std::vector<job_ptr> take_waiting(clock::time_point until);

  const target_settings settings;
  const std::string host_line;  ///< "Host: name:port\r\n"
  const tls_context tls;        ///< null: plain
  tls_sessions sessions;

 private:
  job_ptr pop_waiting();

  std::mutex mutex_;  ///< guards all below
  std::uint32_t open_ = 0;
  std::vector<std::vector<std::shared_ptr<client_connection>>> idle_;  ///< by loop
  std::deque<job_ptr> waiting_;
};

}  // namespace airtrain::http
