#include "http/loop.hpp"

#include <boost/asio/post.hpp>
#include <future>
#include <iterator>
#include <utility>

#include "messages/invariant.hpp"
#include "messages/thread_name.hpp"

namespace airtrain::http {
namespace {

thread_local io_loop* current_loop = nullptr;

/// What a `posting_together` of this thread has gathered, by loop: there are few.
struct gathered_posts {
  std::shared_ptr<io_loop::impl> to;  ///< who posts may count on the loop only while it does
  std::vector<std::function<void()>> work;
};
thread_local std::vector<gathered_posts> gathered;
thread_local bool gathering = false;

std::vector<std::function<void()>>& gathered_for(io_loop::impl& loop) {
  for (auto& one : gathered)
    if (one.to.get() == &loop) return one.work;
  return gathered.emplace_back(gathered_posts{loop.shared_from_this(), {}}).work;
}

}  // namespace

void io_loop::impl::start(io_loop* owner) {
  arm_sweep();
  sockets.start();
  thread_ = std::thread([this, owner] { run(owner); });
}

void io_loop::impl::run(io_loop* owner) {
  current_loop = owner;
  name_this_thread("io");
  const auto work = asio::make_work_guard(context);
  context.run();
  current_loop = nullptr;
}

void io_loop::impl::stop() {
  std::vector<std::function<void()>> dropped;
  {
    const std::lock_guard lock(mutex_);
    stopped_ = true;
  }
  context.stop();
  if (thread_.joinable()) thread_.join();
  {
    const std::lock_guard lock(mutex_);
    dropped.swap(posted_);
  }
  running_.clear();
}

bool io_loop::impl::on_its_thread() const {
  return current_loop != nullptr && &current_loop->inside() == this;
}

void io_loop::impl::post(std::function<void()> work) {
  if (gathering) {
    gathered_for(*this).push_back(std::move(work));
    return;
  }
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_) return;
    was_empty = posted_.empty();
    posted_.push_back(std::move(work));
  }
  if (was_empty) asio::post(context, [this] { run_posted(); });
}

void io_loop::impl::post_all(std::vector<std::function<void()>>& work) {
  bool was_empty = false;
  {
    const std::lock_guard lock(mutex_);
    if (stopped_ || work.empty()) return;
    was_empty = posted_.empty();
    posted_.insert(posted_.end(), std::make_move_iterator(work.begin()),
                   std::make_move_iterator(work.end()));
  }
  if (was_empty) asio::post(context, [this] { run_posted(); });
}

void io_loop::impl::run_posted() {
  {
    const std::lock_guard lock(mutex_);
    running_.swap(posted_);
  }
  for (auto& work : running_) {
    work();
    work = nullptr;
  }
  running_.clear();
}

void io_loop::impl::watch(const std::weak_ptr<sweep_listener>& listener) {
  post([this, listener] { listeners_.push_back(listener); });
}

void io_loop::impl::arm_sweep() {
  sweep_timer_.expires_after(sweep_interval);
  sweep_timer_.async_wait([this](const boost::system::error_code& error) {
    if (!error) sweep();
  });
}

void io_loop::impl::sweep() {
  const auto now = clock::now();
  std::erase_if(listeners_, [now](const auto& weak) {
    const auto listener = weak.lock();
    if (listener) listener->sweep(now);
    return listener == nullptr;
  });
  arm_sweep();
}

io_loop::io_loop(std::shared_ptr<impl> i) : impl_(std::move(i)) {}
io_loop::~io_loop() = default;
void io_loop::post(std::function<void()> work) {
  impl_->post(std::move(work));
}
bool io_loop::on_its_thread() const {
  return impl_->on_its_thread();
}

posting_together::posting_together() : outermost_(!std::exchange(gathering, true)) {}

posting_together::~posting_together() {
  if (!outermost_) return;
  gathering = false;
  // What is dropped, because its loop has ended, is destroyed here: not under the loop's lock, and
  // not in `gathered`, which its destruction may fill anew.
  for (auto& [loop, work] : std::exchange(gathered, {})) loop->post_all(work);
}

io_loop* calling_loop() {
  return current_loop;
}

void run_on_all(io_pool& pool, const std::function<void(io_loop&)>& work) {
  AIRTRAIN_INVARIANT(!gathering);  // it would wait for what it holds back itself
  std::promise<void> finished;
  {
    // The last copy signals, whether its function was run or dropped.
    const std::shared_ptr<void> token(nullptr, [&finished](void*) { finished.set_value(); });
    for (std::size_t i = 0; i < pool.size(); ++i) {
      io_loop& loop = pool.at(i);
      AIRTRAIN_INVARIANT(!loop.on_its_thread());
      loop.post([token, &work, &loop] { work(loop); });
    }
  }
  finished.get_future().wait();
}

}  // namespace airtrain::http
