#include "config/expressions.hpp"
#include "config/header_names.hpp"
#include "config/sections.hpp"
#include "config/url_origin.hpp"

namespace airtrain::config {
namespace {

constexpr std::size_t headers_max = 100;

void read_method(reader& r, const node& at, connector_draft& into) {
  static const std::vector<std::string_view> methods{"POST", "PUT", "PATCH", "DELETE", "GET"};
  if (std::find(methods.begin(), methods.end(), at.text) == methods.end())
    r.problem(at, "must be one of POST, PUT, PATCH, DELETE, GET" + did_you_mean(at.text, methods));
  else
    into.http.request.method = at.text;
}

/// White space and control characters outside `${...}`, and a fragment, have no place in a url.
void check_url_text(reader& r, const node& at) {
  bool inside = false;
  for (std::size_t i = 0; i < at.text.size(); ++i) {
    if (!inside && at.text.compare(i, 2, "${") == 0) inside = true;
    const auto c = static_cast<unsigned char>(at.text[i]);
    if (!inside && (c <= 0x20 || c >= 0x7F || c == '#'))
      return r.problem_within(at, i,
                              "a url holds no white space, # or characters beyond ASCII: "
                              "write them as %20");
    if (c == '}') inside = false;
  }
}

void read_url(reader& r, const node& at, connector_draft& into) {
  into.has_url = true;
  const auto url = read_text_template(r, at);
  if (!url) return;
  auto origin = url_origin(at.text);
  if (!origin)
    return r.problem_within(at, origin.error().offset, std::move(origin.error().message));
  check_url_text(r, at);
  into.http.origin = std::move(*origin);
  into.http.request.url = *url;
}

void read_headers(reader& r, const node& at, connector_draft& into) {
  if (!r.expect_map(at)) return;
  auto& headers = into.http.request.headers;
  headers.clear();
  if (at.children.size() > headers_max)
    r.problem(at, fmt::format("more than {} headers", headers_max));
  for (const node& child : at.children) {
    const auto inside = r.enter(child.key);
    if (!check_header_name(r, child.key, child.key_line, child.key_column)) continue;
    if (same_header(child.key, "Authorization"))
      r.problem_at_key(child, "credentials belong under `auth`");
    else if (std::any_of(headers.begin(), headers.end(),
                         [&](const auto& h) { return same_header(h.first, child.key); }))
      r.problem_at_key(child, "this header is given twice");
    else if (child.text.find_first_of("\r\n") != std::string::npos)
      r.problem(child, "a header holds no line break");
    else if (auto value = read_text_template(r, child))
      headers.emplace_back(child.key, std::move(*value));
  }
}

void read_body(reader& r, const node& at, connector_draft& into) {
  if (at.what == node::kind::null)
    r.problem(at, "has no value; without `body` the event's data is sent as it came");
  else if (auto body = read_json_template(r, at))
    into.http.request.body = std::move(*body);
}

}  // namespace

const options<connector_draft>& request_options() {
  using T = connector_draft;
  static const options<T> declared = [] {
    options<T> made{
        special_option<T>("method", "one of POST, PUT, PATCH, DELETE, GET", "HTTP method",
                          read_method),
        special_option<T>("url", "text with ${...}", "where to; scheme, host and port are constant",
                          read_url),
        special_option<T>("headers", "map of texts with ${...}", "headers, by name", read_headers),
        special_option<T>("body", "JSON with ${...}",
                          "what to send; without it the event's data, its bytes untouched",
                          read_body),
    };
    made.front().info.fallback = request_settings{}.method;
    return made;
  }();
  return declared;
}

}  // namespace airtrain::config
