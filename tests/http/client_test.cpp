#include "http/client.hpp"

#include <fmt/format.h>
#include <gmock/gmock.h>

#include "http/server.hpp"
#include "tests/http/calling_client.hpp"
#include "tests/http/scripted_server.hpp"

namespace airtrain::http {
namespace {

using testing::calling_client;
using testing::code_of;
using ::testing::HasSubstr;
using testing::raw_connection;
using testing::scripted_server;
using ::testing::StartsWith;
using namespace std::chrono_literals;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";

/// Reads a request and answers with these bytes, then ends the connection.
scripted_server::script answer_with(std::string bytes) {
  return [bytes = std::move(bytes)](raw_connection& connection, int) {
    connection.read_message();
    connection.send(bytes);
  };
}

client_result answer_to(std::string bytes, client_request request = {}) {
  scripted_server server(answer_with(std::move(bytes)));
  calling_client client;
  return client.ask(client.target(server.port()), std::move(request));
}

TEST(client, sends_a_request_as_it_was_given) {
  std::string seen;
  std::uint16_t port = 0;
  {
    scripted_server server([&](raw_connection& connection, int) {
      seen = connection.read_message();
      connection.send(ok);
    });
    port = server.port();
    calling_client client;
    const auto answer = client.ask(
        client.target(port), {.target = "/a?b=c", .headers = "X-One: 1\r\n", .body = "payload"});
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->status, 200);
    EXPECT_EQ(answer->body, "ok");
    EXPECT_EQ(answer->get("content-length"), "2");
  }
  EXPECT_EQ(seen, fmt::format("POST /a?b=c HTTP/1.1\r\nHost: 127.0.0.1:{}\r\nX-One: 1\r\n"
                              "Content-Length: 7\r\n\r\npayload",
                              port));
}

TEST(client, sends_many_requests_over_one_connection) {
  scripted_server server([](raw_connection& connection, int) {
    while (!connection.read_message().empty()) connection.send(ok);
  });
  calling_client client;
  const auto target = client.target(server.port());
  for (int i = 0; i < 20; ++i) EXPECT_TRUE(client.ask(target));
  EXPECT_EQ(server.connections(), 1);
}

TEST(client, sends_a_body_that_another_owns) {
  scripted_server server([](raw_connection& connection, int) {
    const auto body = connection.read_message().substr(200);
    connection.send(ok);
  });
  calling_client client;
  const auto large = std::make_shared<const std::string>(5'000'000, 'x');
  EXPECT_TRUE(client.ask(client.target(server.port()), {.body_owner = large, .body_view = *large}));
}

TEST(client, does_not_take_what_came_before_a_request_for_its_answer) {
  std::promise<void> idle;
  std::promise<void> said;
  scripted_server server([&](raw_connection& connection, int number) {
    connection.read_message();
    connection.send(ok);
    if (number > 0) return;
    idle.get_future().wait();
    connection.send("HTTP/1.1 200 OK\r\nContent-Length: 7\r\n\r\nunasked");
    said.set_value();
    connection.read_message();
  });
  calling_client client;
  const auto target = client.target(server.port());
  ASSERT_TRUE(client.ask(target));
  // While the loop does this, it can't notice what comes in.
  client.pool.at(0).post([&] {
    idle.set_value();
    said.get_future().wait();
  });
  const auto answer = client.ask(target);
  ASSERT_TRUE(answer) << answer.error().message;
  EXPECT_EQ(answer->body, "ok");
  EXPECT_EQ(server.connections(), 2);
}

TEST(client, reads_a_chunked_answer) {
  const auto answer = answer_to(
      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "abcde");
}

TEST(client, reads_an_answer_that_ends_with_the_connection) {
  const auto answer = answer_to("HTTP/1.1 200 OK\r\n\r\nall of it");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->body, "all of it");
}

