#include "config/listen_address.hpp"
#include "config/sections.hpp"

namespace airtrain::config {
namespace {

using namespace std::chrono_literals;
constexpr std::uint64_t KiB = 1u << 10;
constexpr std::uint64_t MiB = 1u << 20;

const std::vector<std::string_view> scope_names{"ingest", "read", "payload", "operate"};

void read_scopes(reader& r, const node& at, api_key_settings& into) {
  if (!r.expect_list(at)) return;
  for (std::size_t i = 0; i < at.children.size(); ++i) {
    const auto inside = r.enter_item(i);
    const node& item = at.children[i];
    if (std::find(scope_names.begin(), scope_names.end(), item.text) == scope_names.end())
      r.problem(item, "must be one of ingest, read, payload, operate" +
                          did_you_mean(item.text, scope_names));
    else
      into.scopes.push_back(item.text);
  }
  if (at.children.empty()) r.problem(at, "names no scope, so the key would allow nothing");
}

void read_digest(reader& r, const node& at, api_key_settings& into) {
  // The value is not repeated: somebody may have put the key itself here.
  constexpr std::string_view wanted =
      "must be the SHA-256 of the key, 64 hexadecimal digits in quotes: "
      "printf %s KEY | sha256sum";
  constexpr std::size_t digits = 64;
  const bool hex = at.text.find_first_not_of("0123456789abcdefABCDEF") == std::string::npos;
  if (!at.scalar() || at.text.size() != digits || !hex) return r.problem(at, std::string(wanted));
  into.sha256 = at.text;
  for (char& c : into.sha256)
    if (c >= 'A' && c <= 'F') c = static_cast<char>(c - 'A' + 'a');
}

/// Looked at once the certificate is known, by `read_tls`.
void read_tls_key(reader& r, const node& at, http_settings& into) {
  if (auto path = r.path(at)) into.tls_key = std::move(*path);
}

const options<http_settings>& tls_options() {
  using T = http_settings;
  static const options<T> declared{
      path_option<T>("cert", named_file::certificate_chain, &T::tls_cert,
                     "the service's certificate with its chain, PEM")
          .must(),
      special_option<T>("key", "path", "its key, PEM", read_tls_key).must(),
      path_option<T>("client_ca", named_file::certificates, &T::tls_client_ca,
                     "only clients with a certificate signed by one of these, PEM"),
  };
  return declared;
}

void read_tls(reader& r, const node& at, http_settings& into) {
  read_options(r, at, tls_options(), into);
  const node* key = at.find("key");
  if (key == nullptr || !into.tls_key) return;
  const auto inside = r.enter("key");
  r.look(named_file::private_key, *key, *into.tls_key, into.tls_cert.value_or(""));
}

option<http_settings> tls_option() {
  auto made = map_option<http_settings>("tls", tls_options(), "serve HTTPS instead of HTTP");
  made.read = read_tls;
  return made;
}

const options<api_key_settings>& key_options() {
  using T = api_key_settings;
  static const options<T> declared{
      text_option("name", &T::name,
                  "who uses the key; shown in the audit log, and the default "
                  "`source` of events")
          .must(),
      special_option<T>("sha256", "text", "SHA-256 of the key in hexadecimal", read_digest).must(),
      special_option<T>("scopes", "list", "what it may do: ingest, read, payload, operate",
                        read_scopes)
          .must(),
  };
  return declared;
}

void read_keys(reader& r, const node& at, http_settings& into) {
  if (!r.expect_list(at)) return;
  for (std::size_t i = 0; i < at.children.size(); ++i) {
    const auto inside = r.enter_item(i);
    const node& item = at.children[i];
    api_key_settings key;
    read_options(r, item, key_options(), key);
    const bool taken = std::any_of(into.keys.begin(), into.keys.end(),
                                   [&](const api_key_settings& k) { return k.name == key.name; });
    if (!key.name.empty() && taken)
      r.problem(item, fmt::format("the key name `{}` is given twice", key.name));
    into.keys.push_back(std::move(key));
  }
}

void read_hosts(reader& r, const node& at, http_settings& into) {
  if (!r.expect_list(at)) return;
  for (std::size_t i = 0; i < at.children.size(); ++i) {
    const auto inside = r.enter_item(i);
    const auto host = r.plain_text(at.children[i]);
    if (!host) continue;
    if (host->empty() || host->find_first_of("/@ *") != std::string::npos)
      r.problem(at.children[i], "must be a host name, as in airtrain.example.org");
    else
      into.hosts.push_back(*host);
  }
}

option<http_settings> listen_option() {
  auto made = special_option<http_settings>(
      "listen", "address:port", "of ingest, API and metrics; port 0 takes a free one",
      [](reader& r, const node& at, http_settings& into) {
        const auto text = r.plain_text(at);
        if (!text) return;
        if (auto address = parse_listen(*text))
          into.listen = std::move(address->text);
        else
          r.problem(at,
                    "must be an address and a port, as in 127.0.0.1:8080, [::1]:8080 or "
                    "0.0.0.0:8080");
      });
  made.info.fallback = http_settings{}.listen;
  return made;
}

}  // namespace

const options<http_settings>& http_options() {
  using T = http_settings;
  static const options<T> declared{
      listen_option(),
      tls_option(),
      special_option<T>("keys", "list", "API keys; without any: loopback only, all scopes",
                        read_keys),
      special_option<T>("hosts", "list", "names by which clients may call the service", read_hosts),
      flag_option("behind_proxy", &T::behind_proxy, "TLS ends in a proxy in front of the service"),
      flag_option("insecure", &T::insecure, "allow addresses beyond loopback without TLS and keys"),
      size_option("max_body", &T::max_body, KiB, 1024 * MiB, "largest body of a request"),
      size_option("max_head", &T::max_head, KiB, MiB, "largest head of a request"),
      count_option("max_connections", &T::max_connections, 1, 1'000'000,
                   "connections at once; more wait to be accepted"),
      count_option("max_batch", &T::max_batch, 1, 100'000, "events in one request"),
      size_option("max_buffered", &T::max_buffered, MiB, 64 * 1024 * MiB,
                  "bytes of requests that wait for the store; beyond it: 503"),
      duration_option<T>("head_timeout", &T::head_timeout, 100ms, 1h,
                         "for the head of a request to arrive"),
      duration_option<T>("body_timeout", &T::body_timeout, 100ms, 24h,
                         "for the body of a request to arrive"),
      duration_option<T>("idle_timeout", &T::idle_timeout, 100ms, 24h,
                         "until an unused connection is closed"),
      count_option("threads", &T::threads, 0, 256, "I/O threads; 0: one per core, at most 8"),
  };
  return declared;
}

}  // namespace airtrain::config
