#pragma once

#include <filesystem>
#include <string>

#include "bench/harness/process.hpp"

namespace airtrain::bench {

/// The yardstick: nginx `proxy_pass` with two workers and kept connections on both sides.
class nginx_proxy {
 public:
  /// Waits until it answers. `upstream`: "http://127.0.0.1:PORT" or https.
  nginx_proxy(const std::string& program, const std::filesystem::path& folder,
              std::uint16_t target_port, bool tls);
  ~nginx_proxy();
  nginx_proxy(const nginx_proxy&) = delete;
  std::uint16_t port() const { return port_; }
  double cpu_us() const;  ///< with its workers

 private:
  std::uint16_t port_;
  harness::process it_;
};

}  // namespace airtrain::bench