TEST(client, reads_a_large_answer_whole_although_its_end_has_come_already) {
  const std::string large(60'000, 'x');  // many times what is read at once
  const auto to_the_end = answer_to("HTTP/1.1 200 OK\r\n\r\n" + large);
  ASSERT_TRUE(to_the_end) << to_the_end.error().message;
  EXPECT_EQ(to_the_end->body, large);
  const auto announced = answer_to(
      fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", large.size(), large));
  ASSERT_TRUE(announced) << announced.error().message;
  EXPECT_EQ(announced->body, large);
}

TEST(client, expects_no_body_where_there_is_none) {
  EXPECT_TRUE(answer_to("HTTP/1.1 204 No Content\r\n\r\n"));
  EXPECT_TRUE(answer_to("HTTP/1.1 304 Not Modified\r\nContent-Length: 9\r\n\r\n"));
  EXPECT_TRUE(answer_to("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n", {.method = "HEAD"}));
}

TEST(client, skips_interim_answers_but_not_for_ever) {
  const std::string interim =
      "HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nL: x\r\n\r\n";
  const auto answer = answer_to(interim + std::string(ok));
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 200);
  std::string endless;
  for (int i = 0; i < 20; ++i) endless += interim;
  EXPECT_EQ(code_of(answer_to(endless)), client_error_code::malformed);
  EXPECT_EQ(code_of(answer_to("HTTP/1.1 101 Switching Protocols\r\n\r\n")),
            client_error_code::malformed);
}

TEST(client, does_not_follow_a_redirect) {
  const auto answer =
      answer_to("HTTP/1.1 307 Temporary Redirect\r\nLocation: /x\r\nContent-Length: 0\r\n\r\n");
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 307);
}

TEST(client, a_truncated_answer_is_none) {
  EXPECT_EQ(code_of(answer_to("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\nhalf")),
            client_error_code::reset);
  EXPECT_EQ(code_of(answer_to("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab")),
            client_error_code::reset);
  EXPECT_EQ(code_of(answer_to("HTTP/1.1 200 O")), client_error_code::reset);
  EXPECT_EQ(code_of(answer_to("")), client_error_code::reset);
}

TEST(client, a_malformed_answer_is_none) {
  for (const char* bytes : {
           "SSH-2.0-OpenSSH_9.2\r\n",
           "HTTP/1.1 999999 OK\r\n\r\n",
           "HTTP/1.1 200 OK\r\nContent-Length: 1, 1\r\n\r\nx",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\nx",
           "HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\nx",
           "HTTP/1.1 200 OK\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n",
           "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n",
           "HTTP/1.1 200 OK\r\nno colon\r\n\r\n",
       })
    EXPECT_EQ(code_of(answer_to(bytes)), client_error_code::malformed) << bytes;
}

TEST(client, reads_no_more_than_its_limits) {
  const std::string head = "HTTP/1.1 200 OK\r\n";
  EXPECT_EQ(code_of(answer_to(head + "X: " + std::string(20'000, 'x'))),
            client_error_code::malformed);
  EXPECT_EQ(code_of(answer_to(head + "Content-Length: 70000\r\n\r\n")),
            client_error_code::malformed);
  EXPECT_EQ(code_of(answer_to(head + "\r\n" + std::string(70'000, 'x'))),
            client_error_code::malformed);
  EXPECT_EQ(code_of(answer_to(head + "Transfer-Encoding: chunked\r\n\r\n11170\r\n")),
            client_error_code::malformed);
  EXPECT_EQ(
      code_of(answer_to(head + "Transfer-Encoding: chunked\r\n\r\n3;" + std::string(20'000, 'x'))),
      client_error_code::malformed);
}

TEST(client, an_endless_answer_ends) {
  scripted_server server([](raw_connection& connection, int) {
    connection.read_message();
    connection.send("HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (connection.send("1\r\nx\r\n")) {
    }
  });
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(server.port()))), client_error_code::malformed);
}

TEST(client, a_reset_is_told) {
  scripted_server server([](raw_connection& connection, int) {
    connection.read_message();
    connection.reset();
  });
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(server.port()))), client_error_code::reset);
}

TEST(client, takes_an_answer_that_comes_before_the_whole_request_was_read) {
  scripted_server server([](raw_connection& connection, int) {
    connection.read_until("\r\n\r\n");
    connection.send("HTTP/1.1 413 Content Too Large\r\nContent-Length: 0\r\n\r\n");
    connection.finish_sending();
    connection.read_to_end();
  });
  calling_client client;
  const auto answer =
      client.ask(client.target(server.port()), {.body = std::string(20'000'000, 'x')});
  ASSERT_TRUE(answer);
  EXPECT_EQ(answer->status, 413);
}

TEST(client, the_deadline_ends_a_request_that_is_not_answered) {
  std::promise<void> done;
  scripted_server server([&](raw_connection& connection, int) {
    connection.read_message();
    connection.send("HTTP/1.1 200 OK\r\nContent-Le");
    done.get_future().wait();
  });
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(server.port()), {}, 50ms)),
            client_error_code::timeout);
  done.set_value();
}

