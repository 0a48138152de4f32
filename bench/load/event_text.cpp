#include "bench/load/event_text.hpp"

#include <fmt/format.h>

#include <charconv>

namespace airtrain::bench {
namespace {

void append(std::string& to, std::uint64_t number) {
  char digits[20];
  const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
  to.append(digits, end);
}

}  // namespace

event_text::event_text(event_shape shape)
    : shape_(std::move(shape)),
      head_(fmt::format("POST {} HTTP/1.1\r\nHost: 127.0.0.1:{}\r\n"
                        "Content-Type: application/json\r\nContent-Length: ",
                        shape_.path, shape_.port)),
      begin_(fmt::format(R"({{"type":"{}{})", shape_.type, shape_.types > 0 ? "_" : "")),
      id_(fmt::format(R"(","source":"/bench","id":"{})", shape_.id_prefix)),
      tail_(fmt::format(
          R"(","dept":"nursing","new_shift":"2026-12-01T07:00:00Z","hours":12.50,"note":"{}"}}}})",
          std::string(shape_.filler, 'x'))) {}

void event_text::write_event(std::uint64_t id, std::uint64_t due_us) {
  body_ += begin_;
  if (shape_.types > 0) append(body_, id % shape_.types);
  body_ += id_;
  append(body_, id);
  body_ += R"(","data":{"t":)";
  append(body_, due_us);
  body_ += R"(,"id":")";
  body_ += shape_.id_prefix;
  append(body_, id);
  body_ += R"(","employee_id":"E)";
  append(body_, shape_.keys == 0 ? id : id % shape_.keys);
  body_ += tail_;
}

void event_text::write_request(std::string& out, std::uint64_t first_id, std::uint64_t count,
                               std::uint64_t due_us) {
  body_.clear();
  if (count > 1) body_ += '[';
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i > 0) body_ += ',';
    write_event(first_id + i, due_us);
  }
  if (count > 1) body_ += ']';
  out += head_;
  append(out, body_.size());
  out += "\r\n\r\n";
  out += body_;
}

}  // namespace airtrain::bench
