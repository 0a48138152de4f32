#pragma once

#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "http/outgoing_answer.hpp"
#include "http/ready_socket.hpp"
#include "http/request_body.hpp"
#include "http/request_head.hpp"
#include "http/server_loop.hpp"
#include "http/tls_channel.hpp"

namespace airtrain::http {

/// One connection of the server. Reads a request, has it handled, writes the answer, reads the
/// next. On its loop's thread, but for `answer`.
///
/// It writes at once and waits only when the kernel's buffer is full: an asynchronous write costs
/// an allocation and a turn of the loop that an answer of 200 bytes never needs.
class session final : public responder::target,
                      public ready_listener,
                      public std::enable_shared_from_this<session> {
 public:
  session(std::shared_ptr<server_loop> home, owned_descriptor socket, std::string peer);
  ~session() override;

  void start();
  /// For a connection too many: answers 503, whatever it asks.
  void start_refused();
  void sweep(clock::time_point now);
  void drain();
  void close();
  /// Writes the answer that was given from another thread.
  void deliver();

  void answer(response answer) override;
  void answer_accepted(std::string body) override;

  void on_readable() override;
  void on_writable() override;

  std::size_t position = 0;  ///< within its loop's sessions

 private:
  enum class phase : std::uint8_t {
    handshake,
    idle,
    head,
    body,
    handling,
    writing,
    lingering,
    closed
  };

  /// False: the kernel can't watch one more socket.
  bool open();
  // Each step returns whether the next request can be taken up right away.
  void advance();
  bool take_head();
  bool take_request();
  bool take_body();
  bool dispatch();
  bool refuse(const refusal& why);
  bool write_answer();
  bool flush();
  bool finish_answer();

  bool host_is_welcome();
  std::optional<refusal> unwelcome();
  void start_body();
  bool promise_to_read();
  void forget_request();
  void linger();
  void on_lingering_bytes(std::size_t count);

  void read();
  void take_bytes();
  asio::mutable_buffer room();
  std::size_t read_some(asio::mutable_buffer into, boost::system::error_code& error);
  void on_read(std::size_t count);
  template <class Buffers>
  std::size_t write_some(const Buffers& what, boost::system::error_code& error) {
    return tls_ ? write_encrypted(*tls_, what, error) : socket_->write_some(what, error);
  }
  void answer_ready();

  // With TLS: session_tls.cpp.
  void start_tls(SSL_CTX& context);
  void shake_hands();
  void give_up_handshake();

  clock::time_point in(std::chrono::milliseconds time) const { return clock::now() + time; }
  const server_settings& settings() const { return home_->all().settings; }
  std::string_view received() const { return {in_.data(), in_end_}; }

  const std::shared_ptr<server_loop> home_;
  owned_descriptor accepted_;  ///< until it is opened
  std::optional<ready_socket>
      socket_;  ///< destroyed on closing: the loop may end before a responder
  std::optional<tls_channel> tls_;
  const std::string peer_;
  phase phase_ = phase::idle;
  clock::time_point deadline_;
  bool reading_ = false;  ///< bytes are wanted
  bool counted_ = true;   ///< among the server's open connections

  // The request: its head always starts at in_[0].
  std::vector<char> in_;
  std::size_t in_end_ = 0;
  head_scanner scanner_;
  request_head head_;
  request request_;
  request_body body_;
  std::string accepted_host_;  ///< the Host that passed the check the last time

  // The answer.
  bool in_handler_ = false;
  bool answered_in_handler_ = false;
  bool keep_alive_ = true;
  outgoing_answer out_;
  std::size_t lingered_bytes_ = 0;
};

}  // namespace airtrain::http
