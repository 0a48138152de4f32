#pragma once

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstdint>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace airtrain::wire {

struct answer {
  int status = 0;
  std::vector<std::pair<std::string, std::string>> headers;  ///< names in lower case
  std::string body;

  std::string get(std::string_view lower_name) const {
    for (const auto& [name, value] : headers)
      if (name == lower_name) return value;
    return {};
  }
};

using headers = std::vector<std::pair<std::string, std::string>>;

/// A blocking HTTP client for tests: one connection, no cleverness, and it can send anything.
/// Errors throw.
class plain_client {
 public:
  explicit plain_client(std::uint16_t port) : port_(port) { connect(); }
  ~plain_client() { ::close(socket_); }
  plain_client(const plain_client&) = delete;
  plain_client& operator=(const plain_client&) = delete;

  answer get(std::string_view target, const headers& with = {}) {
    return request("GET", target, "", with);
  }
  answer post(std::string_view target, std::string_view body, const headers& with = {}) {
    return request("POST", target, body, with);
  }
  answer post_json(std::string_view target, std::string_view body, headers with = {}) {
    with.emplace_back("Content-Type", "application/json");
    return request("POST", target, body, with);
  }

  answer request(std::string_view method, std::string_view target, std::string_view body,
                 const headers& with = {}) {
    std::string text;
    text.append(method).append(" ").append(target).append(" HTTP/1.1\r\n");
    if (!has(with, "Host")) text += "Host: 127.0.0.1:" + std::to_string(port_) + "\r\n";
    for (const auto& [name, value] : with) text += name + ": " + value + "\r\n";
    if (method == "POST" || !body.empty())
      text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
    text += "\r\n";
    text += body;
    send(text);
    return read(method != "HEAD");
  }

  void send(std::string_view bytes) {
    while (!bytes.empty()) {
      const auto sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
      if (sent <= 0) throw std::runtime_error{"the server closed while a request was sent"};
      bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
  }

  answer read(bool with_body = true) {
    while (received_.find("\r\n\r\n") == std::string::npos) receive();
    const auto head_end = received_.find("\r\n\r\n");
    auto result = head_of(received_.substr(0, head_end));
    received_.erase(0, head_end + 4);
    if (!with_body) return result;
    std::size_t length = 0;
    const auto stated = result.get("content-length");
    std::from_chars(stated.data(), stated.data() + stated.size(), length);
    while (received_.size() < length) receive();
    result.body = received_.substr(0, length);
    received_.erase(0, length);
    return result;
  }

 private:
  void connect() {
    socket_ = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const timeval patience{.tv_sec = 20, .tv_usec = 0};
    ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &patience, sizeof patience);
    sockaddr_in where{};
    where.sin_family = AF_INET;
    where.sin_port = htons(port_);
    where.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (::connect(socket_, reinterpret_cast<sockaddr*>(&where), sizeof where) == 0) return;
    ::close(socket_);
    throw std::runtime_error{"cannot connect to port " + std::to_string(port_)};
  }

  void receive() {
    char buffer[16'384];
    const auto got = ::recv(socket_, buffer, sizeof buffer, 0);
    if (got <= 0) throw std::runtime_error{"the server closed before a whole answer"};
    received_.append(buffer, static_cast<std::size_t>(got));
  }

  static answer head_of(std::string_view head) {
    answer result;
    const auto line_end = head.find("\r\n");
    const auto status = head.substr(9, 3);
    std::from_chars(status.data(), status.data() + status.size(), result.status);
    head.remove_prefix(std::min(line_end, head.size()));
    while (head.starts_with("\r\n")) {
      head.remove_prefix(2);
      const auto line = head.substr(0, head.find("\r\n"));
      head.remove_prefix(line.size());
      const auto colon = line.find(':');
      std::string name{line.substr(0, colon)};
      std::transform(name.begin(), name.end(), name.begin(),
                     [](unsigned char c) { return static_cast<char>(std::tolower(c)); });
      auto value = line.substr(colon + 1);
      value.remove_prefix(std::min(value.find_first_not_of(' '), value.size()));
      result.headers.emplace_back(std::move(name), value);
    }
    return result;
  }

  static bool has(const headers& with, std::string_view wanted) {
    return std::any_of(with.begin(), with.end(),
                       [&](const auto& header) { return header.first == wanted; });
  }

  const std::uint16_t port_;
  int socket_ = -1;
  std::string received_;
};

}  // namespace airtrain::wire
