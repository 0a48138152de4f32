// A producer's chunked body, whole and in pieces: the same bytes must come out.

#include "http/chunked_body.hpp"

#include <cstdint>

#include "messages/invariant.hpp"

namespace {

using namespace airtrain::http;

constexpr std::size_t body_bytes_max = 1024;

/// Hands over the bytes in pieces of `step`, the rest again with each, as a session does.
chunked_state decode(std::string_view bytes, std::size_t step, std::string& body,
                     std::size_t& used) {
  chunked_body decoder{body_bytes_max};
  used = 0;
  auto state = chunked_state::more;
  for (std::size_t seen = 0; seen < bytes.size() && state == chunked_state::more;) {
    seen = std::min(seen + step, bytes.size());
    std::size_t consumed = 0;
    state = decoder.feed(bytes.substr(used, seen - used), consumed);
    AIRTRAIN_INVARIANT(consumed <= seen - used);
    used += consumed;
  }
  body = decoder.body();
  return state;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view bytes{reinterpret_cast<const char*>(data), size};
  std::string whole;
  std::string in_pieces;
  std::size_t used_whole = 0;
  std::size_t used_in_pieces = 0;
  const auto at_once = decode(bytes, size, whole, used_whole);
  const auto slowly = decode(bytes, 1, in_pieces, used_in_pieces);
  AIRTRAIN_INVARIANT(whole.size() <= body_bytes_max && in_pieces.size() <= body_bytes_max);
  if (at_once == chunked_state::complete || slowly == chunked_state::complete) {
    AIRTRAIN_INVARIANT(at_once == slowly);
    AIRTRAIN_INVARIANT(whole == in_pieces && used_whole == used_in_pieces);
  }
  return 0;
}
