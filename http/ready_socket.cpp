#include "http/ready_socket.hpp"

#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <array>
#include <boost/asio/error.hpp>
#include <cerrno>

#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

using boost::system::error_code;

error_code last_error() {
  if (errno == EAGAIN) return boost::asio::error::would_block;
  return {errno, boost::system::system_category()};
}

}  // namespace

owned_descriptor::~owned_descriptor() {
  if (descriptor_ >= 0) close(descriptor_);
}

ready_socket::ready_socket(readiness& watcher, owned_descriptor socket, ready_listener& listener)
    : watcher_(watcher),
      socket_(std::move(socket)),
      listener_(listener),
      token_(watcher.add(socket_.get(), *this)) {}

ready_socket::~ready_socket() {
  if (is_watched()) watcher_.forget(token_);
}

std::size_t ready_socket::read_some(boost::asio::mutable_buffer into, error_code& error) {
  ssize_t count = 0;
  do {
    count = recv(socket_.get(), into.data(), into.size(), 0);
  } while (count < 0 && errno == EINTR);
  if (count > 0) {
    error = {};
    const auto read = static_cast<std::size_t>(count);
    // Less than there was room for: it was all, and what comes after it is told.
    readable_ = ending_ || read == into.size();
    return read;
  }
  error = count == 0 ? error_code(boost::asio::error::eof) : last_error();
  if (error == boost::asio::error::would_block) readable_ = false;
  return 0;
}

std::size_t ready_socket::write_some(std::span<const boost::asio::const_buffer> what,
                                     error_code& error) {
  std::array<iovec, 4> pieces;
  AIRTRAIN_INVARIANT(what.size() <= pieces.size());
  for (std::size_t i = 0; i < what.size(); ++i)
    pieces[i] = {const_cast<void*>(what[i].data()), what[i].size()};
  msghdr message{};
  message.msg_iov = pieces.data();
  message.msg_iovlen = what.size();
  ssize_t count = 0;
  do {
    count = sendmsg(socket_.get(), &message, MSG_NOSIGNAL);
  } while (count < 0 && errno == EINTR);
  error = count < 0 ? last_error() : error_code{};
  return count < 0 ? 0 : static_cast<std::size_t>(count);
}

void ready_socket::shutdown_send(error_code& error) {
  error = shutdown(socket_.get(), SHUT_WR) == 0 ? error_code{} : last_error();
}

void ready_socket::has_changed(std::uint32_t epoll_events) {
  constexpr std::uint32_t end = EPOLLRDHUP | EPOLLHUP | EPOLLERR;
  const auto which = token_;
  auto& watcher = watcher_;
  if ((epoll_events & end) != 0) ending_ = true;
  if ((epoll_events & (EPOLLIN | end)) != 0) readable_ = true;
  if ((epoll_events & (EPOLLOUT | EPOLLHUP | EPOLLERR)) != 0) listener_.on_writable();
  // The listener may have closed this socket. Who is to be told anyway is not told twice in a turn:
  // else who floods would be read from more often with every packet.
  if (watcher.is_watched(which) && readable_ && !to_be_told_) listener_.on_readable();
}

}  // namespace airtrain::http
