#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/basic_stream_descriptor.hpp>
#include <cstdint>
#include <vector>

namespace airtrain::http {

class ready_socket;

/// The sockets of one loop that are watched for as long as they are open: each is registered once,
/// edge-triggered, in a set of its own, which the reactor watches like one descriptor. The
/// reactor's own way arms every operation, which costs a system call each time: a read that comes
/// too early, or a change of the registration. On the loop's thread.
class readiness {
 public:
  explicit readiness(boost::asio::io_context& context);
  readiness(const readiness&) = delete;

  /// Before the loop runs.
  void start() { arm(); }

  /// Names a socket while it is watched; 0 names none.
  using token = std::uint64_t;
  /// 0 when the kernel has no room for another one.
  token add(int descriptor, ready_socket& socket);
  /// Nothing more is told; closing the descriptor takes it out of the kernel's set.
  void forget(token which);
  /// Tells it in a turn to come that it is readable.
  void tell_again(token which);
  bool is_watched(token which) const { return find(which) != nullptr; }

 private:
  struct slot {
    ready_socket* socket = nullptr;
    std::uint32_t generation = 1;
  };
  ready_socket* find(token which) const;
  void arm();
  void turn();
  void tell_waiting();

  boost::asio::io_context& context_;
  boost::asio::posix::basic_stream_descriptor<boost::asio::io_context::executor_type> set_;
  std::vector<slot> slots_;
  std::vector<std::uint32_t> free_;
  std::vector<token> again_;
  std::vector<token> telling_;
};

}  // namespace airtrain::http
