#pragma once

#include <chrono>
#include <memory>
#include <vector>

#include "connectors/connector.hpp"
#include "connectors/exchange.hpp"
#include "connectors/make_connector.hpp"

namespace airtrain {

/// Runs exchanges with one HTTP target: spreads attempts over the I/O loops, where they are
/// rendered, sent and judged. One hand-over per loop and call, not per attempt.
class http_connector : public connector {
 public:
  http_connector(std::shared_ptr<const exchange_factory> exchanges,
                 std::shared_ptr<http::client::target> target, std::chrono::milliseconds timeout,
                 connector_environment environment);
  void deliver(std::vector<attempt> attempts) override;

 private:
  struct shared;
  class running;
  const std::shared_ptr<outcome_sink>& gathering(std::size_t loop,
                                                 const std::shared_ptr<outcome_sink>& to);

  std::shared_ptr<const shared> shared_;
  connector_environment environment_;
  std::size_t next_loop_ = 0;
  std::vector<std::shared_ptr<outcome_sink>> gathering_;  ///< by loop, made at its first attempt
};

}  // namespace airtrain
