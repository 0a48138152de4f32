#include "http/client_connection.hpp"

#include <fmt/format.h>

#include <array>
#include <boost/asio/buffer.hpp>
#include <cstring>

#include "http/egress.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

using boost::system::error_code;

constexpr std::size_t buffer_bytes = 8192;
/// Of one name: more addresses than these are not tried.
constexpr std::size_t addresses_max = 8;

}  // namespace

client_connection::client_connection(std::shared_ptr<client_loop> home,
                                     std::shared_ptr<client::target> to)
    : home_(std::move(home)), to_(std::move(to)) {}

client_connection::~client_connection() {
  AIRTRAIN_INVARIANT(!job_ || phase_ != phase::closed);
}

void client_connection::open(job_ptr job) {
  job_ = std::move(job);
  phase_deadline_ = clock::now() + to_->settings.connect_timeout;
  home_->add(shared_from_this());
  resolve();
}

void client_connection::resolve() {
  const auto on_answer = [self = shared_from_this()](const lookup_result& found) {
    if (self->phase_ == phase::connecting) self->on_resolved(found);
  };
  const auto& host = to_->settings.where.host;
  error_code not_an_address;
  const auto literal = asio::ip::make_address(host, not_an_address);
  if (not_an_address) {
    home_->names().resolve(host, home_->loop(), on_answer);
  } else {
    home_->loop().post([on_answer, literal] { on_answer(addresses{literal}); });
  }
}

void client_connection::on_resolved(const lookup_result& found) {
  const auto& where = to_->settings.where;
  if (!found) {
    fail_job(client_error_code::resolve_failed,
             fmt::format("can't resolve {}: {}", where.host, found.error()));
    return;
  }
  std::vector<tcp::endpoint> allowed;
  for (const auto& address : *found)
    if (!may_not_be_dialled(address) && allowed.size() < addresses_max)
      allowed.emplace_back(address, where.port);
  if (allowed.empty()) {
    fail_job(client_error_code::address_denied,
             fmt::format("{} is an address that may not be dialled", where.host));
    return;
  }
  dial_ =
      std::make_shared<dial>(home_->loop().inside().context, std::move(allowed),
                             [self = shared_from_this()](const error_code& error, tcp_socket s) {
                               if (self->phase_ == phase::connecting)
                                 self->on_connected(error, std::move(s));
                             });
  dial_->start();
}

void client_connection::on_connected(const error_code& error, tcp_socket socket) {
  dial_.reset();
  if (error) {
    fail_job(client_error_code::connect_failed, error.message());
    return;
  }
  error_code unreleased;
  owned_descriptor connected(socket.release(unreleased));
  socket_.emplace(home_->loop().inside().sockets, std::move(connected), *this);
  if (unreleased || !socket_->is_watched()) {
    fail_job(client_error_code::connect_failed, "the kernel can't watch another socket");
    return;
  }
  in_.resize(buffer_bytes);
  if (to_->tls) {
    begin_handshake();
  } else {
    transmit();
  }
}

void client_connection::begin_handshake() {
  phase_ = phase::handshaking;
  tls_.emplace(*to_->tls, socket_->native_handle(), tls_side::connects);
  if (const auto ready = expect_peer(tls_->native(), to_->settings.where.host, to_->sessions);
      !ready) {
    fail_job(client_error_code::tls_failed, ready.error());
    return;
  }
  shake_hands();
}

void client_connection::shake_hands() {
  switch (tls_->handshake()) {
    case tls_state::done:
      return transmit();
    case tls_state::want_read:
      return socket_->drained();
    case tls_state::want_write:
      return;
    default:
      break;
  }
  if (auto fault = certificate_fault(tls_->native()); !fault.empty())
    fail_job(client_error_code::certificate_refused, std::move(fault));
  else
    fail_job(client_error_code::tls_failed, tls_fault());
}

void client_connection::on_readable() {
  const auto self = shared_from_this();
  switch (phase_) {
    case phase::handshaking:
      return shake_hands();
    case phase::busy:
      return read();
    case phase::idle:
      return stirred_while_idle();
    case phase::connecting:
    case phase::closed:
      return;
  }
}

void client_connection::on_writable() {
  const bool busy = phase_ == phase::busy;
  const bool to_write = busy && !write_done_;
  // To read over TLS may take writing.
  const bool to_read = busy && write_done_ && tls_ && socket_->readable();
  if (phase_ != phase::handshaking && !to_write && !to_read) return;
  const auto self = shared_from_this();
  if (to_write) return write();
  if (to_read) return read();
  shake_hands();
}

void client_connection::send(job_ptr job) {
  AIRTRAIN_INVARIANT(phase_ == phase::idle && !job_);
  if (!peer_is_quiet()) {
    close();
    home_->open(to_, std::move(job));
    return;
  }
  job_ = std::move(job);
  reused_ = true;
  transmit();
}

void client_connection::stirred_while_idle() {
  if (peer_is_quiet()) return;
  to_->forget_idle(*this, home_->index());
  close_and_pass_on();
}

/// Between two requests: neither closed nor said anything since its answer. (TLS has messages of
/// its own, such as session tickets; they are taken in here.)
bool client_connection::peer_is_quiet() {
  error_code error;
  const auto count = read_some(asio::buffer(in_), error);
  return count == 0 && error == asio::error::would_block;
}

void client_connection::transmit() {
  phase_ = phase::busy;
  compose_head();
  reader_.emplace(answer_limits{.head_bytes_max = to_->settings.head_bytes_max,
                                .body_bytes_max = to_->settings.body_bytes_max},
                  job_->request.method == "HEAD");
  written_ = 0;
  write_done_ = false;
  transmitted_ = clock::now();
  write();
  // What came with the end of the handshake is not told again by itself.
  if (socket_->readable()) socket_->tell_again();
}

