#include "http/resolver.hpp"

#include <netdb.h>

#include <condition_variable>
#include <cstring>
#include <deque>
#include <mutex>
#include <system_error>
#include <thread>
#include <unordered_map>

#include "messages/thread_name.hpp"

namespace airtrain::http {
namespace {

namespace ip = boost::asio::ip;
using clock = std::chrono::steady_clock;

ip::address to_address(const sockaddr* from) {
  if (from->sa_family == AF_INET) {
    const auto* v4 = reinterpret_cast<const sockaddr_in*>(from);
    return ip::address_v4(ntohl(v4->sin_addr.s_addr));
  }
  const auto* v6 = reinterpret_cast<const sockaddr_in6*>(from);
  ip::address_v6::bytes_type bytes;
  std::memcpy(bytes.data(), &v6->sin6_addr, bytes.size());
  return ip::address_v6(bytes, v6->sin6_scope_id);
}

}  // namespace

lookup_result look_up(const std::string& host) {
  addrinfo hints{};
  hints.ai_family = AF_UNSPEC;
  hints.ai_socktype = SOCK_STREAM;
  addrinfo* found = nullptr;
  if (const int error = getaddrinfo(host.c_str(), nullptr, &hints, &found); error != 0)
    return failure(std::string(gai_strerror(error)));
  const std::unique_ptr<addrinfo, decltype(&freeaddrinfo)> owned(found, &freeaddrinfo);
  addresses all;
  for (const addrinfo* one = found; one != nullptr; one = one->ai_next)
    if (one->ai_family == AF_INET || one->ai_family == AF_INET6)
      all.push_back(to_address(one->ai_addr));
  if (all.empty()) return failure(std::string("no address"));
  return all;
}

struct resolver::state {
  struct waiter {
    io_loop* loop;
    callback done;
  };
  struct entry {
    std::shared_ptr<const lookup_result> answer;
    clock::time_point asked_again_at;
    clock::time_point useless_at;
    bool under_way = false;
    std::vector<waiter> waiters;
  };

  bool make_room(clock::time_point now);
  void ask_for(const std::string& host, entry& of);
  bool needs_a_thread() const {
    return queue.size() > free_threads && threads < settings.lookups_max;
  }
  void take_answer(const std::string& host, lookup_result answer);
  static void answer(const waiter& to, const std::shared_ptr<const lookup_result>& with) {
    to.loop->post([done = to.done, with] { done(*with); });
  }

  lookup ask;
  resolver_settings settings;
  std::mutex mutex;  ///< guards all below; held while posting, so that `stop` ends all posting
  std::condition_variable wake;
  std::unordered_map<std::string, entry> names;
  std::deque<std::string> queue;
  std::size_t threads = 0;
  std::size_t free_threads = 0;  ///< of them, that wait for a name
  bool stopped = false;
};

bool resolver::state::make_room(clock::time_point now) {
  if (names.size() < settings.names_max) return true;
  std::erase_if(names, [now](const auto& named) {
    return !named.second.under_way && named.second.asked_again_at <= now;
  });
  return names.size() < settings.names_max;
}

void resolver::state::ask_for(const std::string& host, entry& of) {
  if (of.under_way) return;
  of.under_way = true;
  queue.push_back(host);
  wake.notify_one();
}

void resolver::state::take_answer(const std::string& host, lookup_result answered) {
  const auto now = clock::now();
  const auto found = names.find(host);
  if (found == names.end()) return;
  auto& name = found->second;
  name.under_way = false;
  const bool keeps_older = !answered && name.answer && *name.answer && now < name.useless_at;
  if (keeps_older) {
    name.asked_again_at = now + settings.failure_kept;
  } else {
    name.asked_again_at = now + (answered ? settings.fresh : settings.failure_kept);
    name.useless_at = answered ? now + settings.stale : name.asked_again_at;
    name.answer = std::make_shared<const lookup_result>(std::move(answered));
  }
  for (const auto& to : std::exchange(name.waiters, {})) answer(to, name.answer);
}

resolver::resolver(lookup ask, resolver_settings settings) : state_(std::make_shared<state>()) {
  state_->ask = std::move(ask);
  state_->settings = settings;
  start_thread(state_);
}

void resolver::start_thread(const std::shared_ptr<state>& shared) {
  std::thread([shared] {
    name_this_thread("resolver");
    work(shared);
  }).detach();
  ++shared->threads;
  ++shared->free_threads;
}

resolver::~resolver() {
  stop();
}

void resolver::stop() {
  const std::lock_guard lock(state_->mutex);
  state_->stopped = true;
  state_->queue.clear();
  state_->names.clear();
  state_->wake.notify_all();
}

void resolver::resolve(const std::string& host, io_loop& loop, callback done) {
  const auto now = clock::now();
  auto& shared = *state_;
  const std::lock_guard lock(shared.mutex);
  if (shared.stopped) return;
  state::waiter asking{&loop, std::move(done)};
  auto found = shared.names.find(host);
  if (found == shared.names.end()) {
    if (!shared.make_room(now)) {
      state::answer(asking, std::make_shared<const lookup_result>(
                                failure(std::string("too many names are being resolved"))));
      return;
    }
    found = shared.names.try_emplace(host).first;
  }
  auto& name = found->second;
  const bool usable = name.answer && now < name.useless_at;
  if (usable) {
    state::answer(asking, name.answer);
  } else {
    name.waiters.push_back(std::move(asking));
  }
  if (usable && now < name.asked_again_at) return;
  shared.ask_for(host, name);
  if (!shared.needs_a_thread()) return;
  try {
    start_thread(state_);
  } catch (const std::system_error&) {
    // The machine has no thread to give: the name waits for one of those there are.
  }
}

void resolver::work(const std::shared_ptr<state>& shared) {
  std::unique_lock lock(shared->mutex);
  for (;;) {
    shared->wake.wait(lock, [&] { return shared->stopped || !shared->queue.empty(); });
    if (shared->stopped) return;
    const auto host = std::move(shared->queue.front());
    shared->queue.pop_front();
    --shared->free_threads;
    lock.unlock();
    auto answer = shared->ask(host);
    lock.lock();
    ++shared->free_threads;
    if (shared->stopped) return;
    shared->take_answer(host, std::move(answer));
  }
}

}  // namespace airtrain::http
