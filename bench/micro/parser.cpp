#include <fmt/format.h>

#include "bench/micro/micro.hpp"
#include "core/ingest/event_reader.hpp"
#include "http/request_head.hpp"
#include "http/response_reader.hpp"

namespace airtrain::bench {
namespace {

void read(const std::string& body) {
  auto read = read_events(body_form::plain, "application/json", body, {}, {},
                          {.source = "/bench", .idempotency_key = {}, .accepted_at_ms = 1});
  keep(read);
}

std::string batch_of(std::uint64_t count) {
  std::string body = "[";
  for (std::uint64_t i = 0; i < count; ++i) body += (i == 0 ? "" : ",") + sample_body(i);
  return body + "]";
}

const std::string request_text =
    "POST /v1/events HTTP/1.1\r\nHost: 127.0.0.1:8080\r\nUser-Agent: hms/7.1\r\n"
    "Accept: */*\r\nContent-Type: application/json\r\nContent-Length: 500\r\n\r\n";
const std::string answer_text =
    "HTTP/1.1 200 OK\r\nServer: nginx\r\nDate: Wed, 25 Nov 2026 09:00:00 GMT\r\n"
    "Content-Type: application/json\r\nContent-Length: 15\r\n\r\n{\"status\":\"ok\"}";

void parse_head(std::uint64_t times) {
  std::vector<http::header> fields;
  for (std::uint64_t i = 0; i < times; ++i) {
    http::head_scanner scanner;
    keep(scanner.scan(request_text));
    fields.clear();
    keep(http::parse_request_head(request_text, {}, fields));
  }
}

void read_answer(std::uint64_t times) {
  for (std::uint64_t i = 0; i < times; ++i) {
    http::response_reader reader({16u << 10, 64u << 10}, false);
    std::size_t consumed = 0;
    keep(reader.feed(answer_text, consumed));
    keep(reader.take());
  }
}

}  // namespace

std::vector<micro_case> parser_cases() {
  const auto reading = [](std::string body) {
    return [body = std::move(body)](std::uint64_t times) {
      for (std::uint64_t i = 0; i < times; ++i) read(body);
    };
  };
  return {
      {"head of a request, 6 lines", parse_head},
      {"answer of a target", read_answer},
      {"event of 500 bytes, to sealed", reading(sample_body(17))},
      {"event of a batch of 100, to sealed", reading(batch_of(100)), 100},
  };
}

}  // namespace airtrain::bench
