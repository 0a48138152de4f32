#include <boost/asio/error.hpp>

#include "http/session.hpp"

// The second half of a request's life: its answer, and what follows on it.
namespace airtrain::http {
namespace {

using boost::system::error_code;

/// How long, and how many bytes, a refused peer is listened to so that it gets to see the answer:
/// closing on unread bytes would reset the connection under it.
constexpr std::chrono::milliseconds linger_time{5'000};
constexpr std::size_t linger_bytes_max = 64u << 20;

constexpr auto no_deadline = clock::time_point::max();

}  // namespace

void session::answer(response answer) {
  out_.set(std::move(answer));
  answer_ready();
}

void session::answer_accepted(std::string body) {
  out_.set_accepted(std::move(body));
  answer_ready();
}

void session::answer_ready() {
  if (calling_loop() != &home_->loop()) return home_->deliver_later(shared_from_this());
  // `in_handler_` is the loop's own: looked at only on its thread.
  if (in_handler_)
    answered_in_handler_ = true;
  else
    deliver();
}

void session::deliver() {
  if (phase_ == phase::handling && write_answer()) advance();
}

bool session::refuse(const refusal& why) {
  home_->all().count(why.code);
  keep_alive_ = false;
  out_.set(problem(why));
  return write_answer();
}

bool session::write_answer() {
  reading_ = false;
  body_.give_back();
  keep_alive_ = keep_alive_ && !home_->all().draining.load(std::memory_order_relaxed);
  out_.begin({home_->date(), keep_alive_, head_.http_1_0}, head_.method == "HEAD");
  if (tls_) out_.join();
  deadline_ = no_deadline;
  phase_ = phase::writing;
  return flush();
}

bool session::flush() {
  while (!out_.written()) {
    error_code error;
    out_.wrote(write_some(out_.rest(), error));
    if (error == asio::error::would_block) {
      if (deadline_ == no_deadline) deadline_ = in(settings().answer_timeout);
      return false;
    }
    if (error) {
      close();
      return false;
    }
  }
  return finish_answer();
}

bool session::finish_answer() {
  if (!keep_alive_) {
    linger();
    return false;
  }
  forget_request();
  phase_ = phase::idle;
  deadline_ = in(settings().idle_timeout);
  return true;
}

void session::linger() {
  phase_ = phase::lingering;
  deadline_ = in(linger_time);
  if (tls_) tls_->say_goodbye();
  error_code error;
  socket_->shutdown_send(error);
  if (error) {
    close();
  } else {
    read();
  }
}

void session::on_lingering_bytes(std::size_t count) {
  lingered_bytes_ += count;
  if (lingered_bytes_ > linger_bytes_max) {
    close();
  } else {
    read();
  }
}

}  // namespace airtrain::http
