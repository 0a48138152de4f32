#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

#include "http/client.hpp"

namespace airtrain::http {

enum class answer_state : std::uint8_t { more, complete, malformed };

struct answer_limits {
  std::size_t head_bytes_max;
  std::size_t body_bytes_max;
};

/// Reads one answer with Beast's parser, within limits. Skips interim (1xx) answers, a few at most.
/// Refuses what leaves in doubt where the answer ends: the next one on this connection would be
/// taken from its rest.
class response_reader {
 public:
  response_reader(const answer_limits& limits, bool to_head_request);
  ~response_reader();

  /// Reads from the start of `bytes`; `consumed` says how many are done with. The rest is given
  /// again, with more behind it.
  answer_state feed(std::string_view bytes, std::size_t& consumed);
  /// The connection has ended: completes an answer that ends with it.
  answer_state finish();

  bool begun() const { return begun_; }  ///< a byte of the answer was seen
  bool keeps_alive() const;
  std::string_view fault() const { return fault_; }  ///< what was malformed
  client_response take();

 private:
  class parser;
  void restart();
  answer_state malformed(std::string fault);
  bool skip_interim();

  const answer_limits limits_;
  const bool to_head_request_;
  std::unique_ptr<parser> parser_;
  bool begun_ = false;
  int interim_ = 0;
  std::string fault_;
};

}  // namespace airtrain::http
