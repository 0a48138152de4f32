#include "connectors/http_request.hpp"

#include <algorithm>
#include <cctype>

#include "connectors/mapping_verdict.hpp"
#include "core/json/document.hpp"

namespace airtrain {
namespace {

constexpr std::string_view json_type = "application/json";

bool same_name(std::string_view a, std::string_view b) {
  return std::equal(a.begin(), a.end(), b.begin(), b.end(), [](unsigned char x, unsigned char y) {
    return std::tolower(x) == std::tolower(y);
  });
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(),
                     [](unsigned char c) { return (c < 0x20 && c != '\t') || c == 0x7f; });
}

/// What follows the origin in a whole URL, without its fragment.
std::string target_of(std::string_view url) {
  const auto authority = url.find("://");
  const auto begin = url.find_first_of("/?#", authority == url.npos ? 0 : authority + 3);
  auto target = begin == url.npos ? std::string_view{} : url.substr(begin);
  target = target.substr(0, target.find('#'));
  return target.starts_with('/') ? std::string(target) : "/" + std::string(target);
}

std::string_view content_type_of(const event& what) {
  if (!what.data_content_type().empty()) return what.data_content_type();
  switch (what.kind()) {
    case data_kind::none:
      return {};
    case data_kind::json:
      return json_type;
    case data_kind::text:
      return "text/plain; charset=utf-8";
    case data_kind::binary:
      return "application/octet-stream";
  }
  return {};
}

void append_line(std::string& lines, std::string_view name, std::string_view value) {
  if (value.empty()) return;
  lines.append(name).append(": ").append(value).append("\r\n");
}

/// A W3C trace context's `traceparent`, as the event carries it; empty where it is none.
std::string trace_of(const event_view& event) {
  if (event.get().extensions().empty()) return {};
  const auto* extensions = event.extensions();
  if (!extensions || extensions->empty()) return {};
  const auto found = extensions->find(0, "traceparent");
  if (found == 0 || extensions->at(found).what != json::kind::string) return {};
  auto trace = extensions->string(found);
  constexpr std::size_t traceparent_size = 55;
  const bool sound = trace.size() == traceparent_size &&
                     trace.find_first_not_of("0123456789abcdef-") == std::string::npos;
  return sound ? trace : std::string{};
}

}  // namespace

http_request_maker::http_request_maker(const http_connector_settings& settings,
                                       std::string connector)
    : settings_(settings),
      connector_(std::move(connector)),
      sets_content_type_(sets_header("Content-Type")),
      sets_trace_(sets_header("traceparent")),
      sets_key_(sets_header(settings.idempotency_header)) {
  if (!parts_are_constant()) return;
  event_fields json;
  json.kind = data_kind::json;
  // A constant part that cannot be rendered is told of with each event.
  if (auto rendered = render(event_view(event::seal(json)))) constant_ = std::move(*rendered);
}

bool http_request_maker::sets_header(std::string_view name) const {
  return std::any_of(settings_.request.headers.begin(), settings_.request.headers.end(),
                     [&](const auto& h) { return same_name(h.first, name); });
}

bool http_request_maker::parts_are_constant() const {
  const auto& r = settings_.request;
  return !r.body && r.url.constant() &&
         std::all_of(r.headers.begin(), r.headers.end(),
                     [](const auto& h) { return h.second.constant(); });
}

result<rendered_ref, verdict> http_request_maker::render(const event_view& event) const {
  const auto& e = event.get();
  if (constant_ && e.kind() == data_kind::json &&
      (e.data_content_type().empty() || e.data_content_type() == json_type))
    return constant_;
  rendered_request rendered;
  auto target = render_target(event);
  if (!target) return failure(std::move(target.error()));
  rendered.target = std::move(*target);
  auto headers = render_headers(event);
  if (!headers) return failure(std::move(headers.error()));
  rendered.headers = std::move(*headers);
  rendered.body_is_event_data = !settings_.request.body;
  if (settings_.request.body) {
    auto body = settings_.request.body->render(event);
    if (!body) return failure(mapping_rejected("body", body.error()));
    rendered.body = std::move(*body);
  }
  return std::make_shared<const rendered_request>(std::move(rendered));
}

result<std::string, verdict> http_request_maker::render_target(const event_view& event) const {
  auto url = settings_.request.url.render(event, /*for_url=*/true);
  if (!url) return failure(mapping_rejected("url", url.error()));
  return target_of(*url);
}

result<std::string, verdict> http_request_maker::render_headers(const event_view& event) const {
  std::string lines;
  for (const auto& [name, value] : settings_.request.headers) {
    auto text = value.render(event, /*for_url=*/false);
    if (!text) return failure(mapping_rejected("header " + name, text.error()));
    if (has_control_character(*text))
      return failure(
          mapping_rejected("header " + name, {"its value would hold a control character", false}));
    append_line(lines, name, *text);
  }
  if (sets_content_type_) return lines;
  const auto type = settings_.request.body ? json_type : content_type_of(event.get());
  if (has_control_character(type))
    return failure(mapping_rejected("datacontenttype", {"it holds a control character", false}));
  append_line(lines, "Content-Type", type);
  return lines;
}

void http_request_maker::append_current_headers(std::string& lines, const delivery& what,
                                                const event_view& event) const {
  if (!sets_key_ && !settings_.idempotency_header.empty())
    append_line(lines, settings_.idempotency_header,
                delivery_identity(event.get().source(), event.get().id(), connector_, what.key.part,
                                  what.history.key_generation));
  if (!sets_trace_) append_line(lines, "traceparent", trace_of(event));
}

http::client_request http_request_maker::request(const delivery& what, const event_view& event,
                                                 const rendered_ref& rendered,
                                                 std::string_view credentials) const {
  http::client_request request;
  request.method = settings_.request.method;
  request.target = rendered->target;
  // With room for a key and a trace, which are what is usually added.
  constexpr std::size_t current_bytes = 160;
  request.headers.reserve(rendered->headers.size() + credentials.size() + current_bytes);
  request.headers.append(rendered->headers).append(credentials);
  append_current_headers(request.headers, what, event);
  if (rendered->body_is_event_data) {
    request.body_owner = event.ref();
    request.body_view = event.get().data();
  } else {
    request.body_owner = rendered;
    request.body_view = rendered->body;
  }
  return request;
}

}  // namespace airtrain
