#include "tests/hostile/hostile_target.hpp"

#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>

#include "bench/harness/http_text.hpp"
#include "bench/harness/sockets.hpp"

namespace airtrain::test {
namespace {

constexpr std::string_view accepted_answer = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

}  // namespace

hostile_target::hostile_target(script play)
    : listener_(harness::listen_on_loopback(0)),
      port_(harness::port_of(listener_)),
      play_(std::make_shared<const script>(std::move(play))),
      acceptor_([this] { accept_all(); }) {}

hostile_target::~hostile_target() {
  {
    std::unique_lock lock(mutex_);
    stopping_ = true;
    end_connections(lock);
  }
  acceptor_.join();
  ::close(listener_);
}

void hostile_target::become(script play) {
  std::unique_lock lock(mutex_);
  play_ = std::make_shared<const script>(std::move(play));
  number_ = 0;
  end_connections(lock);
}

void hostile_target::heal(SSL_CTX* context) {
  become([this, context](peer& connection, int) {
    if (context != nullptr && !connection.shake_hands(context)) return;
    while (const auto request = take(connection)) {
      if (!connection.send(accepted_answer)) return;
      const std::lock_guard lock(mutex_);
      accepted_.emplace(harness::string_field(request->body, "id"));
    }
  });
}

std::optional<request_seen> hostile_target::take(peer& connection) {
  auto request = connection.read_request();
  if (!request) return request;
  const std::lock_guard lock(mutex_);
  requests_.push_back(*request);
  return request;
}

std::vector<request_seen> hostile_target::requests() const {
  const std::lock_guard lock(mutex_);
  return requests_;
}

std::set<std::string> hostile_target::accepted() const {
  const std::lock_guard lock(mutex_);
  return accepted_;
}

int hostile_target::open_connections() const {
  const std::lock_guard lock(mutex_);
  return static_cast<int>(
      std::count_if(lines_.begin(), lines_.end(), [](const auto& one) { return !one->over; }));
}

void hostile_target::end_connections(std::unique_lock<std::mutex>& lock) {
  auto lines = std::move(lines_);
  lines_.clear();
  lock.unlock();
  for (const auto& one : lines) one->ended = true;
  for (const auto& one : lines) one->thread.join();
  lock.lock();
}

void hostile_target::accept_all() {
  for (;;) {
    constexpr int patience_ms = 50;
    pollfd ready{listener_, POLLIN, 0};
    poll(&ready, 1, patience_ms);
    const std::lock_guard lock(mutex_);
    if (stopping_) return;
    const int socket = harness::accept_from(listener_);
    if (socket < 0) continue;
    ++connections_;
    auto one = std::make_shared<line>();
    one->thread = std::thread([play = play_, number = number_++, socket, here = one.get()] {
      {
        peer connection(socket, here->ended);
        (*play)(connection, number);
      }
      here->over = true;
    });
    lines_.push_back(std::move(one));
  }
}

}  // namespace airtrain::test
