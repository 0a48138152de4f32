#include "cli/engine_settings.hpp"

#include <algorithm>
#include <charconv>

namespace airtrain {

store_settings store_settings_of(const settings& all) {
  store_settings store;
  store.data_dir = all.data_dir;
  store.dedupe_window = all.dedupe_window;
  store.retention_delivered = all.retention_delivered;
  store.retention_dead_letters = all.retention_dead_letters;
  store.retention_attempts = all.retention_attempts;
  store.retention_max_bytes = all.retention_max_bytes;
  store.reserve_bytes = all.reserve_bytes;
  store.reserve_share = all.reserve_share;
  store.cache_bytes = all.store_cache;
  store.queue_bytes_max = all.http.max_buffered;
  return store;
}

delivery_engine_settings delivery_engine_settings_of(const settings& all) {
  delivery_engine_settings out;
  out.actor_threads = all.actor_threads;
  out.intake_bytes_max = all.http.max_buffered;
  out.rate_limits = all.rate_limits;
  out.reject_unrouted = all.unrouted == unrouted_policy::reject;
  return out;
}

http::server_settings server_settings_of(const settings& all) {
  http::server_settings server;
  const std::string_view listen = all.http.listen;  // ADDRESS:PORT, checked by config/
  const auto colon = listen.rfind(':');
  auto address = listen.substr(0, colon);
  const auto port = listen.substr(colon + 1);
  std::from_chars(port.data(), port.data() + port.size(), server.port);
  if (address.starts_with('[') && address.ends_with(']'))
    address = address.substr(1, address.size() - 2);
  server.address = address;
  server.hosts = all.http.hosts;
  server.any_host_paths = {"/livez", "/readyz", "/metrics"};
  if (all.http.tls_cert)
    server.tls = http::server_tls_settings{
        .certificate_file = all.http.tls_cert->string(),
        .key_file = all.http.tls_key->string(),
        .client_ca_file = all.http.tls_client_ca ? all.http.tls_client_ca->string() : ""};
  server.head_bytes_max = all.http.max_head;
  server.body_bytes_max = all.http.max_body;
  server.connections_max = all.http.max_connections;
  server.buffered_bytes_max = all.http.max_buffered;
  server.head_timeout = all.http.head_timeout;
  server.body_timeout = all.http.body_timeout;
  server.idle_timeout = all.http.idle_timeout;
  return server;
}

std::chrono::milliseconds drain_timeout_of(const settings& all) {
  if (all.drain_timeout) return *all.drain_timeout;
  std::chrono::milliseconds longest{0};
  for (const auto& one : all.connectors) longest = std::max(longest, one.dispatch.attempt_timeout);
  return longest + std::chrono::seconds{5};
}

}  // namespace airtrain
