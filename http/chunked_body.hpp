#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace airtrain::http {

enum class chunked_state : std::uint8_t { more, complete, malformed, too_large };

/// Decodes a chunked request body. Bounded: the body, each line of chunk size, all extensions
/// together, and the trailers, which are read and dropped.
class chunked_body {
 public:
  explicit chunked_body(std::size_t body_bytes_max);
  ~chunked_body();

  /// Decodes from the start of `bytes`; `consumed` says how many are done with. The rest is given
  /// again, with more behind it.
  chunked_state feed(std::string_view bytes, std::size_t& consumed);
  std::string& body();

 private:
  class parser;
  std::unique_ptr<parser> parser_;
};

/// The longest piece of framing (a chunk's size line, the trailers) that is accepted.
inline constexpr std::size_t chunk_framing_bytes_max = 4096;

/// What is at least still to come of a chunked body that has not ended: "0\r\n\r\n". Beast's parser
/// must not be given less: it takes the last chunk's line for read and asserts these bytes (1.81).
inline constexpr std::size_t last_chunk_bytes = 5;

}  // namespace airtrain::http
