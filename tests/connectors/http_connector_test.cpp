// The runtime of HTTP connectors, with scripted exchanges and a target on loopback.

#include "connectors/http_connector.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <stdexcept>
#include <thread>

#include "http/server.hpp"
#include "tests/connectors/events.hpp"
#include "tests/connectors/waiting_sink.hpp"

namespace airtrain {
namespace {

using namespace std::chrono_literals;

/// Credentials that somebody else renews, later.
struct renewed_elsewhere : credentials {
  credentials_ref current() const override { return std::make_shared<const std::string>("old"); }
  void renew(const credentials_ref& refused, renewed then) override {
    EXPECT_EQ(*refused, "old");
    std::thread([then = std::move(then)] {
      then(std::make_shared<const std::string>("new"));
    }).detach();
  }
};

/// Wants its credentials renewed before its only request.
class renewing_exchange : public exchange {
 public:
  exchange_step start() override {
    auto of = std::make_shared<renewed_elsewhere>();
    return renewal_step{of, of->current()};
  }
  exchange_step on_renewed(const result<credentials_ref, std::string>& fresh) override {
    EXPECT_EQ(**fresh, "new");
    return http::client_request{};
  }
  exchange_step on_response(const http::client_response&, std::int64_t) override {
    verdict delivered;
    delivered.outcome = answer_class::delivered;
    return exchange_end{delivered, nullptr};
  }
  exchange_end on_error(const http::client_error&) override { return {}; }
};

/// Sends as many requests as it is told, then ends delivered.
class stepping_exchange : public exchange {
 public:
  explicit stepping_exchange(int steps) : left_(steps) {}
  exchange_step start() override {
    if (left_ < 0) throw std::runtime_error("planted");
    return next();
  }
  exchange_step on_response(const http::client_response&, std::int64_t) override { return next(); }
  exchange_end on_error(const http::client_error& error) override {
    verdict failed;
    failed.message = error.message;
    failed.why = reason::connect_failed;
    return {failed, nullptr};
  }

 private:
  exchange_step next() {
    if (left_-- > 0) return http::client_request{};
    verdict delivered;
    delivered.outcome = answer_class::delivered;
    return exchange_end{delivered, nullptr};
  }
  int left_;
};

struct stepping_factory : exchange_factory {
  int steps = 1;
  bool renews = false;
  std::unique_ptr<exchange> make(const attempt_order&, std::int64_t) const override {
    if (renews) return std::make_unique<renewing_exchange>();
    return std::make_unique<stepping_exchange>(steps);
  }
};

struct http_connector_test : ::testing::Test {
  http::io_pool pool{2};
  http::client client{pool};
  std::atomic<int> requests{0};
  http::server server{pool, {}, [this](const http::request&, http::responder answer) {
                        ++requests;
                        answer.send({});
                      }};
  std::shared_ptr<stepping_factory> exchanges = std::make_shared<stepping_factory>();
  std::shared_ptr<waiting_sink> sink = std::make_shared<waiting_sink>();

  void SetUp() override { ASSERT_TRUE(server.start().has_value()); }
  void TearDown() override {
    client.stop();
    server.stop();
  }
  std::vector<attempt_outcome> deliver(std::size_t count, std::uint16_t port,
                                       std::uint32_t connections = 8) {
    http::target_settings to;
    to.connections_max = connections;
    to.where = {false, "127.0.0.1", port};
    http_connector connector(exchanges, client.make_target(to).value(), 10s,
                             {&pool, &client, [] { return std::int64_t{0}; }});
    std::vector<attempt> attempts;
    for (std::size_t i = 0; i < count; ++i)
      attempts.emplace_back(order_of(json_event("{}")), sink, 0);
    connector.deliver(std::move(attempts));
    return sink->wait_for(count);
  }
};

TEST_F(http_connector_test, completes_every_attempt_once_over_all_loops) {
  const auto outcomes = deliver(25, server.port());
  ASSERT_EQ(outcomes.size(), 25u);
  for (const auto& o : outcomes) EXPECT_EQ(o.result.outcome, answer_class::delivered);
  EXPECT_EQ(requests, 25);
}

TEST_F(http_connector_test, follows_an_exchange_of_several_steps) {
  exchanges->steps = 3;
  const auto outcomes = deliver(1, server.port());
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].result.outcome, answer_class::delivered);
  EXPECT_EQ(requests, 3);
}

TEST_F(http_connector_test, tells_how_long_the_target_took_without_our_own_queue) {
  exchanges->steps = 2;
  const auto outcomes = deliver(50, server.port(), 1);
  ASSERT_EQ(outcomes.size(), 50u);
  std::chrono::microseconds last{0}, all{0};
  for (const auto& o : outcomes) {
    ASSERT_TRUE(o.answered_in);
    EXPECT_LE(*o.answered_in, o.took);
    last = std::max(last, o.took);
    all += *o.answered_in;
  }
  // One after another on the one connection: together they take no longer than the last had to
  // wait.
  EXPECT_LE(all, last + 1ms);
}

TEST_F(http_connector_test, renews_credentials_for_an_exchange_and_goes_on) {
  exchanges->renews = true;
  const auto outcomes = deliver(5, server.port());
  ASSERT_EQ(outcomes.size(), 5u);
  for (const auto& o : outcomes) EXPECT_EQ(o.result.outcome, answer_class::delivered);
  EXPECT_EQ(requests, 5);
}

TEST_F(http_connector_test, an_exchange_that_ends_at_once_sends_nothing) {
  exchanges->steps = 0;
  EXPECT_EQ(deliver(1, server.port()).size(), 1u);
  EXPECT_EQ(requests, 0);
}

TEST_F(http_connector_test, an_exchange_that_throws_loses_its_attempt_and_not_the_loop) {
  exchanges->steps = -1;
  const auto outcomes = deliver(1, server.port());
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].result.why, reason::connector_threw);
  EXPECT_EQ(outcomes[0].result.message, "planted");
  exchanges->steps = 1;
  EXPECT_EQ(deliver(1, server.port()).size(), 1u);
}

TEST_F(http_connector_test, a_target_that_is_down_is_told_to_the_exchange) {
  const auto port = server.port();
  server.stop();
  const auto outcomes = deliver(1, port);
  ASSERT_EQ(outcomes.size(), 1u);
  EXPECT_EQ(outcomes[0].result.why, reason::connect_failed);
}

}  // namespace
}  // namespace airtrain
