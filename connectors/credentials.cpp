#include "connectors/credentials.hpp"

#include <variant>

#include "connectors/base64.hpp"

namespace airtrain {
namespace {

struct line_writer {
  bool hidden;
  std::string operator()(const no_auth&) const { return {}; }
  std::string operator()(const bearer_auth& a) const {
    return "Authorization: Bearer " + (hidden ? "***" : a.token.reveal()) + "\r\n";
  }
  std::string operator()(const basic_auth& a) const {
    return "Authorization: Basic " +
           (hidden ? "***" : base64_encoded(a.user + ":" + a.password.reveal())) + "\r\n";
  }
  std::string operator()(const api_key_auth& a) const {
    return a.header + ": " + (hidden ? "***" : a.value.reveal()) + "\r\n";
  }
};

}  // namespace

std::string credentials_line(const auth_settings& auth) {
  return std::visit(line_writer{false}, auth);
}

std::string hidden_credentials_line(const auth_settings& auth) {
  return std::visit(line_writer{true}, auth);
}

}  // namespace airtrain
