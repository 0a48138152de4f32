#include "http/server.hpp"

#include <algorithm>
#include <mutex>

#include "http/listener.hpp"
#include "http/server_loop.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {

struct server::impl {
  impl(io_pool& p, server_settings settings, handler on_request)
      : pool(p),
        shared(std::make_shared<server_shared>(std::move(settings), std::move(on_request))) {
    for (std::size_t i = 0; i < pool.size(); ++i)
      loops.push_back(std::make_shared<server_loop>(pool.at(i), shared));
    door = std::make_shared<listener>(pool.at(0), shared, loops);
  }

  io_pool& pool;
  std::shared_ptr<server_shared> shared;
  std::vector<std::shared_ptr<server_loop>> loops;
  std::shared_ptr<listener> door;
  std::atomic<bool> started{false};
  std::atomic<bool> stopped{false};
};

server::server(io_pool& pool, server_settings settings, handler on_request)
    : impl_(std::make_shared<impl>(pool, std::move(settings), std::move(on_request))) {}

server::~server() {
  stop();
}

result<void, std::string> server::start() {
  AIRTRAIN_INVARIANT(!impl_->started.exchange(true));
  if (const auto& tls = impl_->shared->settings.tls) {
    auto context = make_tls_server_context(*tls);
    if (!context) return failure(context.error());
    impl_->shared->tls = std::move(*context);
  }
  if (auto bound = impl_->door->bind(); !bound) return bound;
  for (std::size_t i = 0; i < impl_->loops.size(); ++i)
    impl_->pool.at(i).inside().watch(impl_->loops[i]);
  impl_->pool.at(0).post([door = impl_->door] { door->start(); });
  return {};
}

std::uint16_t server::port() const {
  return impl_->door->port();
}

void server::drain() {
  impl_->shared->draining.store(true);
  impl_->pool.at(0).post([door = impl_->door] { door->close(); });
  for (const auto& loop : impl_->loops) loop->loop().post([loop] { loop->drain(); });
}

void server::stop() {
  if (impl_->stopped.exchange(true)) return;
  impl_->shared->draining.store(true);
  // Twice: a connection that was just accepted may still be on its way to its loop.
  run_on_all(impl_->pool, [this](io_loop& loop) {
    if (loop.inside().index == 0) impl_->door->close();
  });
  run_on_all(impl_->pool,
             [this](io_loop& loop) { impl_->loops[loop.inside().index]->close_all(); });
  // What an ended pool has dropped is done here: its threads are gone.
  for (const auto& loop : impl_->loops) loop->close_all();
  impl_->door->close();
}

server_figures server::figures() const {
  const auto read = [](const std::atomic<std::uint64_t>& counter) {
    return counter.load(std::memory_order_relaxed);
  };
  const auto& from = *impl_->shared;
  server_figures now{.connections = read(from.connections),
                     .accepted = read(from.accepted),
                     .refused = {},
                     .turned_away = read(from.turned_away),
                     .answers_given_up = read(from.answers_given_up),
                     .handshakes_failed = read(from.handshakes_failed),
                     .accept_pauses = read(from.accept_pauses)};
  std::ranges::transform(from.refused, now.refused.begin(), read);
  return now;
}

}  // namespace airtrain::http
