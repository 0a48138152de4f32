#include <gmock/gmock.h>

#include <mutex>

#include "tests/http/calling_client.hpp"
#include "tests/http/scripted_server.hpp"
#include "tests/http/test_certificates.hpp"

namespace airtrain::http {
namespace {

using testing::calling_client;
using testing::code_of;
using testing::context_ptr;
using ::testing::HasSubstr;
using testing::raw_connection;
using testing::scripted_server;
using testing::server_context;
using testing::test_authority;
using namespace std::chrono_literals;

/// Answers every request over TLS, and remembers how the handshakes went.
class tls_server {
 public:
  explicit tls_server(context_ptr context, int requests_per_connection = 1000)
      : context_(std::move(context)), requests_per_connection_(requests_per_connection) {}

  std::uint16_t port() const { return server_.port(); }
  int resumed() const { return resumed_; }
  std::string name_asked_for() const {
    const std::lock_guard lock(mutex_);
    return name_;
  }
  std::string first_request() const {
    const std::lock_guard lock(mutex_);
    return first_request_;
  }

 private:
  void serve(raw_connection& connection) {
    const std::unique_ptr<SSL, testing::freed_by<&SSL_free>> ssl(SSL_new(context_.get()));
    SSL_set_fd(ssl.get(), connection.descriptor());
    if (SSL_accept(ssl.get()) != 1) return;
    resumed_ += SSL_session_reused(ssl.get());
    {
      const std::lock_guard lock(mutex_);
      const char* name = SSL_get_servername(ssl.get(), TLSEXT_NAMETYPE_host_name);
      name_ = name == nullptr ? "" : name;
    }
    for (int i = 0; i < requests_per_connection_; ++i)
      if (!answer(ssl.get())) return;
    SSL_shutdown(ssl.get());
  }

  bool answer(SSL* ssl) {
    char bytes[4096];
    const int count = SSL_read(ssl, bytes, sizeof bytes);
    if (count <= 0) return false;
    {
      const std::lock_guard lock(mutex_);
      if (first_request_.empty()) first_request_.assign(bytes, static_cast<std::size_t>(count));
    }
    static constexpr std::string_view ok = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok";
    return SSL_write(ssl, ok.data(), static_cast<int>(ok.size())) > 0;
  }

  context_ptr context_;
  const int requests_per_connection_;
  std::atomic<int> resumed_{0};
  mutable std::mutex mutex_;
  std::string name_;
  std::string first_request_;
  scripted_server server_{[this](raw_connection& connection, int) { serve(connection); }};
};

target_settings at(std::uint16_t port, const std::string& ca_file,
                   const std::string& host = "localhost") {
  return {.where = {.tls = true, .host = host, .port = port}, .ca_file = ca_file};
}

TEST(client_tls, trusts_the_authority_it_is_given) {
  const test_authority authority;
  tls_server server(server_context(authority.sign("DNS:localhost")));
  calling_client client;
  const auto target = client.target(at(server.port(), authority.ca_file()));
  for (int i = 0; i < 3; ++i) {
    const auto answer = client.ask(target, {.body = "payload"});
    ASSERT_TRUE(answer) << answer.error().message;
    EXPECT_EQ(answer->body, "ok");
  }
  EXPECT_EQ(server.name_asked_for(), "localhost");
  EXPECT_THAT(server.first_request(), HasSubstr("payload"));
}

TEST(client_tls, accepts_an_address_that_the_certificate_names) {
  const test_authority authority;
  tls_server server(server_context(authority.sign("IP:127.0.0.1")));
  calling_client client;
  EXPECT_TRUE(client.ask(client.target(at(server.port(), authority.ca_file(), "127.0.0.1"))));
  EXPECT_EQ(server.name_asked_for(), "");
}

TEST(client_tls, refuses_a_certificate_of_an_unknown_authority) {
  const test_authority ours;
  const test_authority theirs;
  tls_server server(server_context(theirs.sign("DNS:localhost")));
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(at(server.port(), ours.ca_file())))),
            client_error_code::certificate_refused);
  EXPECT_EQ(code_of(client.ask(client.target(at(server.port(), "")))),
            client_error_code::certificate_refused);
  EXPECT_EQ(server.first_request(), "");
}

TEST(client_tls, refuses_a_certificate_for_another_host) {
  const test_authority authority;
  tls_server server(server_context(authority.sign("DNS:other.example.org,IP:127.0.0.2")));
  calling_client client;
  for (const char* host : {"localhost", "127.0.0.1"}) {
    const auto answer = client.ask(client.target(at(server.port(), authority.ca_file(), host)));
    EXPECT_EQ(code_of(answer), client_error_code::certificate_refused);
  }
  EXPECT_EQ(server.first_request(), "");
}

TEST(client_tls, refuses_an_expired_certificate) {
  const test_authority authority;
  tls_server server(server_context(authority.sign("DNS:localhost", -60)));
  calling_client client;
  const auto answer = client.ask(client.target(at(server.port(), authority.ca_file())));
  EXPECT_EQ(code_of(answer), client_error_code::certificate_refused);
  EXPECT_THAT(answer.error().message, HasSubstr("expired"));
}

TEST(client_tls, refuses_tls_before_1_2) {
  const test_authority authority;
  auto context = server_context(authority.sign("DNS:localhost"));
  SSL_CTX_set_security_level(context.get(), 0);
  SSL_CTX_set_min_proto_version(context.get(), TLS1_VERSION);
  SSL_CTX_set_max_proto_version(context.get(), TLS1_1_VERSION);
  tls_server server(std::move(context));
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(at(server.port(), authority.ca_file())))),
            client_error_code::tls_failed);
}

TEST(client_tls, tells_that_the_peer_does_not_speak_tls) {
  const test_authority authority;
  scripted_server server([](raw_connection& connection, int) {
    connection.read_bytes(10);
    connection.send("HTTP/1.1 400 Bad Request\r\n\r\n");
  });
  calling_client client;
  EXPECT_EQ(code_of(client.ask(client.target(at(server.port(), authority.ca_file())))),
            client_error_code::tls_failed);
}

TEST(client_tls, a_handshake_that_hangs_ends) {
  const test_authority authority;
  std::promise<void> done;
  scripted_server server([&](raw_connection&, int) { done.get_future().wait(); });
  calling_client client;
  auto settings = at(server.port(), authority.ca_file());
  settings.connect_timeout = 50ms;
  EXPECT_EQ(code_of(client.ask(client.target(settings))), client_error_code::tls_failed);
  done.set_value();
}

TEST(client_tls, resumes_its_session_on_the_next_connection) {
  const test_authority authority;
  tls_server server(server_context(authority.sign("DNS:localhost")), 1);
  calling_client client;
  const auto target = client.target(at(server.port(), authority.ca_file()));
  for (int i = 0; i < 5; ++i) EXPECT_TRUE(client.ask(target));
  EXPECT_GE(server.resumed(), 3);
}

TEST(client_tls, tells_that_a_ca_file_can_not_be_read) {
  calling_client client;
  const auto made = client.it.make_target(at(1, "/no/such/ca.pem"));
  ASSERT_FALSE(made);
  EXPECT_THAT(made.error(), HasSubstr("/no/such/ca.pem"));
}

}  // namespace
}  // namespace airtrain::http
