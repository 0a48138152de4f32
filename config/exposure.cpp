#include "config/listen_address.hpp"
#include "config/sections.hpp"
#include "messages/invariant.hpp"

namespace airtrain::config {

void check_exposure(reader& r, const node& root, const http_settings& http) {
  const node* section = root.find("http");
  // Without the section the defaults hold, and they are loopback.
  if (section == nullptr) return;
  const auto inside = r.enter("http");
  if (http.behind_proxy && http.keys.empty())
    r.problem(*section->find("behind_proxy"), "`behind_proxy` needs `keys`");
  if (http.behind_proxy && http.hosts.empty())
    r.problem(*section->find("behind_proxy"),
              "`behind_proxy` needs `hosts`: the names by which clients call the proxy");
  const auto address = parse_listen(http.listen);
  AIRTRAIN_INVARIANT(address.has_value());
  if (address->loopback || http.insecure) return;
  const node* listen = section->find("listen");
  const bool encrypted = http.behind_proxy || http.tls_cert;
  if (http.keys.empty() || !encrypted)
    r.problem(listen != nullptr ? *listen : *section,
              "others than this machine can reach this address: it needs `keys`, and `tls` or "
              "`behind_proxy: true` (with TLS in the proxy), or `insecure: true`");
}

}  // namespace airtrain::config
