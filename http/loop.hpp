#pragma once

#include <boost/asio/basic_waitable_timer.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <chrono>
#include <functional>
#include <memory>
#include <mutex>
#include <thread>
#include <vector>

#include "http/io_pool.hpp"
#include "http/readiness.hpp"

// The inside of an I/O loop, for the files of this folder. Concrete executor types everywhere:
// `any_io_executor` costs a virtual call and an allocation per operation.
namespace airtrain::http {

namespace asio = boost::asio;
using clock = std::chrono::steady_clock;
using loop_executor = asio::io_context::executor_type;
using tcp = asio::ip::tcp;
using tcp_socket = asio::basic_stream_socket<tcp, loop_executor>;
using tcp_acceptor = asio::basic_socket_acceptor<tcp, loop_executor>;
using loop_timer = asio::basic_waitable_timer<clock, asio::wait_traits<clock>, loop_executor>;

/// How often deadlines are looked at: no operation has a timer of its own, so a deadline may be
/// noticed this much late.
inline constexpr std::chrono::milliseconds sweep_interval{250};

/// Looks through its connections for passed deadlines. On the loop's thread.
class sweep_listener {
 public:
  virtual ~sweep_listener() = default;
  virtual void sweep(clock::time_point now) = 0;
};

struct io_loop::impl : std::enable_shared_from_this<io_loop::impl> {
  explicit impl(std::size_t position) : index(position) {}

  void start(io_loop* owner);
  void stop();
  void post(std::function<void()> work);
  /// Takes it all, in order.
  void post_all(std::vector<std::function<void()>>& work);
  bool on_its_thread() const;
  /// Sweeps `listener` for as long as it lives. From any thread.
  void watch(const std::weak_ptr<sweep_listener>& listener);

  const std::size_t index;  ///< within its pool
  asio::io_context context{1};
  readiness sockets{context};

 private:
  void run(io_loop* owner);
  void run_posted();
  void arm_sweep();
  void sweep();

  loop_timer sweep_timer_{context};
  std::vector<std::weak_ptr<sweep_listener>> listeners_;
  std::mutex mutex_;  ///< guards posted_ and stopped_
  std::vector<std::function<void()>> posted_;
  std::vector<std::function<void()>> running_;
  bool stopped_ = false;
  std::thread thread_;
};

/// The loop whose thread calls; null elsewhere.
io_loop* calling_loop();

/// Runs `work(loop)` on every loop and returns when all of it was run, or dropped because the pool
/// has stopped. Not from a loop, nor within a `posting_together`.
void run_on_all(io_pool& pool, const std::function<void(io_loop&)>& work);

}  // namespace airtrain::http
