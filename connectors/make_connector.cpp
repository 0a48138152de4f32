#include "connectors/make_connector.hpp"

#include <utility>

#include "connectors/cloud_event.hpp"
#include "connectors/credentials.hpp"
#include "connectors/file_connector.hpp"
#include "connectors/http_connector.hpp"
#include "connectors/http_exchange.hpp"

namespace airtrain {
namespace {

using made = result<std::unique_ptr<connector>, std::string>;

made make_http(const connector_settings& settings, const connector_environment& env) {
  const auto& http = std::get<http_connector_settings>(settings.target);
  auto where = http::parse_origin(http.origin);
  if (!where) return failure(std::move(where.error()));
  http::target_settings target;
  target.where = std::move(*where);
  target.connections_max = settings.dispatch.concurrency;
  target.ca_file = http.ca ? http.ca->string() : std::string{};
  target.body_bytes_max = http.max_answer;
  auto exchanges = std::make_shared<http_exchange_factory>(settings);
  if (!fits_in_a_header(*exchanges->shown()->current()))
    return failure(std::string("the credentials hold a line break or another control character"));
  auto to = env.client->make_target(std::move(target));
  if (!to) return failure(std::move(to.error()));
  return std::make_unique<http_connector>(std::move(exchanges), std::move(*to), http.timeout, env);
}

made make_file(const connector_settings& settings) {
  const auto& target = std::get<file_connector_settings>(settings.target);
  auto file = rotated_file::open({target.path, target.rotate_bytes, target.rotate_keep});
  if (!file) return failure(std::move(file.error()));
  return std::make_unique<file_connector>(std::move(*file), settings.when);
}

result<previewed_request, std::string> preview_http(const connector_settings& settings,
                                                    event_ref event) {
  const http_exchange_factory exchanges(settings);
  const auto& requests = exchanges.requests();
  const auto& target = std::get<http_connector_settings>(settings.target);
  const event_view view(event);
  const auto rendered = requests.render(view);
  if (!rendered) return failure(rendered.error().message);
  delivery what;
  what.event = event;
  previewed_request preview;
  preview.method = target.request.method;
  preview.url = target.origin + (*rendered)->target;
  preview.headers = (*rendered)->headers + hidden_credentials_line(target.auth);
  requests.append_current_headers(preview.headers, what, view);
  preview.body = (*rendered)->body_is_event_data ? std::string(event->data()) : (*rendered)->body;
  return preview;
}

}  // namespace

made make_connector(const connector_settings& settings, const connector_environment& env) {
  if (std::holds_alternative<http_connector_settings>(settings.target))
    return make_http(settings, env);
  return make_file(settings);
}

result<previewed_request, std::string> preview_request(const connector_settings& settings,
                                                       event_ref event) {
  if (std::holds_alternative<http_connector_settings>(settings.target))
    return preview_http(settings, std::move(event));
  previewed_request preview;
  preview.over_http = false;
  preview.method = "append";
  preview.url = std::get<file_connector_settings>(settings.target).path;
  append_cloud_event_line(preview.body, *event);
  return preview;
}

}  // namespace airtrain
