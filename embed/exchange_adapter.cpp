#include "embed/exchange_adapter.hpp"

#include <algorithm>
#include <stdexcept>

#include "connectors/http_exchange.hpp"
#include "embed/attempt_view.hpp"
#include "embed/own_thread.hpp"

namespace airtrain::embed {
namespace {

/// Anything else could end the line and begin one of its own.
void check_header(const std::string& name, const std::string& value) {
  const auto control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (name.empty() || std::ranges::any_of(name, control) || std::ranges::any_of(value, control))
    throw std::invalid_argument("a header of the request holds a control character");
}

http::client_request request_of(custom_request from) {
  http::client_request out;
  out.method = std::move(from.method);
  out.target = std::move(from.target);
  for (const auto& [name, value] : from.headers) {
    check_header(name, value);
    out.headers.append(name).append(": ").append(value).append("\r\n");
  }
  out.body = std::move(from.body);
  return out;
}

class exchange_adapter final : public exchange {
 public:
  exchange_adapter(std::unique_ptr<custom_exchange> custom, const delivery& what,
                   const std::string& connector)
      : custom_(std::move(custom)), view_(view_of(what, connector)) {}

  airtrain::exchange_step start() override {
    const own_thread mark;
    return step(custom_->start(view_));
  }
  airtrain::exchange_step on_response(const http::client_response& response,
                                      std::int64_t) override {
    const own_thread mark;
    return step(custom_->on_response({response.status, response.headers, response.body}));
  }
  exchange_end on_error(const http::client_error& error) override {
    return {verdict_on(error), nullptr};
  }

 private:
  static airtrain::exchange_step step(custom_step next) {
    if (auto* request = std::get_if<custom_request>(&next)) return request_of(std::move(*request));
    return exchange_end{verdict_of(std::get<delivery_result>(std::move(next))), nullptr};
  }

  const std::unique_ptr<custom_exchange> custom_;
  const delivery_view view_;
};

}  // namespace

std::unique_ptr<exchange> exchange_adapter_factory::make(const attempt_order& order,
                                                         std::int64_t) const {
  const own_thread mark;
  return std::make_unique<exchange_adapter>(system_.exchange(), order.what, name_);
}

}  // namespace airtrain::embed
