#include "http/dial.hpp"

#include <utility>

namespace airtrain::http {
namespace {

using boost::system::error_code;

constexpr std::chrono::milliseconds head_start{250};

}  // namespace

dial::dial(asio::io_context& context, std::vector<tcp::endpoint> endpoints, callback done)
    : context_(context),
      endpoints_(std::move(endpoints)),
      done_(std::move(done)),
      head_start_(context) {
  attempts_.reserve(endpoints_.size());
}

void dial::cancel() {
  done_ = nullptr;
  head_start_.cancel();
  attempts_.clear();
}

void dial::try_next() {
  const auto index = attempts_.size();
  const auto& endpoint = endpoints_[index];
  auto& socket = attempts_.emplace_back(context_);
  ++pending_;
  error_code error;
  socket.open(endpoint.protocol(), error);
  if (!error) socket.non_blocking(true, error);
  if (!error) socket.set_option(tcp::no_delay(true), error);
  if (error) {
    fail_one(error);
    return;
  }
  socket.async_connect(endpoint, [self = shared_from_this(), index](const error_code& failed) {
    if (self->done_) self->on_attempt(index, failed);
  });
  arm_head_start();
}

void dial::arm_head_start() {
  if (attempts_.size() == endpoints_.size()) return;
  head_start_.expires_after(head_start);
  head_start_.async_wait([self = shared_from_this()](const error_code& cancelled) {
    const bool more = self->attempts_.size() < self->endpoints_.size();
    if (!cancelled && self->done_ && more) self->try_next();
  });
}

void dial::on_attempt(std::size_t attempt, const error_code& error) {
  if (error) {
    fail_one(error);
    return;
  }
  auto connected = std::move(attempts_[attempt]);
  const auto done = std::exchange(done_, nullptr);
  cancel();
  done(error, std::move(connected));
}

void dial::fail_one(const error_code& error) {
  --pending_;
  if (attempts_.size() < endpoints_.size()) {
    head_start_.cancel();
    try_next();
  } else if (pending_ == 0) {
    const auto done = std::exchange(done_, nullptr);
    cancel();
    done(error, tcp_socket(context_));
  }
}

}  // namespace airtrain::http
