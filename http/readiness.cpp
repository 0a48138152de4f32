#include "http/readiness.hpp"

#include <sys/epoll.h>

#include <array>
#include <boost/asio/post.hpp>
#include <cerrno>
#include <system_error>

#include "http/ready_socket.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

namespace asio = boost::asio;

/// Told in one turn; what is more waits until others had theirs.
constexpr int told_per_turn = 128;

int make_set() {
  const int set = epoll_create1(EPOLL_CLOEXEC);
  if (set < 0) throw std::system_error(errno, std::generic_category(), "epoll_create1");
  return set;
}

}  // namespace

readiness::readiness(asio::io_context& context) : context_(context), set_(context, make_set()) {}

readiness::token readiness::add(int descriptor, ready_socket& socket) {
  if (free_.empty()) {
    free_.push_back(static_cast<std::uint32_t>(slots_.size()));
    slots_.emplace_back();
  }
  const auto index = free_.back();
  const token named = token{slots_[index].generation} << 32 | index;
  epoll_event wanted{};
  wanted.events = EPOLLIN | EPOLLOUT | EPOLLRDHUP | EPOLLET;
  wanted.data.u64 = named;
  if (epoll_ctl(set_.native_handle(), EPOLL_CTL_ADD, descriptor, &wanted) != 0) return 0;
  free_.pop_back();
  slots_[index].socket = &socket;
  return named;
}

void readiness::forget(token which) {
  AIRTRAIN_INVARIANT(find(which) != nullptr);
  const auto index = static_cast<std::uint32_t>(which);
  slots_[index].socket = nullptr;
  ++slots_[index].generation;
  free_.push_back(index);
}

ready_socket* readiness::find(token which) const {
  const auto& at = slots_[static_cast<std::uint32_t>(which)];
  return at.generation == which >> 32 ? at.socket : nullptr;
}

void readiness::tell_again(token which) {
  again_.push_back(which);
  if (again_.size() == 1) asio::post(context_, [this] { tell_waiting(); });
}

void readiness::tell_waiting() {
  telling_.swap(again_);
  for (const auto which : telling_)
    if (auto* socket = find(which)) socket->is_readable();
  telling_.clear();
}

void readiness::arm() {
  set_.async_wait(asio::posix::descriptor_base::wait_read,
                  [this](const boost::system::error_code& error) {
                    if (!error) turn();
                  });
}

void readiness::turn() {
  std::array<epoll_event, told_per_turn> events;
  const int count = epoll_wait(set_.native_handle(), events.data(), told_per_turn, 0);
  for (int i = 0; i < count; ++i) {
    const auto& event = events[static_cast<std::size_t>(i)];
    if (auto* socket = find(event.data.u64)) socket->has_changed(event.events);
  }
  arm();  // tells at once of what did not fit
}

}  // namespace airtrain::http