void client_connection::compose_head() {
  const auto& request = job_->request;
  const auto body = job_->body();
  out_head_.assign(request.method).append(" ").append(request.target).append(" HTTP/1.1\r\n");
  out_head_.append(to_->host_line).append(request.headers);
  const bool says_length = !body.empty() || (request.method != "GET" && request.method != "HEAD");
  if (says_length)
    out_head_.append("Content-Length: ")
        .append(fmt::format_int(body.size()).c_str())
        .append("\r\n");
  out_head_.append("\r\n");
  // In one piece it becomes one TLS record.
  if (tls_) out_head_.append(body);
}

/// At once, and waits only when the kernel's buffer is full.
void client_connection::write() {
  const auto total = out_head_.size() + (tls_ ? 0 : job_->body().size());
  while (written_ < total) {
    error_code error;
    written_ += write_some(error);
    // When it was no lack of room: the peer may have answered and closed before it took all. The
    // read will tell.
    if (error) return;
  }
  write_done_ = true;
}

std::size_t client_connection::write_some(error_code& error) {
  const auto head_done = std::min(written_, out_head_.size());
  const asio::const_buffer head = asio::buffer(out_head_) + head_done;
  if (tls_) return write_encrypted(*tls_, std::array{head}, error);
  const auto body = job_->body();
  return socket_->write_some(
      std::array<asio::const_buffer, 2>{
          head, asio::buffer(body.data(), body.size()) + (written_ - head_done)},
      error);
}

std::size_t client_connection::read_some(asio::mutable_buffer into, error_code& error) {
  return tls_ ? read_decrypted(*tls_, *socket_, into, error) : socket_->read_some(into, error);
}

void client_connection::read() {
  const auto room = asio::buffer(in_) + in_end_;
  AIRTRAIN_INVARIANT(room.size() > 0);
  error_code error;
  const auto count = read_some(room, error);
  if (error == asio::error::would_block) return;
  if (error) return on_ended(error);
  in_end_ += count;
  take_answer();
}

void client_connection::take_answer() {
  std::size_t consumed = 0;
  const auto state = reader_->feed({in_.data(), in_end_}, consumed);
  std::memmove(in_.data(), in_.data() + consumed, in_end_ - consumed);
  in_end_ -= consumed;
  switch (state) {
    case answer_state::complete:
      on_answered();
      return;
    case answer_state::malformed:
      fail_job(client_error_code::malformed, std::string(reader_->fault()));
      return;
    case answer_state::more:
      if (in_end_ == in_.size()) in_.resize(std::max(buffer_bytes, to_->settings.head_bytes_max));
      if (socket_->readable() || (tls_ && tls_->has_decrypted())) socket_->tell_again();
  }
}

void client_connection::on_answered() {
  auto job = std::move(job_);
  auto answer = reader_->take();
  answer.answered_in =
      std::chrono::duration_cast<std::chrono::microseconds>(clock::now() - transmitted_);
  const bool reusable = reader_->keeps_alive() && write_done_ && in_end_ == 0 && !home_->stopped();
  reader_.reset();
  if (!reusable) {
    close_and_pass_on();
  } else {
    phase_ = phase::idle;
    phase_deadline_ = clock::now() + to_->settings.idle_timeout;
    // Before the answer is handed over: what that sends can have this connection.
    if (auto next = to_->next_or_idle(shared_from_this(), home_->index()))
      send(std::move(next));
    else if (socket_->readable())
      socket_->tell_again();
  }
  complete(std::move(job), std::move(answer));
}

void client_connection::on_ended(const error_code& error) {
  if (error == asio::error::eof && reader_->finish() == answer_state::complete) {
    on_answered();
    return;
  }
  const bool was_stale = reused_ && !reader_->begun() && !job_->sent_again;
  if (was_stale && !home_->stopped()) {
    auto job = std::move(job_);
    job->sent_again = true;
    close();
    home_->open(to_, std::move(job));
    return;
  }
  fail_job(client_error_code::reset,
           fmt::format("the connection ended before a whole answer: {}", error.message()));
}

void client_connection::sweep(clock::time_point now) {
  if (job_ && now >= job_->deadline) {
    fail_job(client_error_code::timeout, "no answer within the deadline");
  } else if (phase_ == phase::connecting && now >= phase_deadline_) {
    fail_job(client_error_code::connect_failed, "no connection within the time-out");
  } else if (phase_ == phase::handshaking && now >= phase_deadline_) {
    fail_job(client_error_code::tls_failed, "no TLS handshake within the time-out");
  } else if (phase_ == phase::idle && now >= phase_deadline_) {
    to_->forget_idle(*this, home_->index());
    close_and_pass_on();
  }
}

void client_connection::stop() {
  to_->forget_idle(*this, home_->index());
  auto job = std::move(job_);
  close();
  if (job) fail(std::move(job), client_error_code::stopped, "the client is shutting down");
}

void client_connection::fail_job(client_error_code code, std::string message) {
  auto job = std::move(job_);
  close_and_pass_on();
  fail(std::move(job), code, std::move(message));
}

void client_connection::close() {
  phase_ = phase::closed;
  if (dial_) std::exchange(dial_, nullptr)->cancel();
  if (tls_) keep_session_usable(tls_->native());
  tls_.reset();
  socket_.reset();
  home_->remove(*this);
}

void client_connection::close_and_pass_on() {
  close();
  if (home_->stopped()) return;
  if (auto next = to_->next_or_give_up_slot()) home_->open(to_, std::move(next));
}

}  // namespace airtrain::http
