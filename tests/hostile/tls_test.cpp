// TLS gone wrong, against the real binary. What speaks against the target's identity holds the
// connector before a byte of HTTP is sent; what is only broken is retried.

#include <gtest/gtest.h>

#include "tests/hostile/scene.hpp"

namespace airtrain::test {
namespace {

using http::testing::context_ptr;
using http::testing::server_context;
using http::testing::test_authority;
using std::chrono::milliseconds;

constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n";

class tls : public testing::Test {
 protected:
  /// A connector that trusts `authority`, at a target with that script.
  void play(hostile_target::script script) {
    here.emplace(std::move(script), "    tls: { ca: \"" + authority.ca_file() + "\" }\n",
                 "https://localhost");
  }
  /// Serves HTTP behind a handshake with this context, and counts what it is asked.
  hostile_target::script serves(SSL_CTX* context) {
    return [this, context](peer& connection, int) {
      if (!connection.shake_hands(context)) return;
      while (connection.read_request()) {
        ++requests;
        if (!connection.send(ok)) return;
      }
    };
  }
  void expect_hold(const std::string& message) {
    ASSERT_TRUE(here->post(20));
    EXPECT_TRUE(here->shows("hold", message)) << here->sick();
    EXPECT_TRUE(eventually([&] { return here->state() == "held"; })) << here->sick();
    EXPECT_TRUE(here->neighbour_has_all());
    EXPECT_EQ(here->airtrain.backlog("sick"), 20u);
    EXPECT_EQ(requests, 0) << "no byte of HTTP";
    expect_recovery();
  }
  void expect_retry(const std::string& message) {
    ASSERT_TRUE(here->post(20));
    EXPECT_TRUE(here->shows("retry", message)) << here->sick();
    EXPECT_TRUE(eventually([&] { return here->state() == "open"; })) << here->sick();
    EXPECT_TRUE(here->neighbour_has_all());
    EXPECT_EQ(here->airtrain.backlog("sick"), 20u);
    expect_recovery();
  }
  void expect_recovery() {
    EXPECT_EQ(here->dead_letters(), 0u);
    here->target.heal(good.get());
    EXPECT_TRUE(here->delivered_all()) << here->sick();
  }

  const test_authority authority;
  const context_ptr good = server_context(authority.sign("DNS:localhost"));
  std::atomic<int> requests{0};
  std::optional<scene> here;
};

TEST_F(tls, a_certificate_of_an_unknown_authority_holds) {
  const test_authority other;
  const auto context = server_context(other.sign("DNS:localhost"));
  play(serves(context.get()));
  expect_hold("certificate");
}

TEST_F(tls, a_self_signed_certificate_holds) {
  const test_authority other;
  const auto context = server_context(other.itself());
  play(serves(context.get()));
  expect_hold("self");
}

TEST_F(tls, a_certificate_for_another_host_holds) {
  const auto context = server_context(authority.sign("DNS:elsewhere.example.org"));
  play(serves(context.get()));
  expect_hold("mismatch");
}

TEST_F(tls, an_expired_certificate_holds) {
  const auto context = server_context(authority.sign("DNS:localhost", -60));
  play(serves(context.get()));
  expect_hold("expired");
}

TEST_F(tls, a_handshake_that_stalls_is_retried) {
  play([](peer& connection, int) { connection.wait_until_closed(); });
  expect_retry("");
}

TEST_F(tls, a_handshake_in_drips_is_retried) {
  play([](peer& connection, int) {
    // A handshake record that promises more than ever comes.
    connection.drip(std::string("\x16\x03\x03\x40\x00\x02", 6) + std::string(1000, '\0'),
                    milliseconds{20});
  });
  expect_retry("");
}

TEST_F(tls, a_handshake_that_is_cut_is_retried) {
  play([](peer& connection, int) { connection.reset(); });
  expect_retry("");
}

TEST_F(tls, only_versions_before_1_2_are_refused) {
  auto context = server_context(authority.sign("DNS:localhost"));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  play(serves(context.get()));
  expect_retry("");
  EXPECT_EQ(requests, 0);
}

TEST_F(tls, plain_text_on_the_port_is_retried) {
  play([](peer& connection, int) {
    connection.send("HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n");
    connection.wait_until_closed();
  });
  expect_retry("");
}

TEST_F(tls, an_answer_that_the_connection_ends_is_whole_only_with_a_close_notify) {
  play([this](peer& connection, int) {
    if (!connection.shake_hands(good.get()) || !connection.read_request()) return;
    connection.send("HTTP/1.1 200 OK\r\n\r\nperhaps all, perhaps cut by somebody between");
    connection.close_rudely();
  });
  expect_retry("before a whole answer");
}

TEST_F(tls, an_answer_of_known_length_needs_no_close_notify) {
  play([this](peer& connection, int) {
    if (!connection.shake_hands(good.get()) || !connection.read_request()) return;
    ++requests;
    connection.send(ok);
    connection.close_rudely();
  });
  for (int i = 0; i < 10; ++i) {
    ASSERT_TRUE(here->post(1));
    ASSERT_TRUE(eventually([&] { return here->airtrain.backlog("sick") == 0; }));
  }
  EXPECT_NE(here->sick().find("\"last_error\":null"), std::string::npos) << here->sick();
  EXPECT_EQ(requests, 10);
}

}  // namespace
}  // namespace airtrain::test
