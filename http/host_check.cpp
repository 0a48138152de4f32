#include "http/host_check.hpp"

#include "http/characters.hpp"

namespace airtrain::http {
namespace {

bool is_port(std::string_view text) {
  return is_digits(text) && text.size() <= 5;
}

bool is_loopback(std::string_view name) {
  if (same_ignoring_case(name, "localhost") || name == "::1") return true;
  return name.starts_with("127.") &&
         std::ranges::all_of(name, [](char c) { return c == '.' || (c >= '0' && c <= '9'); });
}

std::string lowered(std::string_view text) {
  std::string out(text);
  std::ranges::transform(out, out.begin(), lower);
  return out;
}

}  // namespace

std::string_view host_name(std::string_view host) {
  if (host.starts_with('[')) {
    const auto end = host.find(']');
    if (end == std::string_view::npos) return {};
    const auto rest = host.substr(end + 1);
    if (!rest.empty() && (rest.front() != ':' || !is_port(rest.substr(1)))) return {};
    return host.substr(1, end - 1);
  }
  const auto colon = host.find(':');
  if (colon != std::string_view::npos && !is_port(host.substr(colon + 1))) return {};
  return host.substr(0, colon);
}

host_check::host_check(std::string_view listen_address, const std::vector<std::string>& hosts) {
  known_.push_back(lowered(listen_address));
  for (const auto& host : hosts) {
    const auto name = host_name(host);
    known_.push_back(lowered(name.empty() ? std::string_view(host) : name));
  }
}

bool host_check::knows(std::string_view host) const {
  const auto name = host_name(host);
  if (name.empty()) return false;
  return is_loopback(name) || std::ranges::any_of(known_, [name](const std::string& known) {
           return same_ignoring_case(known, name);
         });
}

bool origin_is(std::string_view origin, std::string_view host) {
  for (const std::string_view scheme : {"http://", "https://"}) {
    if (origin.starts_with(scheme)) return same_ignoring_case(origin.substr(scheme.size()), host);
  }
  return false;
}

}  // namespace airtrain::http
