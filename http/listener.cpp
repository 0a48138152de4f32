#include "http/listener.hpp"

#include <fmt/format.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include <boost/asio/ip/address.hpp>
#include <cerrno>

#include "http/session.hpp"

namespace airtrain::http {
namespace {

using boost::system::error_code;

constexpr int backlog = 1024;
constexpr int accepts_per_turn = 64;
constexpr std::chrono::milliseconds out_of_descriptors_pause{100};
/// Connections beyond the limit that are told so; further ones are closed without a word.
constexpr std::uint64_t refused_connections_max = 64;

std::string peer_name(const tcp::endpoint& peer) {
  const auto address = peer.address();
  return fmt::format(fmt::runtime(address.is_v6() ? "[{}]:{}" : "{}:{}"), address.to_string(),
                     peer.port());
}

/// Of descriptors or memory: the connection stays acceptable, so trying at once would spin.
bool is_out_of_room(int error) {
  return error == EMFILE || error == ENFILE || error == ENOBUFS || error == ENOMEM;
}

}  // namespace

listener::listener(io_loop& loop, std::shared_ptr<server_shared> all,
                   std::vector<std::shared_ptr<server_loop>> loops)
    : all_(std::move(all)),
      loops_(std::move(loops)),
      acceptor_(loop.inside().context),
      retry_(loop.inside().context) {}

result<void, std::string> listener::bind() {
  const auto& settings = all_->settings;
  error_code error;
  const auto failed = [&](std::string_view what) {
    return failure(
        fmt::format("{} {}:{}: {}", what, settings.address, settings.port, error.message()));
  };
  const auto address = asio::ip::make_address(settings.address, error);
  if (error) return failed("not an address to listen on:");
  const tcp::endpoint endpoint(address, settings.port);
  if (acceptor_.open(endpoint.protocol(), error); error) return failed("can't open a socket for");
  if (acceptor_.set_option(tcp_acceptor::reuse_address(true), error); error)
    return failed("can't reuse");
  if (acceptor_.bind(endpoint, error); error) return failed("can't bind");
  if (acceptor_.listen(backlog, error); error) return failed("can't listen on");
  if (acceptor_.non_blocking(true, error); error) return failed("can't listen on");
  port_ = acceptor_.local_endpoint(error).port();
  return {};
}

void listener::start() {
  wait();
}

void listener::close() {
  error_code ignored;  // Closing a listening socket can't fail in a way that could be acted on.
  acceptor_.close(ignored);
  retry_.cancel();
}

void listener::wait() {
  acceptor_.async_wait(tcp_acceptor::wait_read,
                       [self = shared_from_this()](const error_code& error) {
                         if (!error && self->acceptor_.is_open()) self->accept_waiting();
                       });
}

void listener::accept_waiting() {
  for (int i = 0; i < accepts_per_turn; ++i) {
    tcp::endpoint peer;
    auto room = static_cast<socklen_t>(peer.capacity());
    const int socket =
        accept4(acceptor_.native_handle(), peer.data(), &room, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (socket >= 0) {
      peer.resize(room);
      hand_over(owned_descriptor(socket), peer);
    } else if (errno == EAGAIN) {
      break;
    } else if (is_out_of_room(errno)) {
      back_off();
      return;
    }  // else that one was reset while it waited
  }
  wait();
}

void listener::back_off() {
  all_->accept_pauses.fetch_add(1, std::memory_order_relaxed);
  retry_.expires_after(out_of_descriptors_pause);
  retry_.async_wait([self = shared_from_this()](const error_code& error) {
    if (!error && self->acceptor_.is_open()) self->accept_waiting();
  });
}

void listener::hand_over(owned_descriptor socket, const tcp::endpoint& peer) {
  const int at_once = 1;
  if (setsockopt(socket.get(), IPPROTO_TCP, TCP_NODELAY, &at_once, sizeof at_once) != 0)
    return;  // It was reset already.
  all_->accepted.fetch_add(1, std::memory_order_relaxed);
  const auto open = all_->connections.load(std::memory_order_relaxed);
  const std::uint64_t limit = all_->settings.connections_max;
  if (open >= limit + refused_connections_max) {
    all_->turn_away();
    return;
  }
  auto& to = least_loaded();
  const auto one =
      std::make_shared<session>(to.shared_from_this(), std::move(socket), peer_name(peer));
  to.loop().post([one, welcome = open < limit] { welcome ? one->start() : one->start_refused(); });
}

server_loop& listener::least_loaded() {
  // Starts at another one each time: loads are updated only when a connection has arrived.
  ++turn_;
  auto* least = loops_[turn_ % loops_.size()].get();
  for (const auto& loop : loops_)
    if (loop->load() < least->load()) least = loop.get();
  return *least;
}

}  // namespace airtrain::http
