#include "connectors/http_connector.hpp"

#include <algorithm>
#include <exception>
#include <utility>

#include "connectors/turn_outcomes.hpp"

namespace airtrain {

/// What attempts under way still need when the connector is gone. The client and the pool outlive
/// them: they run their loops.
struct http_connector::shared {
  std::shared_ptr<const exchange_factory> exchanges;
  std::shared_ptr<http::client::target> target;
  std::chrono::milliseconds timeout;
  connector_environment environment;
};

/// One attempt under way, on one loop. Kept alive by the request that it waits for.
class http_connector::running : public std::enable_shared_from_this<running> {
 public:
  running(std::shared_ptr<const shared> with, http::io_loop& loop, attempt work)
      : with_(std::move(with)),
        loop_(loop),
        deadline_(std::chrono::steady_clock::now() + with_->timeout),
        attempt_(std::move(work)) {}

  void start() {
    guarded([this] {
      exchange_ = with_->exchanges->make(attempt_.order(), with_->environment.wall_ms());
      follow(exchange_->start());
    });
  }

 private:
  void follow(exchange_step step) {
    if (auto* end = std::get_if<exchange_end>(&step)) return complete(std::move(*end));
    if (const auto* refused = std::get_if<renewal_step>(&step)) return renew(*refused);
    with_->environment.client->send(loop_, with_->target,
                                    std::move(std::get<http::client_request>(step)), deadline_,
                                    [self = shared_from_this()](http::client_result answer) {
                                      self->guarded([&] { self->take(answer); });
                                    });
  }

  void renew(const renewal_step& refused) {
    refused.of->renew(refused.refused, [self = shared_from_this()](const auto& answer) {
      self->loop_.post([self, answer] {
        self->guarded([&] { self->follow(self->exchange_->on_renewed(answer)); });
      });
    });
  }

  void take(const http::client_result& answer) {
    if (!answer) return complete(exchange_->on_error(answer.error()));
    answered_in_ = answered_in_.value_or(std::chrono::microseconds{0}) + answer->answered_in;
    follow(exchange_->on_response(*answer, with_->environment.wall_ms()));
  }

  void complete(exchange_end end) {
    completed_ = true;
    attempt_.complete(std::move(end.result), std::move(end.rendered), answered_in_);
  }

  /// An exchange that throws loses its attempt, not the loop.
  template <class Step>
  void guarded(Step step) {
    try {
      step();
    } catch (const std::exception& thrown) {
      if (completed_) return;
      verdict failed;
      failed.why = reason::connector_threw;
      failed.message = thrown.what();
      complete({std::move(failed), nullptr});
    }
  }

  std::shared_ptr<const shared> with_;
  http::io_loop& loop_;
  std::chrono::steady_clock::time_point deadline_;
  attempt attempt_;
  std::unique_ptr<exchange> exchange_;
  std::optional<std::chrono::microseconds> answered_in_;  ///< over all its requests
  bool completed_ = false;
};

http_connector::http_connector(std::shared_ptr<const exchange_factory> exchanges,
                               std::shared_ptr<http::client::target> target,
                               std::chrono::milliseconds timeout, connector_environment environment)
    : shared_(std::make_shared<const shared>(
          shared{std::move(exchanges), std::move(target), timeout, environment})),
      environment_(std::move(environment)) {}

void http_connector::deliver(std::vector<attempt> attempts) {
  const auto loops = std::min(environment_.pool->size(), attempts.size());
  const auto share = loops == 0 ? 0 : (attempts.size() + loops - 1) / loops;
  for (std::size_t begin = 0; begin < attempts.size(); begin += share) {
    const auto end = std::min(begin + share, attempts.size());
    const auto from = attempts.begin() + static_cast<std::ptrdiff_t>(begin);
    const auto to = attempts.begin() + static_cast<std::ptrdiff_t>(end);
    auto part = std::make_shared<std::vector<attempt>>(std::make_move_iterator(from),
                                                       std::make_move_iterator(to));
    const auto index = next_loop_++ % environment_.pool->size();
    auto& loop = environment_.pool->at(index);
    for (auto& work : *part) work.go_by(gathering(index, work.sink()));
    loop.post([with = shared_, &loop, part] {
      for (auto& work : *part) std::make_shared<running>(with, loop, std::move(work))->start();
    });
  }
}

const std::shared_ptr<outcome_sink>& http_connector::gathering(
    std::size_t loop, const std::shared_ptr<outcome_sink>& to) {
  if (gathering_.empty()) gathering_.resize(environment_.pool->size());
  auto& found = gathering_[loop];
  // A connector has one supervisor, and with it one sink.
  if (!found) found = std::make_shared<turn_outcomes>(environment_.pool->at(loop), to);
  return found;
}

}  // namespace airtrain
