// What a target answers, whole and in pieces. An answer that is read in two ways would have one
// delivery take another's answer.

#include <cstdint>
#include <optional>

#include "http/response_reader.hpp"
#include "messages/invariant.hpp"

namespace {

using namespace airtrain::http;

constexpr answer_limits limits{.head_bytes_max = 2048, .body_bytes_max = 1024};

struct reading {
  std::optional<client_response> answer;
  std::size_t used = 0;
  bool keeps_alive = false;
};

/// In pieces of `step`, the unread rest again with each, then the end of the connection.
reading read(std::string_view bytes, std::size_t step, bool to_head_request) {
  response_reader reader{limits, to_head_request};
  reading done;
  auto state = answer_state::more;
  for (std::size_t seen = 0; seen < bytes.size() && state == answer_state::more;) {
    seen = std::min(seen + step, bytes.size());
    std::size_t consumed = 0;
    state = reader.feed(bytes.substr(done.used, seen - done.used), consumed);
    AIRTRAIN_INVARIANT(consumed <= seen - done.used);
    done.used += consumed;
    if (state == answer_state::more) AIRTRAIN_INVARIANT(seen - done.used < limits.head_bytes_max);
  }
  if (state == answer_state::malformed) {
    AIRTRAIN_INVARIANT(!reader.fault().empty());
    return done;
  }
  done.keeps_alive = state == answer_state::complete && reader.keeps_alive();
  if (state == answer_state::more) state = reader.finish();
  if (state == answer_state::complete) done.answer = reader.take();
  return done;
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size < 1) return 0;
  const bool to_head_request = data[0] == 'H';
  const std::string_view bytes{reinterpret_cast<const char*>(data) + 1, size - 1};
  const auto at_once = read(bytes, std::max<std::size_t>(bytes.size(), 1), to_head_request);
  const auto slowly = read(bytes, 1, to_head_request);
  // Of a head about as long as the limit, a few bytes more are taken when they come together.
  if (bytes.size() < limits.head_bytes_max)
    AIRTRAIN_INVARIANT(at_once.answer.has_value() == slowly.answer.has_value());
  if (!at_once.answer || !slowly.answer) return 0;
  AIRTRAIN_INVARIANT(at_once.answer->status == slowly.answer->status);
  AIRTRAIN_INVARIANT(at_once.answer->status >= 200 && at_once.answer->status <= 599);
  AIRTRAIN_INVARIANT(at_once.answer->headers == slowly.answer->headers);
  AIRTRAIN_INVARIANT(at_once.answer->body == slowly.answer->body);
  AIRTRAIN_INVARIANT(at_once.answer->body.size() <= limits.body_bytes_max);
  AIRTRAIN_INVARIANT(at_once.used == slowly.used && at_once.keeps_alive == slowly.keeps_alive);
  return 0;
}
