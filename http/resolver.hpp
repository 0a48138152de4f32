#pragma once

#include <boost/asio/ip/address.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "http/io_pool.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

using addresses = std::vector<boost::asio::ip::address>;
using lookup_result = result<addresses, std::string>;

/// The system's own resolution, which blocks. In the order to be tried.
lookup_result look_up(const std::string& host);

struct resolver_settings {
  /// Lookups at once; each has a thread. Threads are started as they are needed: a name server that
  /// hangs for some names must not hold up the others.
  std::size_t lookups_max = 32;
  std::chrono::milliseconds fresh{30'000};  ///< how long an answer is used without asking again
  std::chrono::milliseconds failure_kept{2'000};
  /// How long an answer is used while a newer one is asked for: a name server that is down must
  /// not stop deliveries to targets that are up.
  std::chrono::milliseconds stale{600'000};
  std::size_t names_max = 4096;  ///< kept, and waited for
};

/// Resolves names off the I/O threads: a lookup blocks, and one slow name would stop all sockets of
/// a loop. One lookup per name is under way at a time. From any thread.
class resolver {
 public:
  using lookup = std::function<lookup_result(const std::string&)>;
  using callback = std::function<void(const lookup_result&)>;

  explicit resolver(lookup ask = look_up, resolver_settings settings = {});
  /// Does not wait for lookups under way: they can take as long as the system's time-outs.
  ~resolver();
  resolver(const resolver&) = delete;

  /// `done` runs on `loop`, later; never once the loop has ended.
  void resolve(const std::string& host, io_loop& loop, callback done);
  /// Forgets who waits; their loops may end afterwards.
  void stop();

 private:
  struct state;
  static void start_thread(const std::shared_ptr<state>& shared);
  static void work(const std::shared_ptr<state>& shared);
  std::shared_ptr<state> state_;
};

}  // namespace airtrain::http
