#include "connectors/http_exchange.hpp"

#include <utility>

#include "connectors/mapping_verdict.hpp"
#include "core/answer_rules.hpp"

namespace airtrain {
namespace {

class http_exchange : public exchange {
 public:
  http_exchange(const http_exchange_factory& factory, const delivery& what)
      : factory_(factory), what_(what), event_(what.event), rendered_(what.rendered) {}

  exchange_step start() override {
    if (!rendered_) {
      if (auto rejected = rejected_by_when(factory_.when(), event_)) return end(*rejected);
      auto rendered = factory_.requests().render(event_);
      if (!rendered) return end(std::move(rendered.error()));
      rendered_ = std::move(*rendered);
    }
    return factory_.requests().request(what_, event_, rendered_);
  }

  exchange_step on_response(const http::client_response& response, std::int64_t now_ms) override {
    answer_facts facts;
    facts.status = response.status;
    facts.retry_after = response.get("Retry-After");
    facts.rate_limit = response.get("RateLimit");
    facts.rate_limit_reset = response.get("RateLimit-Reset");
    if (facts.rate_limit_reset.empty()) facts.rate_limit_reset = response.get("X-RateLimit-Reset");
    facts.date = response.get("Date");
    facts.body = response.body;
    facts.url_is_mapped = factory_.requests().url_is_mapped();
    facts.now_ms = now_ms;
    return end(classify_answer(facts, factory_.rules()));
  }

  exchange_end on_error(const http::client_error& error) override { return end(verdict_on(error)); }

 private:
  exchange_end end(verdict result) { return {std::move(result), rendered_}; }

  const http_exchange_factory& factory_;
  const delivery& what_;
  event_view event_;
  rendered_ref rendered_;
};

reason reason_of(http::client_error_code code) {
  using enum http::client_error_code;
  switch (code) {
    case resolve_failed:
      return reason::resolve_failed;
    case address_denied:
    case connect_failed:
      return reason::connect_failed;
    case reset:
      return reason::reset;
    case tls_failed:
      return reason::tls_failed;
    case certificate_refused:
      return reason::certificate_refused;
    case timeout:
      return reason::attempt_timeout;
    case malformed:
      return reason::malformed_answer;
    case stopped:
      return reason::cut_by_restart;
  }
  return reason::reset;
}

}  // namespace

http_exchange_factory::http_exchange_factory(connector_settings settings)
    : settings_(std::move(settings)),
      target_(std::get<http_connector_settings>(settings_.target)),
      requests_(target_, settings_.name) {}

std::unique_ptr<exchange> http_exchange_factory::make(const attempt_order& order,
                                                      std::int64_t) const {
  return std::make_unique<http_exchange>(*this, order.what);
}

verdict verdict_on(const http::client_error& error) {
  verdict result;
  result.outcome = error.code == http::client_error_code::certificate_refused ? answer_class::hold
                                                                              : answer_class::retry;
  result.scope = failure_scope::connector;
  result.why = reason_of(error.code);
  result.message = error.message;
  return result;
}

}  // namespace airtrain
