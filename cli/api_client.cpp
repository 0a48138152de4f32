#include "cli/api_client.hpp"

#include <fmt/format.h>

#include <cstdlib>
#include <future>

#include "cli/terminal.hpp"

namespace airtrain::cli {
namespace {

constexpr std::string_view default_url = "http://127.0.0.1:8080";
constexpr std::chrono::seconds answer_timeout{60};
constexpr std::size_t answer_bytes_max = 256u << 20;

std::string option_or_environment(const arguments& given, std::string_view option,
                                  const char* variable) {
  if (auto value = given.get(option)) return *value;
  const char* value = std::getenv(variable);
  return value != nullptr ? value : "";
}

}  // namespace

std::vector<option_spec> with_client_options(std::vector<option_spec> own) {
  own.push_back({"--url", "URL", "the service; else AIRTRAIN_URL, else http://127.0.0.1:8080"});
  own.push_back({"--key", "KEY", "API key; better in AIRTRAIN_KEY, where `ps` does not show it"});
  own.push_back({"--ca", "FILE", "certificates to trust instead of the system's"});
  own.push_back({"--cert", "FILE", "your certificate, where the service asks for one, PEM"});
  own.push_back({"--cert-key", "FILE", "its key, PEM; else it is in the file of --cert"});
  own.push_back({"--json", "", "print JSON for programs"});
  return own;
}

result<std::unique_ptr<api_client>, std::string> api_client::make(const arguments& given) {
  std::string url = option_or_environment(given, "--url", "AIRTRAIN_URL");
  if (url.empty()) url = default_url;
  while (url.ends_with('/')) url.pop_back();
  const auto origin = http::parse_origin(url);
  if (!origin) return failure(fmt::format("--url {}: {}", url, origin.error()));
  std::string key = option_or_environment(given, "--key", "AIRTRAIN_KEY");
  if (key.find_first_of("\r\n") != std::string::npos)
    return failure(std::string("the key holds a line break"));

  for (const std::string_view option : {"--ca", "--cert", "--cert-key"})
    if (given.has(option) && !origin->tls)
      return failure(fmt::format("{} has no effect: {} is not https", option, url));
  if (given.has("--cert-key") && !given.has("--cert"))
    return failure(std::string("--cert-key is the key of a --cert"));

  std::unique_ptr<api_client> made(new api_client(url, std::move(key)));
  http::target_settings settings;
  settings.where = *origin;
  settings.connections_max = 1;
  settings.ca_file = given.get_or("--ca", "");
  settings.certificate_file = given.get_or("--cert", "");
  settings.key_file = given.get_or("--cert-key", settings.certificate_file);
  settings.body_bytes_max = answer_bytes_max;
  auto target = made->client_.make_target(std::move(settings));
  if (!target) return failure(std::move(target.error()));
  made->target_ = std::move(*target);
  return made;
}

api_client::api_client(std::string where, std::string key)
    : where_(std::move(where)), key_(std::move(key)), pool_(1), client_(pool_) {}

api_client::~api_client() {
  client_.stop();
  pool_.stop();
}

result<api_answer, std::string> api_client::send(http::client_request request) {
  request.headers += "Accept: application/json\r\n";
  if (!key_.empty()) request.headers += fmt::format("Authorization: Bearer {}\r\n", key_);
  std::promise<http::client_result> promise;
  auto answered = promise.get_future();
  const auto deadline = std::chrono::steady_clock::now() + answer_timeout;
  http::io_loop& loop = pool_.at(0);
  // This call waits, so what the work refers to outlives it.
  loop.post([&, deadline] {
    client_.send(loop, target_, std::move(request), deadline,
                 [&promise](http::client_result got) { promise.set_value(std::move(got)); });
  });
  http::client_result got = answered.get();
  if (!got)
    return failure(
        fmt::format("{}: {} ({})", where_, got.error().message, http::to_string(got.error().code)));
  return api_answer{got->status, std::string(got->get("Retry-After")), std::move(got->body)};
}

result<api_answer, std::string> api_client::get(std::string target) {
  http::client_request request;
  request.method = "GET";
  request.target = std::move(target);
  return send(std::move(request));
}

result<api_answer, std::string> api_client::post(std::string target, std::string json) {
  http::client_request request;
  request.target = std::move(target);
  request.headers = "Content-Type: application/json\r\n";
  request.body = std::move(json);
  return send(std::move(request));
}

std::string url_encoded(std::string_view text) {
  std::string out;
  for (const char c : text) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                       c == '-' || c == '_' || c == '.' || c == '~';
    if (plain)
      out += c;
    else
      out += fmt::format("%{:02X}", static_cast<unsigned char>(c));
  }
  return out;
}

std::string refusal_text(const api_answer& answer) {
  const auto problem = json_view::parse(answer.body);
  if (!problem || !(*problem)["code"].present()) return fmt::format("HTTP {}", answer.status);
  const std::string detail = (*problem)["detail"].text();
  return fmt::format("{}: {}", (*problem)["code"].text(),
                     detail.empty() ? (*problem)["title"].text() : detail);
}

std::optional<json_view> accepted(const result<api_answer, std::string>& answer) {
  if (!answer) {
    fail(answer.error());
    return std::nullopt;
  }
  if (!answer->good()) {
    fail(refusal_text(*answer));
    return std::nullopt;
  }
  auto parsed = json_view::parse(answer->body);
  if (!parsed) fail("the answer is not JSON: is this an airtrain service?");
  return parsed;
}

}  // namespace airtrain::cli
