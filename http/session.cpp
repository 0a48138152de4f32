#include "http/session.hpp"

#include <boost/asio/buffer.hpp>
#include <cstring>

#include "http/answer.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

using boost::system::error_code;

/// What a connection keeps; requests that fit cost no allocation.
constexpr std::size_t buffer_bytes = 8192;
constexpr std::size_t own_body_bytes_first = 64u << 10;
/// How long, and how many bytes, a refused peer is listened to so that it gets to see the answer:
/// closing on unread bytes would reset the connection under it.
constexpr std::chrono::milliseconds linger_time{5'000};
constexpr std::size_t linger_bytes_max = 64u << 20;

constexpr auto no_deadline = clock::time_point::max();

constexpr refusal overloaded{503, "overloaded", "too much is in progress, try again"};
constexpr refusal body_too_large{413, "body_too_large", "the body exceeds the limit"};
constexpr refusal head_too_large{431, "head_too_large", "the request's head exceeds the limit"};

}  // namespace

session::session(std::shared_ptr<server_loop> home, tcp_socket socket, std::string peer)
    : home_(std::move(home)), socket_(std::move(socket)), peer_(std::move(peer)) {
  request_.peer = peer_;
  home_->all().connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() {
  if (counted_) home_->all().connections.fetch_sub(1, std::memory_order_relaxed);
}

void session::start() {
  in_.resize(buffer_bytes);
  home_->add(shared_from_this());
  deadline_ = in(settings().head_timeout);
  read();
}

void session::start_refused() {
  in_.resize(buffer_bytes);
  home_->add(shared_from_this());
  refuse(overloaded);
}

void session::sweep(clock::time_point now) {
  if (phase_ == phase::handling || now < deadline_) return;
  switch (phase_) {
    case phase::head:
      refuse({408, "head_timeout", "the request's head took too long"});
      return;
    case phase::body:
      refuse({408, "body_timeout", "the request's body took too long"});
      return;
    case phase::writing:
      home_->all().timed_out.fetch_add(1, std::memory_order_relaxed);
      [[fallthrough]];
    default:
      close();
  }
}

void session::drain() {
  if (phase_ == phase::idle) close();
}

void session::close() {
  if (phase_ == phase::closed) return;
  phase_ = phase::closed;
  socket_.reset();
  home_->all().release(std::exchange(charged_, 0));
  if (std::exchange(counted_, false))
    home_->all().connections.fetch_sub(1, std::memory_order_relaxed);
  home_->remove(*this);
}

void session::advance() {
  bool more = true;
  while (more) {
    switch (phase_) {
      case phase::idle:
      case phase::head:
        more = take_head();
        break;
      case phase::body:
        more = take_body();
        break;
      default:
        return;
    }
  }
}

bool session::take_head() {
  if (in_end_ == 0) {
    read();
    return false;
  }
  if (phase_ == phase::idle) {
    phase_ = phase::head;
    deadline_ = in(settings().head_timeout);
  }
  switch (scanner_.scan(received())) {
    case head_end::malformed:
      return refuse({400, "malformed_request", "this is not an HTTP/1.1 request"});
    case head_end::incomplete:
      if (in_end_ >= settings().head_bytes_max) return refuse(head_too_large);
      read();
      return false;
    case head_end::complete:
      if (scanner_.size() > settings().head_bytes_max) return refuse(head_too_large);
      return take_request();
  }
  return false;
}

bool session::take_request() {
  const auto parsed = parse_request_head(received().substr(0, scanner_.size()),
                                         {.headers_max = settings().headers_max}, request_.headers);
  if (!parsed) return refuse(parsed.error());
  head_ = *parsed;
  keep_alive_ = head_.keep_alive;
  request_.method = head_.method;
  request_.target = head_.target;
  const auto question = head_.target.find('?');
  request_.path = head_.target.substr(0, question);
  request_.query =
      question == std::string_view::npos ? std::string_view{} : head_.target.substr(question + 1);
  if (const auto why = unwelcome()) return refuse(*why);
  start_body();
  return true;
}

bool session::host_is_welcome() {
  if (!settings().check_host || head_.host == accepted_host_) return true;
  if (home_->all().hosts.knows(head_.host)) {
    accepted_host_ = head_.host;
    return true;
  }
  const auto& exempt = settings().any_host_paths;
  return std::ranges::find(exempt, request_.path) != exempt.end();
}

std::optional<refusal> session::unwelcome() {
  if (!host_is_welcome()) return refusal{421, "host_not_served", "this Host is not served here"};
  if (!head_.origin.empty() && !origin_is(head_.origin, head_.host))
    return refusal{403, "origin_not_allowed", "Origin and Host differ"};
  if (head_.content_length.value_or(0) > settings().body_bytes_max) return body_too_large;
  return std::nullopt;
}

void session::start_body() {
  const auto head_bytes = scanner_.size();
  const auto early = received().substr(head_bytes);
  const auto length = head_.content_length.value_or(0);
  phase_ = phase::body;
  if (head_.chunked) {
    body_kind_ = body_kind::chunked;
    chunks_.emplace(settings().body_bytes_max);
    raw_.resize(std::max(buffer_bytes, early.size()));
    std::ranges::copy(early, raw_.begin());
    raw_end_ = early.size();
    in_end_ = head_bytes;
  } else if (head_bytes + length <= in_.size()) {
    body_kind_ = body_kind::in_place;
  } else {
    body_kind_ = body_kind::own_buffer;
    own_body_.assign(early);
    own_body_end_ = early.size();
    in_end_ = head_bytes;
  }
  const bool whole = !head_.chunked && early.size() >= length;
  if (whole) return;
  deadline_ = in(settings().body_timeout);
  if (head_.expects_continue && early.empty() && !promise_to_read()) close();
}

bool session::promise_to_read() {
  static constexpr std::string_view promise = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code error;
  return socket_->write_some(asio::buffer(promise), error) == promise.size();
}

bool session::take_body() {
  const auto length = static_cast<std::size_t>(head_.content_length.value_or(0));
  switch (body_kind_) {
    case body_kind::chunked:
      return take_chunks();
    case body_kind::in_place:
      if (in_end_ < scanner_.size() + length) break;
      request_.body = received().substr(scanner_.size(), length);
      return dispatch();
    case body_kind::own_buffer:
      if (own_body_end_ < length) {
        if (!grow_own_body()) return refuse(overloaded);
        break;
      }
      request_.body = own_body_;
      return dispatch();
  }
  read();
  return false;
}

bool session::grow_own_body() {
  if (own_body_end_ < own_body_.size()) return true;
  const auto length = static_cast<std::size_t>(*head_.content_length);
  // With what arrives, not with what was announced: an announcement costs the peer nothing.
  const auto size = std::min(length, std::max(own_body_bytes_first, 2 * own_body_.size()));
  if (!charge_up_to(size)) return false;
  own_body_.resize(size);
  return true;
}

bool session::charge_up_to(std::size_t bytes) {
  if (bytes <= charged_) return true;
  if (!home_->all().charge(bytes - charged_)) return false;
  charged_ = bytes;
  return true;
}

bool session::take_chunks() {
  std::size_t consumed = 0;
  const auto state = chunks_->feed({raw_.data(), raw_end_}, consumed);
  std::memmove(raw_.data(), raw_.data() + consumed, raw_end_ - consumed);
  raw_end_ -= consumed;
  switch (state) {
    case chunked_state::malformed:
      return refuse({400, "malformed_chunks", "the chunked body is malformed or out of bounds"});
    case chunked_state::too_large:
      return refuse(body_too_large);
    case chunked_state::more:
      if (!charge_up_to(chunks_->body().capacity())) return refuse(overloaded);
      read();
      return false;
    case chunked_state::complete:
      request_.body = chunks_->body();
      return dispatch();
  }
  return false;
}

bool session::dispatch() {
  phase_ = phase::handling;
  in_handler_ = true;
  answered_in_handler_ = false;
  home_->all().on_request(request_, responder(shared_from_this()));
  in_handler_ = false;
  return answered_in_handler_ && write_answer();
}

void session::answer(response answer) {
  answer_ = std::move(answer);
  prebuilt_accepted_ = false;
  answer_ready();
}

void session::answer_accepted(std::string body) {
  answer_.status = 202;
  answer_.body = std::move(body);
  prebuilt_accepted_ = true;
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
  auto& all = home_->all();
  auto& counter = why.status == 408   ? all.timed_out
                  : why.status == 503 ? all.refused_overload
                                      : all.refused_malformed;
  counter.fetch_add(1, std::memory_order_relaxed);
  keep_alive_ = false;
  answer_ = problem(why);
  prebuilt_accepted_ = false;
  return write_answer();
}

bool session::write_answer() {
  keep_alive_ = keep_alive_ && !home_->all().draining.load(std::memory_order_relaxed);
  const answer_context context{home_->date(), keep_alive_, head_.http_1_0};
  if (prebuilt_accepted_) {
    write_accepted_head(out_head_, answer_.body.size(), context);
  } else {
    write_head(out_head_, answer_, context);
  }
  with_body_ = has_body(answer_.status) && head_.method != "HEAD";
  written_ = 0;
  deadline_ = no_deadline;
  phase_ = phase::writing;
  return flush();
}

bool session::flush() {
  const std::size_t body_bytes = with_body_ ? answer_.body.size() : 0;
  const std::size_t total = out_head_.size() + body_bytes;
  while (written_ < total) {
    const auto head_done = std::min(written_, out_head_.size());
    const auto body_done = written_ - head_done;
    const std::array<asio::const_buffer, 2> rest{
        asio::buffer(out_head_) + head_done,
        asio::buffer(answer_.body.data(), body_bytes) + body_done};
    error_code error;
    written_ += socket_->write_some(rest, error);
    if (error == asio::error::would_block) {
      wait_writable();
      return false;
    }
    if (error) {
      close();
      return false;
    }
  }
  return finish_answer();
}

void session::wait_writable() {
  if (deadline_ == no_deadline) deadline_ = in(settings().answer_timeout);
  socket_->async_wait(tcp_socket::wait_write, [self = shared_from_this()](const error_code& error) {
    if (self->phase_ != phase::writing) return;
    if (error) {
      self->close();
    } else if (self->flush()) {
      self->advance();
    }
  });
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

/// Moves what came behind the request to the front, and gives back what it took beyond its share.
void session::forget_request() {
  const auto head_bytes = scanner_.size();
  std::size_t used = head_bytes;
  if (body_kind_ == body_kind::in_place) used += request_.body.size();
  if (body_kind_ == body_kind::chunked) {
    chunks_.reset();
    if (in_.size() < raw_end_) in_.resize(raw_end_);
    std::memcpy(in_.data(), raw_.data(), raw_end_);
    in_end_ = raw_end_;
    raw_ = {};
  } else {
    in_end_ -= used;
    std::memmove(in_.data(), in_.data() + used, in_end_);
  }
  if (body_kind_ == body_kind::own_buffer) own_body_ = {};
  if (in_.size() > buffer_bytes && in_end_ <= buffer_bytes) {
    in_.resize(buffer_bytes);
    in_.shrink_to_fit();
  }
  if (charged_ > 0) home_->all().release(std::exchange(charged_, 0));
  body_kind_ = body_kind::in_place;
  head_ = {};
  request_.body = {};
  scanner_ = {};
}

void session::linger() {
  phase_ = phase::lingering;
  deadline_ = in(linger_time);
  error_code error;
  socket_->shutdown(tcp_socket::shutdown_send, error);
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

void session::read() {
  if (reading_) return;
  asio::mutable_buffer room;
  if (phase_ == phase::lingering) {
    room = asio::buffer(in_);
  } else if (phase_ == phase::body && body_kind_ == body_kind::own_buffer) {
    room = asio::buffer(own_body_) + own_body_end_;
  } else if (phase_ == phase::body && body_kind_ == body_kind::chunked) {
    room = asio::buffer(raw_) + raw_end_;
  } else {
    if (in_end_ == in_.size()) in_.resize(std::max(buffer_bytes, settings().head_bytes_max));
    room = asio::buffer(in_) + in_end_;
  }
  AIRTRAIN_INVARIANT(room.size() > 0);
  reading_ = true;
  socket_->async_read_some(room,
                           [self = shared_from_this()](const error_code& error, std::size_t count) {
                             self->reading_ = false;
                             if (self->phase_ == phase::closed) return;
                             if (error) {
                               // An answer under way is still written: the peer may only have
                               // closed its sending side.
                               if (self->phase_ != phase::writing) self->close();
                               return;
                             }
                             self->on_read(count);
                           });
}

void session::on_read(std::size_t count) {
  switch (phase_) {
    case phase::lingering:
      on_lingering_bytes(count);
      return;
    case phase::body:
      if (body_kind_ == body_kind::own_buffer) {
        own_body_end_ += count;
      } else if (body_kind_ == body_kind::chunked) {
        raw_end_ += count;
      } else {
        in_end_ += count;
      }
      break;
    case phase::idle:
    case phase::head:
      in_end_ += count;
      break;
    default:  // A read that was under way when a refusal was written: its bytes are not wanted.
      return;
  }
  advance();
}

}  // namespace airtrain::http
