#include "http/request_body.hpp"

#include <algorithm>
#include <cstring>
#include <utility>

namespace airtrain::http {
namespace {

constexpr std::size_t raw_bytes = 8192;
// Of one read, beside what has arrived.
constexpr std::size_t chunk_bytes_min = 8u << 10;
constexpr std::size_t chunk_bytes_max = 64u << 10;

}  // namespace

void request_body::begin(const request_head& head, std::string_view early, std::size_t room) {
  length_ = static_cast<std::size_t>(head.content_length.value_or(0));
  if (head.chunked) {
    kind_ = kind::chunked;
    chunks_.emplace(all_.settings.body_bytes_max);
    raw_.resize(std::max(raw_bytes, early.size()));
    std::ranges::copy(early, raw_.begin());
    raw_end_ = early.size();
  } else if (length_ <= room) {
    kind_ = kind::in_place;
  } else {
    kind_ = kind::own_buffer;
    own_.assign(early);
    own_end_ = early.size();
  }
}

boost::asio::mutable_buffer request_body::room() {
  if (kind_ == kind::own_buffer) return boost::asio::buffer(own_) + own_end_;
  return boost::asio::buffer(raw_) + raw_end_;
}

void request_body::received(std::size_t count) {
  (kind_ == kind::own_buffer ? own_end_ : raw_end_) += count;
}

body_state request_body::progress(std::string_view behind_head) {
  switch (kind_) {
    case kind::chunked:
      return take_chunks();
    case kind::in_place:
      if (behind_head.size() < length_) return body_state::more;
      bytes_ = behind_head.substr(0, length_);
      return body_state::complete;
    case kind::own_buffer:
      if (own_end_ < length_) return grow() ? body_state::more : body_state::no_memory;
      bytes_ = own_;
      return body_state::complete;
  }
  return body_state::malformed;
}

body_state request_body::take_chunks() {
  std::size_t consumed = 0;
  const auto state = chunks_->feed({raw_.data(), raw_end_}, consumed);
  std::memmove(raw_.data(), raw_.data() + consumed, raw_end_ - consumed);
  raw_end_ -= consumed;
  switch (state) {
    case chunked_state::malformed:
      return body_state::malformed;
    case chunked_state::too_large:
      return body_state::too_large;
    case chunked_state::more:
      return charge_up_to(chunks_->body().size()) ? body_state::more : body_state::no_memory;
    case chunked_state::complete:
      bytes_ = chunks_->body();
      return body_state::complete;
  }
  return body_state::malformed;
}

bool request_body::grow() {
  if (own_end_ < own_.size()) return true;
  // With what arrives, not with what was announced: an announcement costs the peer nothing. What
  // the text has room for beyond that was never written to, and so takes no memory.
  const auto chunk = std::clamp(own_end_ / 2, chunk_bytes_min, chunk_bytes_max);
  const auto size = std::min(length_, own_end_ + chunk);
  if (!charge_up_to(size)) return false;
  own_.resize(size);
  return true;
}

bool request_body::charge_up_to(std::size_t bytes) {
  if (bytes <= charged_) return true;
  if (!all_.charge(bytes - charged_)) return false;
  charged_ = bytes;
  return true;
}

std::string_view request_body::behind() const {
  return kind_ == kind::chunked ? std::string_view{raw_.data(), raw_end_} : std::string_view{};
}

void request_body::give_back() {
  bytes_ = {};
  if (kind_ == kind::own_buffer) own_ = {};
  chunks_.reset();
  if (charged_ > 0) all_.release(std::exchange(charged_, 0));
}

void request_body::release() {
  give_back();
  own_end_ = 0;
  raw_ = {};
  raw_end_ = 0;
  kind_ = kind::in_place;
}

}  // namespace airtrain::http
