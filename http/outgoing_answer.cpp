#include "http/outgoing_answer.hpp"

#include <algorithm>

namespace airtrain::http {

void outgoing_answer::set(response answer) {
  answer_ = std::move(answer);
  prebuilt_accepted_ = false;
}

void outgoing_answer::set_accepted(std::string body) {
  answer_.status = 202;
  answer_.body = std::move(body);
  prebuilt_accepted_ = true;
}

void outgoing_answer::begin(const answer_context& context, bool to_head) {
  if (prebuilt_accepted_) {
    write_accepted_head(head_, answer_.body.size(), context);
  } else {
    write_head(head_, answer_, context);
  }
  body_bytes_ = has_body(answer_.status) && !to_head ? answer_.body.size() : 0;
  written_ = 0;
}

void outgoing_answer::join() {
  constexpr std::size_t record_bytes_max = 16u << 10;
  if (head_.size() + body_bytes_ > record_bytes_max) return;
  head_.append(answer_.body, 0, body_bytes_);
  body_bytes_ = 0;
}

std::array<boost::asio::const_buffer, 2> outgoing_answer::rest() const {
  const auto head_done = std::min(written_, head_.size());
  return {boost::asio::buffer(head_) + head_done,
          boost::asio::buffer(answer_.body.data(), body_bytes_) + (written_ - head_done)};
}

}  // namespace airtrain::http
