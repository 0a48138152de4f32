#include "http/client.hpp"

#include <array>
#include <atomic>
#include <map>
#include <mutex>

#include "http/characters.hpp"
#include "http/client_loop.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {

std::string_view client_response::get(std::string_view name) const {
  for (const auto& [field, value] : headers)
    if (same_ignoring_case(field, name)) return value;
  return {};
}

std::string_view to_string(client_error_code value) {
  switch (value) {
    case client_error_code::resolve_failed:
      return "resolve_failed";
    case client_error_code::address_denied:
      return "address_denied";
    case client_error_code::connect_failed:
      return "connect_failed";
    case client_error_code::reset:
      return "reset";
    case client_error_code::tls_failed:
      return "tls_failed";
    case client_error_code::certificate_refused:
      return "certificate_refused";
    case client_error_code::timeout:
      return "timeout";
    case client_error_code::malformed:
      return "malformed";
    case client_error_code::stopped:
      return "stopped";
  }
  AIRTRAIN_INVARIANT(false);
  return {};
}

void complete(job_ptr job, client_result result) {
  if (calling_loop() == &job->loop) {
    job->done(std::move(result));
    return;
  }
  auto& loop = job->loop;
  loop.post([shared = std::shared_ptr<client_job>(std::move(job)),
             kept = std::make_shared<client_result>(std::move(result))] {
    shared->done(std::move(*kept));
  });
}

void fail(job_ptr job, client_error_code code, std::string message) {
  complete(std::move(job), failure(client_error{code, std::move(message)}));
}

namespace {

bool is_sendable(const client_request& request) {
  const auto visible = [](char c) { return c > 0x20 && c != 0x7f; };
  return is_token(request.method) && !request.target.empty() &&
         std::ranges::all_of(request.target, visible);
}

}  // namespace

/// Looks after the requests that wait for a connection; swept on one loop.
class waiting_room final : public sweep_listener {
 public:
  void add(const std::shared_ptr<client::target>& one) {
    const std::lock_guard lock(mutex_);
    std::erase_if(targets_, [](const auto& weak) { return weak.expired(); });
    targets_.push_back(one);
  }

  void sweep(clock::time_point now) override {
    empty(now, client_error_code::timeout, "no connection came free within the deadline");
  }

  void stop() {
    empty(clock::time_point::max(), client_error_code::stopped, "the client is shutting down");
  }

 private:
  void empty(clock::time_point until, client_error_code code, const char* message) {
    std::vector<job_ptr> taken;
    {
      const std::lock_guard lock(mutex_);
      for (const auto& weak : targets_) {
        const auto target = weak.lock();
        if (!target) continue;
        auto some = target->take_waiting(until);
        std::move(some.begin(), some.end(), std::back_inserter(taken));
      }
    }
    for (auto& job : taken) fail(std::move(job), code, message);
  }

  std::mutex mutex_;
  std::vector<std::weak_ptr<client::target>> targets_;
};

struct client::impl {
  explicit impl(io_pool& p) : pool(p) {
    for (std::size_t i = 0; i < pool.size(); ++i)
      loops.push_back(std::make_shared<client_loop>(pool.at(i), names));
    for (const auto& loop : loops) {
      loop->siblings.assign(loops.begin(), loops.end());
      loop->loop().inside().watch(loop);
    }
    pool.at(0).inside().watch(waiting);
  }

  result<tls_context, std::string> tls_for(const target_settings& settings);

  io_pool& pool;
  resolver names;
  std::vector<std::shared_ptr<client_loop>> loops;
  std::shared_ptr<waiting_room> waiting = std::make_shared<waiting_room>();
  std::atomic<bool> stopped{false};
  std::mutex mutex;  ///< guards tls_contexts
  /// By the files that make them: CA, certificate, key.
  std::map<std::array<std::string, 3>, std::weak_ptr<SSL_CTX>> tls_contexts;
};

/// Targets with the same roots share them: the system's are some 150 certificates.
result<tls_context, std::string> client::impl::tls_for(const target_settings& settings) {
  if (!settings.where.tls) return nullptr;
  const std::lock_guard lock(mutex);
  auto& shared = tls_contexts[{settings.ca_file, settings.certificate_file, settings.key_file}];
  if (auto known = shared.lock()) return known;
  auto made = make_tls_client_context(settings);
  if (made) shared = *made;
  return made;
}

client::client(io_pool& pool) : impl_(std::make_shared<impl>(pool)) {}

client::~client() {
  stop();
}

result<std::shared_ptr<client::target>, std::string> client::make_target(target_settings settings) {
  auto tls = impl_->tls_for(settings);
  if (!tls) return failure(tls.error());
  auto made = std::make_shared<target>(std::move(settings), impl_->pool.size(), std::move(*tls));
  impl_->waiting->add(made);
  return made;
}

void client::send(io_loop& loop, const std::shared_ptr<target>& to, client_request request,
                  std::chrono::steady_clock::time_point deadline, client_done done) {
  AIRTRAIN_INVARIANT(loop.on_its_thread());
  auto& mine = *impl_->loops[loop.inside().index];
  const bool sendable = is_sendable(request);
  auto job =
      std::make_unique<client_job>(client_job{loop, std::move(request), deadline, std::move(done)});
  if (!mine.stopped() && sendable) {
    mine.send(to, std::move(job));
    return;
  }
  // Later: who sends is not prepared to be answered before `send` returns.
  const auto code = sendable ? client_error_code::stopped : client_error_code::malformed;
  loop.post([late = std::shared_ptr<client_job>(std::move(job)), code] {
    late->done(failure(client_error{code, code == client_error_code::stopped
                                              ? "the client is shutting down"
                                              : "the method or target can't be sent"}));
  });
}

void client::stop() {
  if (impl_->stopped.exchange(true)) return;
  impl_->names.stop();
  run_on_all(impl_->pool, [this](io_loop& loop) { impl_->loops[loop.inside().index]->stop(); });
  // What an ended pool has dropped is done here: its threads are gone.
  for (const auto& loop : impl_->loops) loop->stop();
  impl_->waiting->stop();
  // What was completed from another loop has run once the loops come around.
  run_on_all(impl_->pool, [](io_loop&) {});
}

}  // namespace airtrain::http
