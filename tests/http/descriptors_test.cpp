#include <gmock/gmock.h>
#include <sys/resource.h>

#include <fstream>
#include <thread>

#include "http/server.hpp"
#include "tests/http/calling_client.hpp"
#include "tests/http/raw_connection.hpp"

namespace airtrain::http {
namespace {

using testing::calling_client;
using testing::code_of;
using testing::raw_connection;

/// While it lives the process gets no further file descriptor.
class no_more_descriptors {
 public:
  no_more_descriptors() {
    getrlimit(RLIMIT_NOFILE, &before_);
    const rlimit none{.rlim_cur = 3, .rlim_max = before_.rlim_max};
    setrlimit(RLIMIT_NOFILE, &none);
  }
  ~no_more_descriptors() { setrlimit(RLIMIT_NOFILE, &before_); }

 private:
  rlimit before_{};
};

TEST(server, pauses_without_descriptors_and_then_accepts) {
  io_pool pool(2);
  server it(pool, {}, [](const request&, responder answer) { answer.send({}); });
  ASSERT_TRUE(it.start());
  raw_connection connection(::socket(AF_INET, SOCK_STREAM, 0));
  {
    const no_more_descriptors exhausted;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(it.port());
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ASSERT_EQ(
        ::connect(connection.descriptor(), reinterpret_cast<sockaddr*>(&address), sizeof address),
        0);
    connection.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    while (it.figures().accept_pauses < 2) std::this_thread::yield();
    EXPECT_LE(it.figures().accept_pauses, 5u);
  }
  EXPECT_THAT(connection.read_message(), ::testing::StartsWith("HTTP/1.1 200 "));
}

/// Bytes of memory the process holds.
std::size_t resident_bytes() {
  std::ifstream statm("/proc/self/statm");
  std::size_t all = 0;
  std::size_t resident = 0;
  statm >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

TEST(server, carries_ten_thousand_idle_connections) {
  rlimit files{};
  getrlimit(RLIMIT_NOFILE, &files);
  // Both ends are of this process; the hard limit on files often leaves room for a few less.
  const auto idle = std::min<std::size_t>(10'000, (files.rlim_max - 400) / 2);
  if (idle < 1'000) GTEST_SKIP() << "the process may not open enough files";
  files.rlim_cur = files.rlim_max;
  setrlimit(RLIMIT_NOFILE, &files);

  io_pool pool(2);
  server it(pool, {.connections_max = 20'000, .idle_timeout = std::chrono::minutes(5)},
            [](const request&, responder answer) { answer.send({}); });
  ASSERT_TRUE(it.start());
  const auto before = resident_bytes();
  std::vector<raw_connection> all;
  all.reserve(idle);
  for (std::size_t i = 0; i < idle; ++i) all.push_back(raw_connection::to(it.port()));
  while (it.figures().connections < idle) std::this_thread::yield();

  constexpr std::size_t bytes_each_max = 16u << 10;
  EXPECT_LT(resident_bytes() - before, idle * bytes_each_max);
  auto one_more = raw_connection::to(it.port());
  const auto start = std::chrono::steady_clock::now();
  one_more.send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
  EXPECT_THAT(one_more.read_message(), ::testing::StartsWith("HTTP/1.1 200 "));
  EXPECT_LT(std::chrono::steady_clock::now() - start, std::chrono::seconds(1));
  for (auto& one : {&all.front(), &all.back()}) {
    one->send("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n");
    EXPECT_THAT(one->read_message(), ::testing::StartsWith("HTTP/1.1 200 "));
  }
}

TEST(client, tells_that_there_are_no_descriptors_left) {
  calling_client client;
  const auto target = client.target(1);
  // Nobody listens: the same way to the same code. UBSan opens a pipe for each type that it has not
  // met, and could not below.
  EXPECT_EQ(code_of(client.ask(target)), client_error_code::connect_failed);
  const no_more_descriptors exhausted;
  EXPECT_EQ(code_of(client.ask(target)), client_error_code::connect_failed);
}

}  // namespace
}  // namespace airtrain::http
