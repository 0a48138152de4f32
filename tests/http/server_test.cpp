#include "http/server.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include <atomic>
#include <future>
#include <mutex>
#include <thread>

#include "tests/http/raw_connection.hpp"

namespace airtrain::http {
namespace {

using ::testing::EndsWith;
using ::testing::HasSubstr;
using ::testing::Not;
using testing::raw_connection;
using ::testing::StartsWith;

void echo(const request& asked, responder answer) {
  response r;
  r.content_type = "text/plain";
  r.body = fmt::format("{} {} {}", asked.method, asked.target, asked.body);
  answer.send(std::move(r));
}

/// A server on a free port and the loops it runs on.
struct running_server {
  explicit running_server(server_settings settings = {}, handler on_request = echo)
      : it(pool, std::move(settings), std::move(on_request)) {
    const auto started = it.start();
    EXPECT_TRUE(started) << (started ? "" : started.error());
  }
  raw_connection connect() const { return raw_connection::to(it.port()); }
  std::string ask(std::string_view bytes) const {
    auto connection = connect();
    connection.send(bytes);
    return connection.read_message();
  }

  io_pool pool{2};
  server it;
};

std::uint64_t refused(const running_server& server, refusal_code why) {
  return server.it.figures().refused[static_cast<std::size_t>(why)];
}

std::string post(std::string_view body, std::string_view more = "") {
  return fmt::format(
      "POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Length: {}\r\n{}\r\n{}", body.size(),
      more, body);
}

TEST(server, answers_a_request_and_keeps_the_connection) {
  running_server server;
  auto connection = server.connect();
  for (int i = 0; i < 3; ++i) {
    connection.send(post("hello"));
    const auto answer = connection.read_message();
    EXPECT_THAT(answer, StartsWith("HTTP/1.1 200 OK\r\n"));
    EXPECT_THAT(answer, EndsWith("POST /v1/events hello"));
    EXPECT_THAT(answer, Not(HasSubstr("Connection: close")));
  }
}

TEST(server, accepts_a_body_that_comes_byte_by_byte) {
  running_server server;
  auto connection = server.connect();
  for (const char c : post("slowly")) connection.send({&c, 1});
  EXPECT_THAT(connection.read_message(), EndsWith("slowly"));
}

TEST(server, answers_pipelined_requests_in_their_order) {
  running_server server;
  auto connection = server.connect();
  std::string all;
  for (int i = 0; i < 100; ++i) all += post(fmt::format("n{}", i));
  connection.send(all);
  for (int i = 0; i < 100; ++i)
    ASSERT_THAT(connection.read_message(), EndsWith(fmt::format("\r\n\r\nPOST /v1/events n{}", i)));
}

TEST(server, takes_a_body_larger_than_its_buffer_and_what_is_pipelined_behind_it) {
  running_server server;
  auto connection = server.connect();
  const std::string large(300'000, 'x');
  std::thread writer([&] { connection.send(post(large) + post("after")); });
  EXPECT_THAT(connection.read_message(), EndsWith(large));
  EXPECT_THAT(connection.read_message(), EndsWith("after"));
  writer.join();
}

TEST(server, decodes_a_chunked_body_and_what_is_pipelined_behind_it) {
  running_server server;
  auto connection = server.connect();
  connection.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n"
      "3;name=value\r\nabc\r\n4\r\ndefg\r\n0\r\nTrailer: dropped\r\n\r\n" +
      post("after"));
  EXPECT_THAT(connection.read_message(), EndsWith("POST / abcdefg"));
  EXPECT_THAT(connection.read_message(), EndsWith("after"));
}

TEST(server, asks_for_the_body_a_producer_holds_back) {
  running_server server;
  auto connection = server.connect();
  connection.send(
      "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(connection.read_until("\r\n\r\n"), "HTTP/1.1 100 Continue\r\n\r\n");
  connection.send("hello");
  EXPECT_THAT(connection.read_message(), EndsWith("hello"));
}

TEST(server, answers_head_without_a_body) {
  running_server server;
  auto connection = server.connect();
  connection.send("HEAD /x HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(connection.read_until("\r\n\r\n"), HasSubstr("Content-Length: 8\r\n"));
  connection.send(post("next"));
  EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 200"));
}

TEST(server, closes_when_the_producer_asks_for_it) {
  running_server server;
  auto connection = server.connect();
  connection.send(post("x", "Connection: close\r\n"));
  EXPECT_THAT(connection.read_message(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(connection.ended_by_peer());
}

TEST(server, keeps_an_http_1_0_connection_only_when_asked_to) {
  running_server server;
  auto kept = server.connect();
  for (int i = 0; i < 2; ++i) {
    kept.send("GET / HTTP/1.0\r\nHost: localhost\r\nConnection: keep-alive\r\n\r\n");
    EXPECT_THAT(kept.read_message(), HasSubstr("Connection: keep-alive\r\n"));
  }
  auto closed = server.connect();
  closed.send("GET / HTTP/1.0\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(closed.read_message(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(closed.ended_by_peer());
}

TEST(server, answers_a_peer_that_has_closed_its_sending_side) {
  running_server server;
  auto connection = server.connect();
  connection.send(post("last words"));
  connection.finish_sending();
  EXPECT_THAT(connection.read_message(), EndsWith("last words"));
  EXPECT_TRUE(connection.ended_by_peer());
}

TEST(server, answers_all_that_a_peer_said_before_it_closed_its_sending_side) {
  running_server server;
  for (const std::size_t body_bytes : {10u, 3000u, 100'000u}) {
    auto connection = server.connect();
    std::thread writer([&] {
      std::string all;
      for (int i = 0; i < 20; ++i)
        all += post(fmt::format("{} {}", i, std::string(body_bytes, 'x')));
      connection.send(all);
      connection.finish_sending();
    });
    for (int i = 0; i < 20; ++i)
      ASSERT_THAT(connection.read_message(), HasSubstr(fmt::format("/v1/events {} x", i)));
    EXPECT_TRUE(connection.ended_by_peer());
    writer.join();
  }
}

TEST(server, serves_others_while_one_floods_it) {
  io_pool one{1};
  server it(one, {}, echo);
  ASSERT_TRUE(it.start());
  auto flooding = raw_connection::to(it.port());
  std::string many;
  for (int i = 0; i < 1000; ++i) many += post(std::string(2000, 'f'));
  std::atomic<bool> enough{false};
  std::thread writer([&] {
    while (!enough && flooding.send(many)) {
    }
  });
  std::thread reader([&] {
    while (flooding.read_bytes(1 << 16).size() == 1 << 16) {
    }
  });
  for (int i = 0; i < 100; ++i) {
    auto other = raw_connection::to(it.port());
    other.send(post("me too"));
    ASSERT_THAT(other.read_message(), EndsWith("me too"));
  }
  enough = true;
  writer.join();
  flooding.finish_sending();
  reader.join();
}

TEST(server, lets_a_producer_that_writes_on_see_that_the_body_is_too_large) {
  running_server server({.body_bytes_max = 1000});
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4000000\r\n\r\n");
  EXPECT_TRUE(connection.send(std::string(4'000'000, 'x')));
  const auto answer = connection.read_message();
  EXPECT_THAT(answer, StartsWith("HTTP/1.1 413 "));
  EXPECT_THAT(answer, HasSubstr("application/problem+json"));
  EXPECT_THAT(answer, HasSubstr("\"code\":\"body_too_large\""));
}

TEST(server, refuses_a_chunked_body_that_grows_too_large) {
  running_server server({.body_bytes_max = 1000});
  auto connection = server.connect();
  connection.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
  for (int i = 0; i < 20; ++i) connection.send("64\r\n" + std::string(100, 'x') + "\r\n");
  EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 413 "));
}

TEST(server, refuses_endless_chunk_framing) {
  running_server server;
  const std::string head =
      "POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n";
  EXPECT_THAT(server.ask(head + "3;" + std::string(9000, 'x')), HasSubstr("malformed_chunks"));
  EXPECT_THAT(server.ask(head + "0\r\nTrailer: " + std::string(9000, 'x')),
              HasSubstr("malformed_chunks"));
  std::string extensions;
  for (int i = 0; i < 100; ++i) extensions += "1;" + std::string(100, 'e') + "\r\nx\r\n";
  EXPECT_THAT(server.ask(head + extensions), HasSubstr("malformed_chunks"));
}

TEST(server, refuses_a_head_that_is_too_large) {
  running_server server({.head_bytes_max = 4096});
  EXPECT_THAT(server.ask("GET / HTTP/1.1\r\nHost: localhost\r\nX: " + std::string(9000, 'x')),
              StartsWith("HTTP/1.1 431 "));
}

TEST(server, answers_a_slow_head_with_a_timeout) {
  running_server server({.head_timeout = std::chrono::milliseconds(50)});
  EXPECT_THAT(server.ask("GET / HTTP/1.1\r\nHos"), StartsWith("HTTP/1.1 408 "));
  EXPECT_EQ(refused(server, refusal_code::head_timeout), 1u);
}

TEST(server, answers_a_slow_body_with_a_timeout) {
  running_server server({.body_timeout = std::chrono::milliseconds(50)});
  EXPECT_THAT(
      server.ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 100000\r\n\r\npart"),
      HasSubstr(R"("type":"urn:airtrain:problem:body_timeout")"));
}

TEST(server, closes_an_idle_connection_without_a_word) {
  running_server server({.idle_timeout = std::chrono::milliseconds(50)});
  auto connection = server.connect();
  connection.send(post("x"));
  connection.read_message();
  EXPECT_TRUE(connection.ended_by_peer());
}

TEST(server, refuses_a_connection_too_many) {
  running_server server({.connections_max = 1});
  auto first = server.connect();
  first.send(post("x"));
  first.read_message();
  EXPECT_THAT(server.ask(post("y")), StartsWith("HTTP/1.1 503 "));
  EXPECT_EQ(refused(server, refusal_code::overloaded), 1u);
}

TEST(server, bounds_what_bodies_may_hold_together) {
  std::promise<responder> handed;
  running_server server(
      {.buffered_bytes_max = 200'000}, [&](const request& asked, responder answer) {
        asked.path == "/held" ? handed.set_value(std::move(answer)) : answer.send({});
      });
  auto first = server.connect();
  first.send("POST /held HTTP/1.1\r\nHost: localhost\r\nContent-Length: 150000\r\n\r\n");
  first.send(std::string(150'000, 'x'));
  auto held = handed.get_future().get();
  const auto further = post(std::string(100'000, 'y'));
  EXPECT_THAT(server.ask(further), StartsWith("HTTP/1.1 503 "));
  held.send({});
  EXPECT_THAT(first.read_message(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(server.ask(further), StartsWith("HTTP/1.1 200 "));
}

TEST(server, charges_a_body_with_what_has_arrived_and_not_with_what_was_announced) {
  running_server server({.buffered_bytes_max = 200'000},
                        [](const request&, responder answer) { answer.send({}); });
  std::vector<raw_connection> slow;
  for (int i = 0; i < 16; ++i) {
    slow.push_back(server.connect());
    slow.back().send(
        "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\n"
        "Content-Length: 150000\r\n\r\n");
    EXPECT_THAT(slow.back().read_message(), StartsWith("HTTP/1.1 100 "));
  }
  EXPECT_THAT(server.ask(post(std::string(20'000, 'y'))), StartsWith("HTTP/1.1 200 "));
}

TEST(server, serves_only_hosts_that_are_its_own) {
  running_server server({.hosts = {"events.example.org"}, .any_host_paths = {"/livez"}});
  const auto get = [&](std::string_view host, std::string_view path = "/") {
    return server.ask(fmt::format("GET {} HTTP/1.1\r\nHost: {}\r\n\r\n", path, host));
  };
  EXPECT_THAT(get("127.0.0.1:99"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("[::1]"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("EVENTS.example.org"), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(get("evil.example.org"), StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(get("127.0.0.1.evil.example.org"), StartsWith("HTTP/1.1 421 "));
  EXPECT_THAT(get("evil.example.org", "/livez"), StartsWith("HTTP/1.1 200 "));
}

TEST(server, an_exempt_path_does_not_make_its_host_known) {
  running_server server({.any_host_paths = {"/livez"}});
  auto connection = server.connect();
  connection.send("GET /livez HTTP/1.1\r\nHost: evil\r\n\r\nGET / HTTP/1.1\r\nHost: evil\r\n\r\n");
  EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 421 "));
}

TEST(server, refuses_a_web_page_of_another_origin) {
  running_server server;
  EXPECT_THAT(server.ask(post("x", "Origin: http://localhost\r\n")), StartsWith("HTTP/1.1 200 "));
  EXPECT_THAT(server.ask(post("x", "Origin: http://evil\r\n")), StartsWith("HTTP/1.1 403 "));
  EXPECT_THAT(server.ask(post("x", "Origin: null\r\n")), StartsWith("HTTP/1.1 403 "));
}

TEST(server, answers_that_come_from_other_threads) {
  std::mutex mutex;
  std::vector<responder> waiting;
  running_server server({}, [&](const request&, responder answer) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(answer));
  });
  std::vector<raw_connection> connections;
  for (int i = 0; i < 50; ++i) {
    connections.push_back(server.connect());
    connections.back().send(post("x"));
  }
  for (std::size_t answered = 0; answered < connections.size();) {
    std::vector<responder> batch;
    {
      const std::lock_guard lock(mutex);
      batch.swap(waiting);
    }
    for (auto& answer : batch) answer.send_accepted("{}");
    answered += batch.size();
  }
  for (auto& connection : connections)
    EXPECT_THAT(connection.read_message(), StartsWith("HTTP/1.1 202 Accepted\r\n"));
}

TEST(server, a_dropped_responder_answers_that_the_request_was_given_up) {
  running_server server({}, [](const request&, responder answer) {
    std::thread([dropped = std::move(answer)] {}).join();
  });
  EXPECT_THAT(server.ask(post("x")), StartsWith("HTTP/1.1 503 "));
}

TEST(server, writes_an_answer_larger_than_the_kernel_takes_at_once) {
  const std::string large(20'000'000, 'a');
  running_server server({}, [&](const request&, responder answer) {
    response r;
    r.body = large;
    answer.send(std::move(r));
  });
  auto connection = server.connect();
  connection.send(post("x") + post("y"));
  EXPECT_EQ(connection.read_message().size(), connection.read_message().size());
}

TEST(server, gives_up_on_a_reader_that_does_not_read) {
  running_server server({.answer_timeout = std::chrono::milliseconds(50)},
                        [](const request&, responder answer) {
                          response r;
                          r.body.assign(20'000'000, 'a');
                          answer.send(std::move(r));
                        });
  auto connection = server.connect();
  connection.send(post("x"));
  while (server.it.figures().answers_given_up == 0) std::this_thread::yield();
  EXPECT_LT(connection.read_to_end().size(), 20'000'000u);
}

TEST(server, survives_resets_at_every_point) {
  running_server server;
  const auto whole = post("payload");
  for (std::size_t cut = 0; cut <= whole.size(); cut += 7) {
    auto connection = server.connect();
    connection.send(std::string_view(whole).substr(0, cut));
    connection.reset();
  }
  EXPECT_THAT(server.ask(post("still here")), EndsWith("still here"));
}

TEST(server, a_drain_answers_what_runs_and_closes_what_is_idle) {
  std::promise<responder> handed;
  running_server server({}, [&](const request& asked, responder answer) {
    asked.path == "/slow" ? handed.set_value(std::move(answer)) : echo(asked, std::move(answer));
  });
  auto idle = server.connect();
  idle.send(post("x"));
  idle.read_message();
  auto busy = server.connect();
  busy.send("GET /slow HTTP/1.1\r\nHost: localhost\r\n\r\n");
  auto answer = handed.get_future().get();
  server.it.drain();
  EXPECT_TRUE(idle.ended_by_peer());
  answer.send({});
  EXPECT_THAT(busy.read_message(), HasSubstr("Connection: close\r\n"));
  EXPECT_TRUE(busy.ended_by_peer());
}

TEST(server, a_responder_may_outlive_the_server_and_its_loops) {
  std::promise<responder> handed;
  responder late;
  {
    running_server server(
        {}, [&](const request&, responder answer) { handed.set_value(std::move(answer)); });
    auto connection = server.connect();
    connection.send(post("x"));
    late = handed.get_future().get();
    server.it.stop();
    EXPECT_TRUE(connection.ended_by_peer());
  }
  late.send({});
}

TEST(server, leaves_nothing_behind_when_its_loops_ended_under_an_answer) {
  const auto held = std::make_shared<int>();
  {
    std::promise<responder> handed;
    io_pool pool{1};
    server it(pool, {}, [&handed, held](const request&, responder answer) {
      handed.set_value(std::move(answer));
    });
    ASSERT_TRUE(it.start());
    auto connection = raw_connection::to(it.port());
    connection.send(post("x"));
    auto late = handed.get_future().get();
    pool.stop();
    late.send({});
  }
  EXPECT_EQ(held.use_count(), 1);
}

TEST(server, says_which_address_it_could_not_bind) {
  running_server first;
  server second(first.pool, {.port = first.it.port()}, echo);
  const auto started = second.start();
  ASSERT_FALSE(started);
  EXPECT_THAT(started.error(), HasSubstr(std::to_string(first.it.port())));
}

TEST(server, spreads_connections_evenly_over_its_loops) {
  std::mutex mutex;
  std::map<std::thread::id, int> seen;
  running_server server({}, [&](const request& asked, responder answer) {
    {
      const std::lock_guard lock(mutex);
      ++seen[std::this_thread::get_id()];
    }
    echo(asked, std::move(answer));
  });
  std::vector<raw_connection> connections;
  for (int i = 0; i < 8; ++i) {
    connections.push_back(server.connect());
    connections.back().send(post("x"));
    connections.back().read_message();
  }
  ASSERT_EQ(seen.size(), 2u);
  for (const auto& [thread, count] : seen) EXPECT_EQ(count, 4);
}

}  // namespace
}  // namespace airtrain::http
