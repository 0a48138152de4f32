#include "http/response_reader.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/characters.hpp"
#include "http/chunked_body.hpp"

namespace airtrain::http {
namespace {

namespace beast_http = boost::beast::http;
using boost::beast::string_view;
using boost::system::error_code;

constexpr int interim_answers_max = 8;
constexpr std::size_t usual_headers = 8;

std::string_view standard(string_view text) {
  return {text.data(), text.size()};
}

}  // namespace

class response_reader::parser final : public beast_http::basic_parser<false> {
 public:
  parser() { answer.headers.reserve(usual_headers); }

  client_response answer;

 private:
  void on_request_impl(beast_http::verb, string_view, string_view, int, error_code&) override {}
  void on_header_impl(error_code&) override {}
  void on_chunk_header_impl(std::uint64_t, string_view, error_code&) override {}
  void on_finish_impl(error_code&) override {}

  void on_response_impl(int code, string_view, int, error_code& error) override {
    answer.status = code;
    if (code < 100 || code > 599) error = beast_http::error::bad_status;
  }

  void on_field_impl(beast_http::field name, string_view name_text, string_view value,
                     error_code& error) override {
    if (is_header_done()) return;  // a trailer
    if (name == beast_http::field::content_length) {
      if (has_length_ || has_encoding_ || !is_digits(standard(value)))
        error = beast_http::error::bad_content_length;
      has_length_ = true;
    } else if (name == beast_http::field::transfer_encoding) {
      if (has_length_ || has_encoding_ || !same_ignoring_case(standard(value), "chunked"))
        error = beast_http::error::bad_transfer_encoding;
      has_encoding_ = true;
    }
    answer.headers.emplace_back(standard(name_text), standard(value));
  }

  void on_body_init_impl(const boost::optional<std::uint64_t>& length, error_code&) override {
    if (length) answer.body.reserve(static_cast<std::size_t>(*length));
  }
  std::size_t on_body_impl(string_view piece, error_code&) override {
    answer.body.append(piece.data(), piece.size());
    return piece.size();
  }
  std::size_t on_chunk_body_impl(std::uint64_t, string_view piece, error_code&) override {
    answer.body.append(piece.data(), piece.size());
    return piece.size();
  }

  bool has_length_ = false;
  bool has_encoding_ = false;
};

response_reader::response_reader(const answer_limits& limits, bool to_head_request)
    : limits_(limits), to_head_request_(to_head_request) {
  restart();
}

response_reader::~response_reader() = default;

void response_reader::restart() {
  parser_ = std::make_unique<parser>();
  parser_->eager(true);
  parser_->skip(to_head_request_);
  parser_->header_limit(static_cast<std::uint32_t>(limits_.head_bytes_max));
  parser_->body_limit(limits_.body_bytes_max);
}

answer_state response_reader::malformed(std::string fault) {
  fault_ = std::move(fault);
  return answer_state::malformed;
}

answer_state response_reader::feed(std::string_view bytes, std::size_t& consumed) {
  consumed = 0;
  begun_ = begun_ || !bytes.empty();
  for (;;) {
    while (!parser_->is_done()) {
      const auto rest = bytes.substr(consumed);
      const bool in_chunks = parser_->is_header_done() && parser_->chunked();
      if (rest.size() < (in_chunks ? last_chunk_bytes : 1)) return answer_state::more;
      error_code error;
      const auto taken = parser_->put(boost::asio::buffer(rest), error);
      consumed += taken;
      if (error && error != beast_http::error::need_more) return malformed(error.message());
      if (error == beast_http::error::need_more || taken == 0) {
        // A head, a chunk's size line or trailers, which must be whole to be parsed.
        if (bytes.size() - consumed >= limits_.head_bytes_max)
          return malformed("the answer's head exceeds the limit");
        return answer_state::more;
      }
    }
    if (parser_->answer.status >= 200) return answer_state::complete;
    if (!skip_interim()) return malformed("unexpected interim answers");
  }
}

bool response_reader::skip_interim() {
  constexpr int switching_protocols = 101;
  if (parser_->answer.status == switching_protocols || ++interim_ > interim_answers_max)
    return false;
  restart();
  return true;
}

answer_state response_reader::finish() {
  if (!parser_->is_header_done()) return answer_state::more;
  error_code error;
  parser_->put_eof(error);
  return error || !parser_->is_done() ? answer_state::more : answer_state::complete;
}

bool response_reader::keeps_alive() const {
  return parser_->keep_alive();
}

client_response response_reader::take() {
  return std::move(parser_->answer);
}

}  // namespace airtrain::http
