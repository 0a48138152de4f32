#pragma once

#include <boost/asio/buffer.hpp>
#include <boost/system/error_code.hpp>
#include <cstdint>
#include <span>
#include <utility>

#include "http/readiness.hpp"

namespace airtrain::http {

/// Told when its socket can be read or written again. It may close it then.
class ready_listener {
 public:
  virtual ~ready_listener() = default;
  virtual void on_readable() = 0;
  virtual void on_writable() = 0;
};

/// A descriptor that is closed with its owner.
class owned_descriptor {
 public:
  explicit owned_descriptor(int descriptor) : descriptor_(descriptor) {}
  owned_descriptor(owned_descriptor&& other) noexcept
      : descriptor_(std::exchange(other.descriptor_, -1)) {}
  owned_descriptor& operator=(owned_descriptor&&) = delete;
  ~owned_descriptor();
  int get() const { return descriptor_; }

 private:
  int descriptor_;
};

/// A connected, non-blocking stream socket that knows whether a read can bring anything, so that
/// none is tried in vain. On its loop's thread.
///
/// Its listener is told of every change, wanted or not: what it did not want then is still there in
/// `readable` when it asks.
class ready_socket {
 public:
  ready_socket(readiness& watcher, owned_descriptor socket, ready_listener& listener);
  ~ready_socket();
  ready_socket(const ready_socket&) = delete;

  /// False: the kernel has no room to watch it; it will never be told anything.
  bool is_watched() const { return token_ != 0; }
  int native_handle() const { return socket_.get(); }

  /// A read may bring bytes, an end or an error. When not, the listener is told once it may.
  bool readable() const { return readable_; }
  /// Has the listener told that it is readable, in a turn to come: once, however often it is asked.
  void tell_again() {
    if (!std::exchange(to_be_told_, true)) watcher_.tell_again(token_);
  }
  /// Whoever reads past this class, through `native_handle`, found nothing more.
  void drained() { readable_ = false; }

  /// Bytes read, or 0 with an error: `would_block`, `eof`, or what the kernel says.
  std::size_t read_some(boost::asio::mutable_buffer into, boost::system::error_code& error);
  /// Bytes written, or 0 with an error; after `would_block` the listener is told. At most 4 pieces.
  std::size_t write_some(std::span<const boost::asio::const_buffer> what,
                         boost::system::error_code& error);
  /// The peer sees the end; it may still send.
  void shutdown_send(boost::system::error_code& error);

  // For the watcher.
  void has_changed(std::uint32_t epoll_events);
  void is_readable() {
    to_be_told_ = false;
    listener_.on_readable();
  }

 private:
  readiness& watcher_;
  owned_descriptor socket_;
  ready_listener& listener_;
  readiness::token token_;
  bool readable_ = false;
  bool to_be_told_ = false;
  bool ending_ = false;  ///< the end has come, behind what is still to be read
};

}  // namespace airtrain::http
