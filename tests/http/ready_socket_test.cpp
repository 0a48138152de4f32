#include "http/ready_socket.hpp"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/epoll.h>

#include <boost/asio/error.hpp>
#include <optional>
#include <string>
#include <string_view>

#include "tests/http/raw_connection.hpp"

namespace airtrain::http {
namespace {

using testing::raw_connection;

/// Counts what it is told, reads a few bytes each time where it is asked to, and asks for more.
struct reading_listener final : ready_listener {
  void on_readable() override {
    ++told;
    if (!socket || piece == 0) return;
    std::string into(piece, ' ');
    boost::system::error_code error;
    read.append(into, 0, socket->read_some({into.data(), into.size()}, error));
    if (error == boost::asio::error::eof) ended = true;
    if (closes_at_end && ended) return socket.reset();
    if (socket->readable() && !ended) socket->tell_again();
  }
  void on_writable() override { ++writable; }

  std::optional<ready_socket> socket;
  std::size_t piece = 0;
  bool closes_at_end = false;
  bool ended = false;
  std::string read;
  int told = 0;
  int writable = 0;
};

/// A watched socket and its other end.
struct ready_socket_test : ::testing::Test {
  ready_socket_test() {
    int ends[2];
    EXPECT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
    peer.emplace(ends[0]);
    EXPECT_EQ(fcntl(ends[1], F_SETFL, O_NONBLOCK), 0);
    watcher.start();
    listener.socket.emplace(watcher, owned_descriptor(ends[1]), listener);
  }
  /// Everything that is ready now, and what becomes ready by it.
  void turn() {
    context.restart();
    context.poll();
  }

  boost::asio::io_context context;
  readiness watcher{context};
  reading_listener listener;
  std::optional<raw_connection> peer;
};

TEST_F(ready_socket_test, is_told_once_in_a_turn_however_often_it_asks) {
  turn();
  for (int i = 0; i < 3; ++i) listener.socket->tell_again();
  listener.socket->has_changed(EPOLLIN);
  turn();
  EXPECT_EQ(listener.told, 1);
  listener.socket->tell_again();
  turn();
  EXPECT_EQ(listener.told, 2);
}

TEST_F(ready_socket_test, reads_all_that_came_with_the_end_in_small_pieces) {
  peer->send("all of this came at once");
  peer->finish_sending();
  listener.piece = 5;
  turn();
  EXPECT_EQ(listener.read, "all of this came at once");
  EXPECT_TRUE(listener.ended);
}

TEST_F(ready_socket_test, is_told_of_what_comes_after_it_had_read_all) {
  listener.piece = 64;
  for (const std::string_view word : {"one ", "two ", "three"}) {
    peer->send(word);
    turn();
  }
  EXPECT_EQ(listener.read, "one two three");
  peer->finish_sending();
  turn();
  EXPECT_TRUE(listener.ended);
}

TEST_F(ready_socket_test, keeps_what_its_listener_did_not_want_when_it_was_told) {
  peer->send("early");
  turn();
  EXPECT_EQ(listener.told, 1);
  ASSERT_TRUE(listener.socket->readable());
  listener.piece = 64;
  listener.socket->tell_again();
  turn();
  EXPECT_EQ(listener.read, "early");
}

TEST_F(ready_socket_test, nothing_is_told_to_the_next_socket_in_the_place_of_a_closed_one) {
  turn();
  listener.socket->tell_again();
  listener.socket.reset();
  reading_listener next;
  int ends[2];
  ASSERT_EQ(socketpair(AF_UNIX, SOCK_STREAM, 0, ends), 0);
  const raw_connection silent(ends[0]);
  next.socket.emplace(watcher, owned_descriptor(ends[1]), next);
  turn();
  EXPECT_EQ(next.told, 0);
}

TEST_F(ready_socket_test, may_be_closed_by_its_listener_while_it_is_told) {
  listener.piece = 64;
  listener.closes_at_end = true;
  peer->close();
  turn();
  EXPECT_FALSE(listener.socket);
  turn();
}

TEST_F(ready_socket_test, is_told_that_there_is_room_again_after_it_was_full) {
  turn();
  const std::string much(1 << 20, 'a');
  const boost::asio::const_buffer what(much.data(), much.size());
  boost::system::error_code error;
  std::size_t written = 0;
  while (!error) written += listener.socket->write_some({&what, 1}, error);
  ASSERT_EQ(error, boost::asio::error::would_block);
  const int before = listener.writable;
  EXPECT_EQ(peer->read_bytes(written).size(), written);
  turn();
  EXPECT_GT(listener.writable, before);
}

}  // namespace
}  // namespace airtrain::http
