#include "http/chunked_body.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "messages/invariant.hpp"

namespace airtrain::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

/// The real head was validated and parsed before: Beast's parser gets one of ours, so that it
/// can't come to another view of the framing than the validator.
constexpr std::string_view substitute_head =
    "POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n";

constexpr std::size_t extension_bytes_max = 4096;

}  // namespace

class chunked_body::parser final : public beast_http::basic_parser<true> {
 public:
  explicit parser(std::size_t body_bytes_max) {
    eager(true);
    body_limit(body_bytes_max);
  }
  std::string body;

 private:
  void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
  void on_response_impl(int, string_view, int, error_code&) override {}
  void on_field_impl(beast_http::field, string_view, string_view, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, error_code&) override {}
  std::size_t on_body_impl(string_view, error_code&) override { return 0; }
  void on_finish_impl(error_code&) override {}

  void on_chunk_header_impl(std::uint64_t, string_view extensions, error_code& error) override {
    extension_bytes_ += extensions.size();
    if (extension_bytes_ > extension_bytes_max) error = beast_http::error::bad_chunk_extension;
  }

  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code&) override {
    body.append(piece.data(), piece.size());
    return piece.size();
  }

  std::size_t extension_bytes_ = 0;
};

chunked_body::chunked_body(std::size_t body_bytes_max)
    : parser_(std::make_unique<parser>(body_bytes_max)) {
  error_code error;
  const auto taken = parser_->put(boost::asio::buffer(substitute_head), error);
  AIRTRAIN_INVARIANT(taken == substitute_head.size() && parser_->is_header_done());
}

chunked_body::~chunked_body() = default;

std::string& chunked_body::body() {
  return parser_->body;
}

chunked_state chunked_body::feed(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  while (!parser_->is_done()) {
    error_code error;
    const auto rest = bytes.substr(consumed);
    if (rest.size() < last_chunk_bytes) return chunked_state::more;
    const auto taken = parser_->put(boost::asio::buffer(rest), error);
    consumed += taken;
    if (error == beast_http::error::body_limit) return chunked_state::too_large;
    if (error && error != beast_http::error::need_more) return chunked_state::malformed;
    if (error == beast_http::error::need_more || taken == 0) {
      const bool endless_framing = bytes.size() - consumed > chunk_framing_bytes_max;
      return endless_framing ? chunked_state::malformed : chunked_state::more;
    }
  }
  return chunked_state::complete;
}

}  // namespace airtrain::http