TEST(client, repeats_a_request_once_when_a_kept_connection_was_stale) {
  scripted_server server([](raw_connection& connection, int) {
    connection.read_message();
    connection.send(ok);
    connection.read_message();  // and ends without an answer
  });
  calling_client client;
  const auto target = client.target(server.port());
  EXPECT_TRUE(client.ask(target));
  EXPECT_TRUE(client.ask(target));
  EXPECT_EQ(server.connections(), 2);
}

TEST(client, does_not_repeat_a_request_whose_answer_had_begun) {
  scripted_server server([](raw_connection& connection, int) {
    connection.read_message();
    connection.send(ok);
    connection.read_message();
    connection.send("HTTP/1.1 2");
  });
  calling_client client;
  const auto target = client.target(server.port());
  EXPECT_TRUE(client.ask(target));
  EXPECT_EQ(code_of(client.ask(target)), client_error_code::reset);
  EXPECT_EQ(server.connections(), 1);
}

TEST(client, does_not_repeat_on_a_fresh_connection) {
  scripted_server server([](raw_connection& connection, int) { connection.read_message(); });
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(server.port()))), client_error_code::reset);
  EXPECT_EQ(server.connections(), 1);
}

TEST(client, does_not_reuse_a_connection_with_bytes_nobody_asked_for) {
  scripted_server server([](raw_connection& connection, int) {
    connection.read_message();
    connection.send(std::string(ok) + "HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\nevil");
    connection.read_to_end();
  });
  calling_client client;
  const auto target = client.target(server.port());
  for (int i = 0; i < 2; ++i) {
    const auto answer = client.ask(target);
    ASSERT_TRUE(answer);
    EXPECT_EQ(answer->body, "ok");
  }
}

TEST(client, closes_a_connection_that_was_idle_for_too_long) {
  std::promise<void> ended;
  scripted_server server([&](raw_connection& connection, int) {
    connection.read_message();
    connection.send(ok);
    if (connection.ended_by_peer()) ended.set_value();
  });
  calling_client client;
  const auto target =
      client.target({.where = {.host = "127.0.0.1", .port = server.port()}, .idle_timeout = 10ms});
  EXPECT_TRUE(client.ask(target));
  EXPECT_EQ(ended.get_future().wait_for(5s), std::future_status::ready);
}

TEST(client, keeps_to_the_cap_of_connections_over_all_loops) {
  io_pool server_pool(1);
  std::mutex mutex;
  std::vector<responder> waiting;
  server busy(server_pool, {}, [&](const request&, responder answer) {
    const std::lock_guard lock(mutex);
    waiting.push_back(std::move(answer));
  });
  ASSERT_TRUE(busy.start());
  calling_client client(2);
  const auto target =
      client.target({.where = {.host = "127.0.0.1", .port = busy.port()}, .connections_max = 3});
  std::vector<std::future<client_result>> answers;
  for (std::size_t i = 0; i < 40; ++i) answers.push_back(client.start(target, {}, i % 2));
  for (std::size_t answered = 0; answered < answers.size();) {
    std::vector<responder> batch;
    {
      const std::lock_guard lock(mutex);
      EXPECT_LE(waiting.size(), 3u);
      batch.swap(waiting);
    }
    for (auto& answer : batch) answer.send({});
    answered += batch.size();
  }
  for (auto& answer : answers) EXPECT_TRUE(answer.get());
  EXPECT_LE(busy.figures().accepted, 3u);
}

