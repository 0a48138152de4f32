#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "cli/arguments.hpp"
#include "cli/json_view.hpp"
#include "http/client.hpp"
#include "messages/result.hpp"

namespace airtrain::cli {

/// `--url`, `--key`, `--ca`, `--cert`, `--cert-key`, `--json`: what every client command takes.
std::vector<option_spec> with_client_options(std::vector<option_spec> own);

struct api_answer {
  int status = 0;
  std::string retry_after;  ///< raw header; empty: absent
  std::string body;
  bool good() const { return status >= 200 && status < 300; }
};

/// Speaks with a running service, one request after another; each call blocks until it is answered.
class api_client {
 public:
  /// From the options or AIRTRAIN_URL and AIRTRAIN_KEY. The error says what is wrong with them.
  static result<std::unique_ptr<api_client>, std::string> make(const arguments& given);
  ~api_client();

  /// An answer of whatever status; the error says why there was none.
  result<api_answer, std::string> send(http::client_request request);
  result<api_answer, std::string> get(std::string target);
  result<api_answer, std::string> post(std::string target, std::string json);

 private:
  api_client(std::string where, std::string key);

  std::string where_;
  std::string key_;
  http::io_pool pool_;
  http::client client_;
  std::shared_ptr<http::client::target> target_;
};

/// Text as one segment of a path or one value of a query.
std::string url_encoded(std::string_view text);

/// "CODE: DETAIL" of a refusal (RFC 9457), or its status where it says nothing.
std::string refusal_text(const api_answer& answer);

/// The answer to a request that must succeed, as JSON; else its refusal was printed.
std::optional<json_view> accepted(const result<api_answer, std::string>& answer);

}  // namespace airtrain::cli
