#include "http/session.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstring>

#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

using boost::system::error_code;

/// What a connection keeps; requests that fit cost no allocation.
constexpr std::size_t buffer_bytes = 8192;

const refusal overloaded(refusal_code::overloaded, "too much is in progress, try again");
const refusal body_too_large(refusal_code::body_too_large, "the body exceeds the limit");
const refusal head_too_large(refusal_code::head_too_large, "the request's head exceeds the limit");

}  // namespace

session::session(std::shared_ptr<server_loop> home, owned_descriptor socket, std::string peer)
    : home_(std::move(home)),
      accepted_(std::move(socket)),
      peer_(std::move(peer)),
      body_(home_->all()) {
  request_.peer = peer_;
  home_->all().connections.fetch_add(1, std::memory_order_relaxed);
}

session::~session() {
  if (counted_) home_->all().connections.fetch_sub(1, std::memory_order_relaxed);
}

bool session::open() {
  in_.resize(buffer_bytes);
  home_->add(shared_from_this());
  socket_.emplace(home_->loop().inside().sockets, std::move(accepted_), *this);
  if (socket_->is_watched()) return true;
  home_->all().turn_away();
  close();
  return false;
}

void session::start() {
  if (!open()) return;
  if (auto* context = home_->all().tls.get()) return start_tls(*context);
  deadline_ = in(settings().head_timeout);
  read();
}

void session::start_refused() {
  // A handshake is dear, and that is what there is too much of.
  if (home_->all().tls) return home_->all().turn_away();
  if (open()) refuse(overloaded);
}

void session::sweep(clock::time_point now) {
  if (phase_ == phase::handling || now < deadline_) return;
  switch (phase_) {
    case phase::head:
      refuse({refusal_code::head_timeout, "the request's head took too long"});
      return;
    case phase::body:
      refuse({refusal_code::body_timeout, "the request's body took too long"});
      return;
    case phase::handshake:
      give_up_handshake();
      close();
      return;
    case phase::writing:
      home_->all().answers_given_up.fetch_add(1, std::memory_order_relaxed);
      [[fallthrough]];
    default:
      close();
  }
}

void session::drain() {
  if (phase_ == phase::idle || phase_ == phase::handshake) close();
}

void session::close() {
  if (phase_ == phase::closed) return;
  phase_ = phase::closed;
  if (tls_) tls_->say_goodbye();
  tls_.reset();
  socket_.reset();
  body_.release();
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
      return refuse({refusal_code::malformed_request, "this is not an HTTP/1.1 request"});
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
  if (!host_is_welcome())
    return refusal(refusal_code::host_not_served, "this Host is not served here");
  if (!head_.origin.empty() && !origin_is(head_.origin, head_.host))
    return refusal(refusal_code::origin_not_allowed, "Origin and Host differ");
  if (head_.content_length.value_or(0) > settings().body_bytes_max) return body_too_large;
  return std::nullopt;
}

void session::start_body() {
  const auto head_bytes = scanner_.size();
  const auto early = received().substr(head_bytes);
  body_.begin(head_, early, in_.size() - head_bytes);
  phase_ = phase::body;
  const bool whole = !head_.chunked && early.size() >= head_.content_length.value_or(0);
  if (!body_.in_place()) in_end_ = head_bytes;
  if (whole) return;
  deadline_ = in(settings().body_timeout);
  if (head_.expects_continue && early.empty() && !promise_to_read()) close();
}

bool session::promise_to_read() {
  static constexpr std::string_view promise = "HTTP/1.1 100 Continue\r\n\r\n";
  error_code error;
  return write_some(std::array{asio::const_buffer(asio::buffer(promise))}, error) == promise.size();
}

bool session::take_body() {
  switch (body_.progress(received().substr(scanner_.size()))) {
    case body_state::more:
      read();
      return false;
    case body_state::complete:
      request_.body = body_.bytes();
      return dispatch();
    case body_state::malformed:
      return refuse(
          {refusal_code::malformed_chunks, "the chunked body is malformed or out of bounds"});
    case body_state::too_large:
      return refuse(body_too_large);
    case body_state::no_memory:
      return refuse(overloaded);
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

/// Moves what came behind the request to the front, and gives back what it took beyond its share.
void session::forget_request() {
  if (body_.in_place()) {
    const auto used = scanner_.size() + request_.body.size();
    in_end_ -= used;
    std::memmove(in_.data(), in_.data() + used, in_end_);
  } else {
    const auto behind = body_.behind();
    if (in_.size() < behind.size()) in_.resize(behind.size());
    std::ranges::copy(behind, in_.begin());
    in_end_ = behind.size();
  }
  if (in_.size() > buffer_bytes && in_end_ <= buffer_bytes) {
    in_.resize(buffer_bytes);
    in_.shrink_to_fit();
  }
  body_.release();
  head_ = {};
  request_.body = {};
  scanner_ = {};
}

asio::mutable_buffer session::room() {
  if (phase_ == phase::lingering) return asio::buffer(in_);
  if (phase_ == phase::body && !body_.in_place()) return body_.room();
  if (in_end_ == in_.size()) in_.resize(std::max(buffer_bytes, settings().head_bytes_max));
  return asio::buffer(in_) + in_end_;
}

/// Wants bytes: they are taken once the socket is readable. Never at once: who has much to say must
/// not keep the others waiting.
void session::read() {
  reading_ = true;
  if (socket_->readable() || (tls_ && tls_->has_decrypted())) socket_->tell_again();
}

void session::on_readable() {
  const auto self = shared_from_this();
  if (phase_ == phase::handshake) return shake_hands();
  if (reading_) take_bytes();
}

void session::on_writable() {
  // To read over TLS may take writing.
  const bool reads_by_writing = reading_ && tls_;
  if (phase_ != phase::writing && phase_ != phase::handshake && !reads_by_writing) return;
  const auto self = shared_from_this();
  if (phase_ == phase::handshake) return shake_hands();
  if (reads_by_writing) return take_bytes();
  if (flush()) advance();
}

void session::take_bytes() {
  const auto into = room();
  AIRTRAIN_INVARIANT(into.size() > 0);
  error_code error;
  const auto count = read_some(into, error);
  if (error == asio::error::would_block) return;
  reading_ = false;
  if (error) return close();
  on_read(count);
}

std::size_t session::read_some(asio::mutable_buffer into, error_code& error) {
  // What a lingering peer sends is not looked at.
  if (tls_ && phase_ != phase::lingering) return read_decrypted(*tls_, *socket_, into, error);
  return socket_->read_some(into, error);
}

void session::on_read(std::size_t count) {
  switch (phase_) {
    case phase::lingering:
      on_lingering_bytes(count);
      return;
    case phase::body:
      if (body_.in_place()) {
        in_end_ += count;
      } else {
        body_.received(count);
      }
      break;
    case phase::idle:
    case phase::head:
      in_end_ += count;
      break;
    default:
      AIRTRAIN_INVARIANT(false);
  }
  advance();
}

}  // namespace airtrain::http
