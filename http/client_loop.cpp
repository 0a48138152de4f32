#include "http/client_loop.hpp"

#include "http/client_connection.hpp"

namespace airtrain::http {

void client_loop::send(const std::shared_ptr<client::target>& to, job_ptr job) {
  auto admitted = to->admit(index(), job);
  switch (admitted.step) {
    case client::target::next_step::reuse:
      admitted.idle->send(std::move(job));
      return;
    case client::target::next_step::open:
      open(to, std::move(job));
      return;
    case client::target::next_step::wait:
      if (admitted.wake_loop == client::target::no_loop) return;
      if (const auto other = siblings[admitted.wake_loop].lock())
        other->loop().post([other, to] { other->serve_waiting(to); });
  }
}

void client_loop::open(const std::shared_ptr<client::target>& to, job_ptr job) {
  std::make_shared<client_connection>(shared_from_this(), to)->open(std::move(job));
}

void client_loop::serve_waiting(const std::shared_ptr<client::target>& to) {
  if (stopped_) return;
  auto [idle, job] = to->match(index());
  if (idle) idle->send(std::move(job));
}

void client_loop::add(const std::shared_ptr<client_connection>& one) {
  one->position = connections_.size();
  connections_.push_back(one);
}

void client_loop::remove(client_connection& one) {
  auto& last = connections_.back();
  last->position = one.position;
  std::swap(connections_[one.position], last);
  connections_.pop_back();
}

void client_loop::sweep(clock::time_point now) {
  // Backwards, by index: what completes here may open and close further connections.
  for (auto i = connections_.size(); i-- > 0;) {
    if (i >= connections_.size()) continue;
    const auto one = connections_[i];
    one->sweep(now);
  }
}

void client_loop::stop() {
  stopped_ = true;
  while (!connections_.empty()) {
    const auto one = connections_.back();
    one->stop();
  }
}

}  // namespace airtrain::http
