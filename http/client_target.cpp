#include "http/client_target.hpp"

#include <fmt/format.h>

#include "http/client_connection.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

std::string make_host_line(const origin& where) {
  const bool is_v6 = where.host.find(':') != std::string::npos;
  const std::string name = is_v6 ? fmt::format("[{}]", where.host) : where.host;
  const bool usual_port = where.port == (where.tls ? 443 : 80);
  return usual_port ? fmt::format("Host: {}\r\n", name)
                    : fmt::format("Host: {}:{}\r\n", name, where.port);
}

}  // namespace

client::target::target(target_settings s, std::size_t loops, tls_context with_tls)
    : settings(std::move(s)),
      host_line(make_host_line(settings.where)),
      tls(std::move(with_tls)),
      idle_(loops) {
  AIRTRAIN_INVARIANT(settings.connections_max > 0);
}

client::target::admission client::target::admit(std::size_t loop, job_ptr& job) {
  const std::lock_guard lock(mutex_);
  if (auto& mine = idle_[loop]; !mine.empty()) {
    auto newest = std::move(mine.back());
    mine.pop_back();
    return {next_step::reuse, std::move(newest), no_loop};
  }
  if (open_ < settings.connections_max) {
    ++open_;
    return {next_step::open, nullptr, no_loop};
  }
  waiting_.push_back(std::move(job));
  for (std::size_t other = 0; other < idle_.size(); ++other)
    if (!idle_[other].empty()) return {next_step::wait, nullptr, other};
  return {next_step::wait, nullptr, no_loop};
}

job_ptr client::target::pop_waiting() {
  if (waiting_.empty()) return nullptr;
  auto oldest = std::move(waiting_.front());
  waiting_.pop_front();
  return oldest;
}

job_ptr client::target::next_or_idle(const std::shared_ptr<client_connection>& free,
                                     std::size_t loop) {
  const std::lock_guard lock(mutex_);
  auto next = pop_waiting();
  if (!next) idle_[loop].push_back(free);
  return next;
}

std::pair<std::shared_ptr<client_connection>, job_ptr> client::target::match(std::size_t loop) {
  const std::lock_guard lock(mutex_);
  auto& mine = idle_[loop];
  if (mine.empty() || waiting_.empty()) return {};
  auto newest = std::move(mine.back());
  mine.pop_back();
  return {std::move(newest), pop_waiting()};
}

job_ptr client::target::next_or_give_up_slot() {
  const std::lock_guard lock(mutex_);
  auto next = pop_waiting();
  if (!next) --open_;
  return next;
}

void client::target::forget_idle(const client_connection& ended, std::size_t loop) {
  const std::lock_guard lock(mutex_);
  std::erase_if(idle_[loop], [&ended](const auto& one) { return one.get() == &ended; });
}

std::vector<job_ptr> client::target::take_waiting(clock::time_point until) {
  std::vector<job_ptr> taken;
  const std::lock_guard lock(mutex_);
  std::erase_if(waiting_, [&](job_ptr& job) {
    if (job->deadline > until) return false;
    taken.push_back(std::move(job));
    return true;
  });
  return taken;
}

}  // namespace airtrain::http
