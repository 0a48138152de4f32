#pragma once

#include <boost/asio/ip/address.hpp>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "http/client_loop.hpp"
#include "http/dial.hpp"
#include "http/outbound_tls.hpp"
#include "http/ready_socket.hpp"
#include "http/resolver.hpp"
#include "http/response_reader.hpp"

namespace airtrain::http {

/// One connection to a target: resolves, dials, shakes hands, then exchanges one request at a time.
/// While idle its socket is watched, and before a request is sent it is looked at: what the peer
/// has said unasked is never the answer to what it is asked next. On its loop's thread.
class client_connection final : public ready_listener,
                                public std::enable_shared_from_this<client_connection> {
 public:
  client_connection(std::shared_ptr<client_loop> home, std::shared_ptr<client::target> to);
  ~client_connection() override;

  void open(job_ptr job);
  void send(job_ptr job);
  void sweep(clock::time_point now);
  void stop();

  void on_readable() override;
  void on_writable() override;

  std::size_t position = 0;  ///< within its loop's connections

 private:
  enum class phase : std::uint8_t { connecting, handshaking, busy, idle, closed };

  void resolve();
  void on_resolved(const lookup_result& found);
  void on_connected(const boost::system::error_code& error, tcp_socket socket);
  void begin_handshake();
  void shake_hands();

  void stirred_while_idle();
  bool peer_is_quiet();

  void transmit();
  void compose_head();
  void write();
  void read();
  std::size_t read_some(asio::mutable_buffer into, boost::system::error_code& error);
  std::size_t write_some(boost::system::error_code& error);
  void take_answer();
  void on_answered();
  void on_ended(const boost::system::error_code& error);

  void fail_job(client_error_code code, std::string message);
  void close();
  /// Closes, and gives the slot to who waits for one.
  void close_and_pass_on();

  const std::shared_ptr<client_loop> home_;
  const std::shared_ptr<client::target> to_;
  phase phase_ = phase::connecting;
  clock::time_point phase_deadline_;  ///< of connecting and of being idle
  job_ptr job_;
  std::shared_ptr<dial> dial_;
  std::optional<ready_socket> socket_;
  std::optional<tls_channel> tls_;

  std::string out_head_;
  std::size_t written_ = 0;
  bool write_done_ = true;
  bool reused_ = false;
  std::vector<char> in_;
  std::size_t in_end_ = 0;
  std::optional<response_reader> reader_;
};

}  // namespace airtrain::http
