#include "http/io_pool.hpp"

#include <algorithm>
#include <atomic>

#include "http/loop.hpp"
#include "messages/cores.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

constexpr std::uint32_t threads_default_max = 8;

std::uint32_t thread_count(std::uint32_t asked) {
  if (asked > 0) return asked;
  return std::clamp(usable_cores(), 1u, threads_default_max);
}

}  // namespace

struct io_pool::impl {
  std::vector<std::unique_ptr<io_loop>> loops;
  std::atomic<std::size_t> next{0};
};

io_pool::io_pool(std::uint32_t threads) : impl_(std::make_unique<impl>()) {
  const auto count = thread_count(threads);
  for (std::uint32_t i = 0; i < count; ++i) {
    impl_->loops.push_back(std::make_unique<io_loop>(std::make_shared<io_loop::impl>(i)));
  }
  for (auto& loop : impl_->loops) loop->inside().start(loop.get());
}

io_pool::~io_pool() {
  stop();
}

std::size_t io_pool::size() const {
  return impl_->loops.size();
}

io_loop& io_pool::at(std::size_t index) {
  return *impl_->loops.at(index);
}

io_loop& io_pool::near() {
  io_loop* const mine = calling_loop();
  const auto belongs_here = [mine](const auto& loop) { return loop.get() == mine; };
  if (mine != nullptr && std::ranges::any_of(impl_->loops, belongs_here)) return *mine;
  const auto turn = impl_->next.fetch_add(1, std::memory_order_relaxed);
  return *impl_->loops[turn % impl_->loops.size()];
}

std::size_t io_pool::index_of(io_loop& loop) {
  return loop.inside().index;
}

void io_pool::stop() {
  for (auto& loop : impl_->loops) {
    AIRTRAIN_INVARIANT(!loop->on_its_thread());
    loop->inside().stop();
  }
}

}  // namespace airtrain::http
