#pragma once

#include <atomic>
#include <functional>
#include <memory>

#include "messages/settlement.hpp"
#include "store/store.hpp"

namespace airtrain {

/// The store's answer to one fetch. The store may answer while it is being called: then the caller
/// takes the answer at once, and no message is sent; else `later` is told, on the store's thread.
class fetch_reply {
 public:
  using answer = result<fetch_result, store_error>;

  fetch_reply(fetch_request asked, std::function<void(std::shared_ptr<fetch_reply>)> later)
      : asked_(asked), later_(std::move(later)) {}

  /// The store's side; once, from any thread.
  static void give(const std::shared_ptr<fetch_reply>& self, answer what) {
    self->answer_ = std::move(what);
    if (self->phase_.exchange(phase::answered) == phase::call_over) self->later_(self);
  }

  /// The caller's side, once, when the call of `fetch` has returned: is the answer there already?
  bool answered_during_call() { return phase_.exchange(phase::call_over) == phase::answered; }

  const fetch_request& request() const { return asked_; }
  answer take() { return std::move(answer_); }

 private:
  enum class phase : std::uint8_t { calling, call_over, answered };
  fetch_request asked_;
  std::function<void(std::shared_ptr<fetch_reply>)> later_;
  std::atomic<phase> phase_{phase::calling};
  answer answer_;
};

}  // namespace airtrain
