#include "http/answer.hpp"

#include <fmt/format.h>

#include <ctime>
#include <iterator>

namespace airtrain::http {
namespace {

/// The lines that end every head: date, what becomes of the connection, the empty line.
void close_head(std::string& out, const answer_context& context) {
  out.append("Date: ").append(context.date).append("\r\n");
  if (!context.keep_alive) {
    out.append("Connection: close\r\n");
  } else if (context.http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

}  // namespace

std::string_view reason_phrase(int status) {
  switch (status) {
    case 200:
      return "OK";
    case 201:
      return "Created";
    case 202:
      return "Accepted";
    case 204:
      return "No Content";
    case 207:
      return "Multi-Status";
    case 301:
      return "Moved Permanently";
    case 302:
      return "Found";
    case 303:
      return "See Other";
    case 304:
      return "Not Modified";
    case 307:
      return "Temporary Redirect";
    case 308:
      return "Permanent Redirect";
    case 400:
      return "Bad Request";
    case 401:
      return "Unauthorized";
    case 403:
      return "Forbidden";
    case 404:
      return "Not Found";
    case 405:
      return "Method Not Allowed";
    case 406:
      return "Not Acceptable";
    case 408:
      return "Request Timeout";
    case 409:
      return "Conflict";
    case 410:
      return "Gone";
    case 411:
      return "Length Required";
    case 412:
      return "Precondition Failed";
    case 413:
      return "Content Too Large";
    case 414:
      return "URI Too Long";
    case 415:
      return "Unsupported Media Type";
    case 417:
      return "Expectation Failed";
    case 421:
      return "Misdirected Request";
    case 422:
      return "Unprocessable Content";
    case 429:
      return "Too Many Requests";
    case 431:
      return "Request Header Fields Too Large";
    case 500:
      return "Internal Server Error";
    case 501:
      return "Not Implemented";
    case 503:
      return "Service Unavailable";
    case 505:
      return "HTTP Version Not Supported";
    default:
      return "Unknown";
  }
}

response problem(const refusal& why) {
  response answer;
  answer.status = why.status;
  answer.content_type = "application/problem+json";
  const auto code = to_string(why.code);
  answer.body = fmt::format(
      R"({{"type":"urn:airtrain:problem:{}","title":"{}","status":{},"code":"{}","detail":"{}"}})",
      code, reason_phrase(why.status), why.status, code, why.detail);
  if (why.status == 503) answer.headers = "Retry-After: 1\r\n";
  return answer;
}

bool has_body(int status) {
  return status >= 200 && status != 204 && status != 304;
}

void write_head(std::string& out, const response& answer, const answer_context& context) {
  out.clear();
  fmt::format_to(std::back_inserter(out), "HTTP/1.1 {} {}\r\n", answer.status,
                 reason_phrase(answer.status));
  if (has_body(answer.status)) {
    if (!answer.content_type.empty())
      out.append("Content-Type: ").append(answer.content_type).append("\r\n");
    fmt::format_to(std::back_inserter(out), "Content-Length: {}\r\n", answer.body.size());
  }
  out.append(answer.headers);
  close_head(out, context);
}

void write_accepted_head(std::string& out, std::size_t body_bytes, const answer_context& context) {
  out.assign("HTTP/1.1 202 Accepted\r\nContent-Type: application/json\r\nContent-Length: ");
  out.append(fmt::format_int(body_bytes).c_str()).append("\r\n");
  close_head(out, context);
}

std::string http_date(std::int64_t unix_seconds) {
  static constexpr const char* days[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  static constexpr const char* months[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun",
                                           "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  const std::time_t time = unix_seconds;
  std::tm utc{};
  gmtime_r(&time, &utc);
  return fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", days[utc.tm_wday], utc.tm_mday,
                     months[utc.tm_mon], utc.tm_year + 1900, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace airtrain::http
