#include "bench/suite/nginx_proxy.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <signal.h>

#include <chrono>
#include <fstream>
#include <stdexcept>

#include "bench/harness/ask.hpp"
#include "bench/harness/histogram.hpp"
#include "bench/harness/process_figures.hpp"
#include "bench/harness/sockets.hpp"

namespace airtrain::bench {

using namespace harness;

namespace {

std::string configuration(const std::filesystem::path& folder, std::uint16_t port,
                          std::uint16_t target, bool tls) {
  const auto verify =
      tls ? fmt::format(
                "proxy_ssl_verify on; proxy_ssl_trusted_certificate {}/target.pem;\n"
                "      proxy_ssl_name localhost; proxy_ssl_server_name on;",
                folder.string())
          : "";
  return fmt::format(R"(daemon off;
worker_processes 2;
pid {0}/nginx.pid;
error_log {0}/nginx.log;
events {{ worker_connections 4096; }}
http {{
  access_log off;
  client_body_temp_path {0}/body; proxy_temp_path {0}/proxy; fastcgi_temp_path {0}/f;
  uwsgi_temp_path {0}/u; scgi_temp_path {0}/s;
  keepalive_requests 1000000000;
  upstream target {{ server 127.0.0.1:{2}; keepalive 512; keepalive_requests 1000000000; }}
  server {{
    listen 127.0.0.1:{1};
    location / {{
      proxy_pass {3}://target; proxy_http_version 1.1; proxy_set_header Connection "";
      {4}
    }}
  }}
}}
)",
                     folder.string(), port, target, tls ? "https" : "http", verify);
}

std::string written(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
  return file.string();
}

}  // namespace

nginx_proxy::nginx_proxy(const std::string& program, const std::filesystem::path& folder,
                         std::uint16_t target_port, bool tls)
    : port_(unused_port()),
      it_({program, "-p", folder.string(), "-c",
           written(folder / "nginx.conf", configuration(folder, port_, target_port, tls))},
          (folder / "nginx.err").string()) {
  const auto deadline = monotonic_us() + 5'000'000;
  while (ask(port_, "GET", "/_stats").status != 200) {
    if (monotonic_us() > deadline)
      throw std::runtime_error("nginx did not start: see " + folder.string());
    poll(nullptr, 0, 20);
  }
}

nginx_proxy::~nginx_proxy() {
  // Its workers outlive a master that is killed.
  it_.send_signal(SIGTERM);
  it_.wait(std::chrono::seconds{5});
}

double nginx_proxy::cpu_us() const {
  auto sum = cpu_time(it_.pid());
  for (const auto worker : children_of(it_.pid())) sum += cpu_time(worker);
  return static_cast<double>(sum.count());
}

}  // namespace airtrain::bench
