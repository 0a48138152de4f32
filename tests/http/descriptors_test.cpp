#include <gmock/gmock.h>
#include <sys/resource.h>

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

TEST(client, tells_that_there_are_no_descriptors_left) {
  calling_client client;
  const auto target = client.target(1);
  const no_more_descriptors exhausted;
  EXPECT_EQ(code_of(client.ask(target)), client_error_code::connect_failed);
}

}  // namespace
}  // namespace airtrain::http