TEST(client, a_request_on_one_loop_can_have_the_idle_connection_of_another) {
  scripted_server server([](raw_connection& connection, int) {
    while (!connection.read_message().empty()) connection.send(ok);
  });
  calling_client client(2);
  const auto target =
      client.target({.where = {.host = "127.0.0.1", .port = server.port()}, .connections_max = 1});
  for (std::size_t i = 0; i < 10; ++i) EXPECT_TRUE(client.start(target, {}, i % 2).get());
  EXPECT_EQ(server.connections(), 1);
}

TEST(client, the_deadline_covers_the_wait_for_a_connection) {
  std::promise<void> done;
  scripted_server server([&](raw_connection& connection, int) {
    connection.read_message();
    done.get_future().wait();
    connection.send(ok);
  });
  calling_client client;
  const auto target =
      client.target({.where = {.host = "127.0.0.1", .port = server.port()}, .connections_max = 1});
  auto first = client.start(target);
  EXPECT_EQ(code_of(client.ask(target, {}, 50ms)), client_error_code::timeout);
  done.set_value();
  EXPECT_TRUE(first.get());
}

TEST(client, tells_that_nobody_listens) {
  std::uint16_t port = 0;
  {
    scripted_server gone([](raw_connection&, int) {});
    port = gone.port();
  }
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(port))), client_error_code::connect_failed);
}

TEST(client, never_dials_where_clouds_keep_credentials) {
  calling_client client;
  for (const char* host : {"169.254.169.254", "fd00:ec2::254", "fe80::1", "::ffff:169.254.169.254",
                           "64:ff9b::a9fe:a9fe", "2002:a9fe:a9fe::1"}) {
    const auto target = client.target({.where = {.host = host, .port = 80}});
    EXPECT_EQ(code_of(client.ask(target)), client_error_code::address_denied) << host;
  }
}

TEST(client, resolves_a_name) {
  scripted_server server(answer_with(std::string(ok)));
  calling_client client;
  EXPECT_TRUE(client.ask(client.target({.where = {.host = "localhost", .port = server.port()}})));
}

TEST(client, tells_that_a_name_does_not_resolve) {
  calling_client client;
  const auto target = client.target({.where = {.host = "no-such-name.invalid", .port = 80}});
  EXPECT_EQ(code_of(client.ask(target)), client_error_code::resolve_failed);
}

TEST(client, refuses_a_target_that_would_break_the_request_line) {
  calling_client client;
  const auto target = client.target(1);
  EXPECT_EQ(code_of(client.ask(target, {.target = "/a b"})), client_error_code::malformed);
  EXPECT_EQ(code_of(client.ask(target, {.target = "/a\r\nX: y"})), client_error_code::malformed);
}

TEST(client, a_stop_ends_what_runs_and_what_waits) {
  std::promise<void> reached;
  std::promise<void> done;
  scripted_server server([&](raw_connection& connection, int) {
    connection.read_message();
    reached.set_value();
    done.get_future().wait();
  });
  calling_client client(2);
  const auto target =
      client.target({.where = {.host = "127.0.0.1", .port = server.port()}, .connections_max = 1});
  auto running = client.start(target, {}, 0);
  reached.get_future().wait();
  auto waiting = client.start(target, {}, 1);
  client.it.stop();
  EXPECT_EQ(code_of(running.get()), client_error_code::stopped);
  EXPECT_EQ(code_of(waiting.get()), client_error_code::stopped);
  EXPECT_EQ(code_of(client.ask(target)), client_error_code::stopped);
  done.set_value();
}

}  // namespace
}  // namespace airtrain::http
