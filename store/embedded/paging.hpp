#pragma once

#include <algorithm>
#include <cstdint>
#include <string>

#include "store/queries.hpp"

namespace airtrain::embedded {

/// Fills one page: `offer` each match, in order, until it says that the page is full.
template <class T>
class page_builder {
 public:
  explicit page_builder(const page_request& request) : limit_(std::max(1u, request.limit)) {}

  /// `position` continues a list after this item. False: the page was full before.
  bool offer(std::string position, T item) {
    if (page_.items.size() == limit_) {
      page_.next = last_;
      return false;
    }
    last_ = std::move(position);
    page_.items.push_back(std::move(item));
    return true;
  }
  /// One more could only say that there is more.
  bool full() const { return page_.items.size() == limit_; }
  page<T> take() { return std::move(page_); }

 private:
  std::size_t limit_;
  std::string last_;
  page<T> page_;
};

inline bool within(std::int64_t at_ms, std::int64_t since_ms, std::int64_t until_ms) {
  return (since_ms == 0 || at_ms >= since_ms) && (until_ms == 0 || at_ms < until_ms);
}

}  // namespace airtrain::embedded
