#pragma once

#include <gtest/gtest.h>

#include <chrono>
#include <future>
#include <memory>
#include <utility>

#include "http/client.hpp"

namespace airtrain::http::testing {

using namespace std::chrono_literals;

/// A client whose answers a test can wait for.
struct calling_client {
  explicit calling_client(std::uint32_t threads = 1) : pool(threads) {}

  std::shared_ptr<client::target> target(target_settings settings) {
    auto made = it.make_target(std::move(settings));
    EXPECT_TRUE(made) << (made ? "" : made.error());
    return *made;
  }
  std::shared_ptr<client::target> target(std::uint16_t port) {
    return target({.where = {.host = "127.0.0.1", .port = port}});
  }

  std::future<client_result> start(const std::shared_ptr<client::target>& to,
                                   client_request request = {}, std::size_t loop = 0,
                                   std::chrono::milliseconds within = 10s) {
    const auto promise = std::make_shared<std::promise<client_result>>();
    const auto deadline = std::chrono::steady_clock::now() + within;
    pool.at(loop).post([=, this, request = std::move(request)] {
      it.send(pool.at(loop), to, request, deadline, [=, this](client_result answer) {
        EXPECT_TRUE(pool.at(loop).on_its_thread());
        promise->set_value(std::move(answer));
      });
    });
    return promise->get_future();
  }
  client_result ask(const std::shared_ptr<client::target>& to, client_request request = {},
                    std::chrono::milliseconds within = 10s) {
    return start(to, std::move(request), 0, within).get();
  }

  io_pool pool;
  client it{pool};
};

inline client_error_code code_of(const client_result& answer) {
  EXPECT_FALSE(answer) << "an answer with status " << (answer ? answer->status : 0);
  if (answer) return {};
  return answer.error().code;
}

}  // namespace airtrain::http::testing
