#include "bench/harness/peer_loop.hpp"

#include <sys/epoll.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <utility>

#include "bench/harness/sockets.hpp"

namespace airtrain::harness {

peer_loop::peer_loop(handler on_bytes)
    : on_bytes_(std::move(on_bytes)), epoll_(epoll_create1(EPOLL_CLOEXEC)) {}

std::uint16_t peer_loop::open(door what) {
  listeners_.push_back({std::move(what), -1});
  listen(listeners_.back());
  return listeners_.back().what.port;
}

void peer_loop::watch(int socket, std::uint32_t what, int how) const {
  epoll_event event{};
  event.events = what;
  event.data.fd = socket;
  epoll_ctl(epoll_, how, socket, &event);
}

void peer_loop::listen(listener& at) {
  at.socket = listen_on_loopback(at.what.port);
  at.what.port = port_of(at.socket);
  watch(at.socket, EPOLLIN, EPOLL_CTL_ADD);
}

void peer_loop::turn(int patience_ms) {
  std::array<epoll_event, 512> ready;
  const int n = epoll_wait(epoll_, ready.data(), static_cast<int>(ready.size()), patience_ms);
  for (int i = 0; i < n; ++i) {
    const int socket = ready[static_cast<std::size_t>(i)].data.fd;
    const auto opened = std::ranges::find(listeners_, socket, &listener::socket);
    if (opened != listeners_.end())
      accept_all(*opened);
    else if (auto* from = peers_[static_cast<std::size_t>(socket)].get())
      serve(*from);
  }
}

peer* peer_loop::find(int socket, std::uint64_t number) const {
  const auto at = static_cast<std::size_t>(socket);
  if (at >= peers_.size() || !peers_[at] || peers_[at]->number != number) return nullptr;
  return peers_[at].get();
}

void peer_loop::accept_all(const listener& at) {
  for (int socket; (socket = accept_from(at.socket)) >= 0;) {
    auto made = std::make_unique<peer>();
    made->socket = socket;
    made->number = ++accepted_;
    made->stays = at.what.stays;
    if (at.what.identity) made->tls = std::make_unique<tls_session>(*at.what.identity, socket);
    const auto place = static_cast<std::size_t>(socket);
    if (peers_.size() <= place) peers_.resize(place + 1);
    peers_[place] = std::move(made);
    watch(socket, EPOLLIN, EPOLL_CTL_ADD);
  }
}

bool peer_loop::receive(peer& from) const {
  return from.tls ? from.tls->read_all(from.in) : read_some(from.socket, from.in);
}

bool peer_loop::put(peer& to) const {
  return to.tls ? to.tls->write_some(to.out) : write_some(to.socket, to.out);
}

void peer_loop::serve(peer& from) {
  const auto had = from.in.size();
  if (!receive(from)) return drop(from);
  if (from.in.size() > had) on_bytes_(from);
  flush(from);
}

void peer_loop::flush(peer& to) {
  if (to.out.size() < to.endless.size()) to.out += to.endless;
  if (!put(to) || to.over) return drop(to);
  // One that takes all at once, as nearly all do, costs no change of what is watched.
  const bool wants = !to.out.empty() || !to.endless.empty();
  if (wants != std::exchange(to.wants_write, wants))
    watch(to.socket, wants ? EPOLLIN | EPOLLOUT : EPOLLIN, EPOLL_CTL_MOD);
}

void peer_loop::drop(peer& gone) {
  close(gone.socket);
  peers_[static_cast<std::size_t>(gone.socket)].reset();
}

void peer_loop::go_down() {
  for (auto& each : listeners_)
    if (!each.what.stays && each.socket >= 0) close(std::exchange(each.socket, -1));
  for (auto& each : peers_) {
    if (!each || each->stays) continue;
    // Reset, not closed in order: what was under way ends at once, and the port is free again.
    reset_on_close(each->socket);
    drop(*each);
  }
}

void peer_loop::come_back() {
  for (auto& each : listeners_)
    if (each.socket < 0) listen(each);
}

}  // namespace airtrain::harness
