#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <utility>

namespace airtrain {

/// Carries one answer back to whoever asked, from any thread. Copies share the one answer: the
/// first call gives it, later ones do nothing. When the last copy goes unused, because the actor
/// that was asked has ended, the asker gets the answer `unanswered`.
template <class T>
class reply {
 public:
  reply() = default;
  reply(std::function<void(T)> asker, T unanswered)
      : promise_(std::make_shared<promise>(std::move(asker), std::move(unanswered))) {}

  void operator()(T answer) const {
    if (promise_) promise_->give(std::move(answer));
  }

 private:
  struct promise {
    promise(std::function<void(T)> a, T u) : asker(std::move(a)), unanswered(std::move(u)) {}
    ~promise() { give(std::move(unanswered)); }
    void give(T answer) {
      if (!given.exchange(true)) asker(std::move(answer));
    }
    std::function<void(T)> asker;
    T unanswered;
    std::atomic<bool> given{false};
  };
  std::shared_ptr<promise> promise_;
};

}  // namespace airtrain
