#include "bench/load/generator.hpp"

#include <fmt/format.h>
#include <sys/epoll.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <system_error>
#include <utility>

#include "bench/harness/http_text.hpp"
#include "bench/harness/sockets.hpp"

namespace airtrain::bench {

using namespace harness;

namespace {

/// A service that restarts refuses connections: waits so long before it tries again.
constexpr std::uint64_t retry_us = 2'000;
/// With a schedule it wakes at most so often: each wake costs the machine, each wait is counted in
/// the latencies.
constexpr std::uint64_t tick_us = 100;

std::uint64_t own_cpu_us() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  const auto us = [](const timeval& t) {
    return static_cast<std::uint64_t>(t.tv_sec) * 1'000'000 + static_cast<std::uint64_t>(t.tv_usec);
  };
  return us(used.ru_utime) + us(used.ru_stime);
}

}  // namespace

generator::generator(load_plan plan)
    : plan_(std::move(plan)),
      text_(plan_.shape),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      started_(monotonic_us()),
      ends_(started_ + plan_.seconds * 1'000'000),
      connections_(plan_.connections) {
  if (!plan_.ledger.empty()) ledger_.open(plan_.ledger, std::ios::app);
}

generator::~generator() {
  for (const auto& each : connections_)
    if (each.socket >= 0) close(each.socket);
  close(epoll_);
}

void generator::run() {
  for (auto& each : connections_) open(each);
  std::array<epoll_event, 512> ready;
  while (!finished()) {
    send_due();
    const auto us = patience_us();
    const timespec patience{static_cast<time_t>(us / 1'000'000),
                            static_cast<long>(us % 1'000'000 * 1000)};
    const int n =
        epoll_pwait2(epoll_, ready.data(), static_cast<int>(ready.size()), &patience, nullptr);
    for (int i = 0; i < n; ++i)
      serve(*static_cast<connection*>(ready[static_cast<std::size_t>(i)].data.ptr));
    reopen_lost();
  }
}

bool generator::finished() const {
  if (monotonic_us() >= ends_) return true;
  return plan_.events_max > 0 && acknowledged_ + given_up_ >= plan_.events_max;
}

void generator::reopen_lost() {
  if (lost_.empty() || monotonic_us() < reopen_at_) return;
  for (auto* each : std::exchange(lost_, {})) open(*each);
}

void generator::open(connection& each) {
  each = {};
  try {
    each.socket = connect_to_loopback(plan_.shape.port);
  } catch (const std::system_error&) {
    ++errors_;
    return reopen_later(each);
  }
  epoll_event event{};
  event.events = EPOLLIN | EPOLLOUT;
  event.data.ptr = &each;
  epoll_ctl(epoll_, EPOLL_CTL_ADD, each.socket, &event);
}

void generator::lost(connection& each) {
  ++errors_;
  if (each.busy) put_back(each.carries);
  std::erase(idle_, &each);
  close(std::exchange(each.socket, -1));
  each.busy = false;
  reopen_later(each);
}

void generator::reopen_later(connection& each) {
  if (lost_.empty()) reopen_at_ = monotonic_us() + retry_us;
  lost_.push_back(&each);
}

void generator::put_back(const load& what) {
  if (plan_.retry)
    again_.push_back(what);
  else
    given_up_ += plan_.batch;
}

void generator::serve(connection& each) {
  if (each.socket < 0) return;
  if (each.connecting) {
    each.connecting = false;
    idle_.push_back(&each);
  }
  if (!read_some(each.socket, each.in)) return lost(each);
  write_on(each);
  if (each.socket < 0 || !each.busy) return;
  const auto whole = first_message(each.in);
  if (!whole) return;
  finish(each, status_of(whole->head));
  each.in.erase(0, whole->size());
  each.busy = false;
  idle_.push_back(&each);
  if (plan_.rate == 0) send_due();
}

void generator::finish(const connection& each, int status) {
  if (status != 202 && status != 200) {
    ++refused_;
    return put_back(each.carries);
  }
  last_ = monotonic_us();
  acknowledgement_.add(last_ - each.carries.due_us);
  acknowledged_ += plan_.batch;
  if (ledger_.is_open()) keep_in_ledger(each.carries.first_id);
}

void generator::keep_in_ledger(std::uint64_t first_id) {
  for (std::uint64_t i = 0; i < plan_.batch; ++i)
    ledger_ << plan_.shape.id_prefix << first_id + i << '\n';
  ledger_.flush();
}

bool generator::next(load& what) {
  if (!again_.empty()) {
    what = again_.front();
    again_.pop_front();
    return true;
  }
  if (plan_.events_max > 0 && made_ >= plan_.events_max) return false;
  const auto now = monotonic_us();
  what = {made_, now};
  if (plan_.rate > 0) {
    what.due_us = started_ + made_ * 1'000'000 / plan_.rate;
    if (what.due_us > now) return false;
  }
  made_ += plan_.batch;
  return true;
}

void generator::send_due() {
  for (load what; !idle_.empty() && next(what);) {
    auto* each = idle_.back();
    idle_.pop_back();
    each->carries = what;
    start(*each);
  }
}

void generator::start(connection& each) {
  each.busy = true;
  text_.write_request(each.out, each.carries.first_id, plan_.batch, each.carries.due_us);
  write_on(each);
  ++requests_;
  if (plan_.reset_every == 0 || requests_ % plan_.reset_every != 0 || each.socket < 0) return;
  ++resets_;
  reset_on_close(each.socket);
  lost(each);
  --errors_;
}

void generator::write_on(connection& each) {
  if (!write_some(each.socket, each.out)) return lost(each);
  watch_for(each, !each.out.empty());
}

void generator::watch_for(connection& each, bool write) {
  if (write == std::exchange(each.watched_for_write, write)) return;
  epoll_event event{};
  event.events = write ? EPOLLIN | EPOLLOUT : EPOLLIN;
  event.data.ptr = &each;
  epoll_ctl(epoll_, EPOLL_CTL_MOD, each.socket, &event);
}

std::uint64_t generator::patience_us() const {
  if (!lost_.empty()) return retry_us;
  if (plan_.rate == 0 || idle_.empty()) return 100'000;
  const auto due = started_ + made_ * 1'000'000 / plan_.rate;
  const auto now = monotonic_us();
  return due <= now ? tick_us : std::clamp<std::uint64_t>(due - now, tick_us, 100'000);
}

std::string generator::report() const {
  const auto elapsed =
      static_cast<double>((last_ > started_ ? last_ : monotonic_us()) - started_) / 1e6;
  const auto acknowledged = static_cast<double>(acknowledged_);
  return fmt::format(
      R"({{"acknowledged":{},"seconds":{:.3f},"per_second":{:.0f},"refused":{},"resets":{},"connection_errors":{},"cpu_us":{},"acknowledge_us":{}}})"
      "\n",
      acknowledged_, elapsed, acknowledged / elapsed, refused_, resets_, errors_, own_cpu_us(),
      acknowledgement_.json());
}

}  // namespace airtrain::bench
