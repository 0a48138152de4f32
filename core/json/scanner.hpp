#pragma once

#include <array>
#include <string_view>
#include <vector>

#include "core/json/document.hpp"

namespace airtrain::json {

/// The single pass behind `document::parse`: walks the text once and appends every value's place.
class scanner {
 public:
  scanner(std::string_view text, std::vector<node>& nodes)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), nodes_(nodes) {}

  /// False: `error()` says what is wrong, and the nodes are of no use.
  bool run();
  parse_error error() const {
    return {fault_, static_cast<std::size_t>(wrong_ - begin_), problem_};
  }

 private:
  struct open_container {
    std::uint32_t index = 0;    ///< of its node
    std::uint32_t members = 0;  ///< elements so far
  };

  bool value();
  bool open(kind what);
  bool next_in_container();
  bool key();
  bool close(open_container top);
  bool string();
  bool number();
  bool digits();
  bool literal(std::string_view word, kind what);
  void skip_space();
  void add(kind what, const char* from, bool escaped = false);
  std::uint32_t offset(const char* p) const { return static_cast<std::uint32_t>(p - begin_); }
  bool fail(const char* at, const char* problem, parse_fault fault = parse_fault::malformed);
  /// Fails at the present byte, or says that the text is cut short.
  bool unexpected(const char* problem);

  const char* begin_;
  const char* at_;
  const char* end_;
  std::vector<node>& nodes_;
  std::array<open_container, depth_max> stack_{};
  unsigned depth_ = 0;
  const char* wrong_ = nullptr;
  const char* problem_ = "";
  parse_fault fault_ = parse_fault::malformed;
};

}  // namespace airtrain::json
