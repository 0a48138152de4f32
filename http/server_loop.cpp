#include "http/server_loop.hpp"

#include "http/answer.hpp"
#include "http/session.hpp"

namespace airtrain::http {

bool server_shared::charge(std::size_t bytes) {
  const auto before = buffered_bytes.fetch_add(bytes, std::memory_order_relaxed);
  if (before + bytes <= settings.buffered_bytes_max) return true;
  release(bytes);
  return false;
}

server_loop::server_loop(io_loop& loop, std::shared_ptr<server_shared> all)
    : loop_(loop), all_(std::move(all)) {
  renew_date();
}

void server_loop::add(const std::shared_ptr<session>& one) {
  one->position = sessions_.size();
  sessions_.push_back(one);
  load_.store(sessions_.size(), std::memory_order_relaxed);
}

void server_loop::remove(session& one) {
  auto& last = sessions_.back();
  last->position = one.position;
  std::swap(sessions_[one.position], last);
  sessions_.pop_back();
  load_.store(sessions_.size(), std::memory_order_relaxed);
}

void server_loop::sweep(clock::time_point now) {
  renew_date();
  // Backwards: a session that closes is replaced by the last one, which was seen already.
  for (auto i = sessions_.size(); i-- > 0;) {
    const auto one = sessions_[i];
    one->sweep(now);
  }
}

void server_loop::drain() {
  for (auto i = sessions_.size(); i-- > 0;) {
    const auto one = sessions_[i];
    one->drain();
  }
}

void server_loop::close_all() {
  // Should the loop have ended, nobody else takes them: they would keep this alive, and it them.
  std::vector<std::shared_ptr<session>> unwritten;
  {
    const std::lock_guard lock(mutex_);
    closed_ = true;
    unwritten.swap(answered_);
  }
  while (!sessions_.empty()) {
    const auto one = sessions_.back();
    one->close();
  }
}

void server_loop::deliver_later(std::shared_ptr<session> one) {
  const std::lock_guard lock(mutex_);
  if (closed_) return;
  answered_.push_back(std::move(one));
  // Under the lock: after `closed_` the loop may be gone.
  if (answered_.size() == 1) loop_.post([self = shared_from_this()] { self->deliver(); });
}

void server_loop::deliver() {
  {
    const std::lock_guard lock(mutex_);
    delivering_.swap(answered_);
  }
  for (const auto& one : delivering_) one->deliver();
  delivering_.clear();
}

void server_loop::renew_date() {
  date_ = http_date(std::chrono::duration_cast<std::chrono::seconds>(
                        std::chrono::system_clock::now().time_since_epoch())
                        .count());
}

}  // namespace airtrain::http
