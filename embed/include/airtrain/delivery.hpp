#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "airtrain/export.hpp"

namespace airtrain {
inline namespace v0 {

/// One event on its way to one connector. The views live as long as the object that gave it.
struct delivery_view {
  std::string_view event_id, source, type, subject, time;
  std::string_view data;        ///< as it was handed over, byte for byte; JSON as a rule
  std::string idempotency_key;  ///< the same on every attempt
  std::uint32_t attempt = 1;    ///< 1 for the first on record
};

/// What became of an attempt.
struct delivery_result {
  enum class kind : std::uint8_t {
    delivered,
    retry,      ///< not now; see `event_only`
    throttled,  ///< the whole connector pauses, for `retry_after` when given
    rejected,   ///< this event is wrong for this system: dead letter
    hold,       ///< the system refuses us (credentials): probed once a minute
  };
  kind what = kind::delivered;
  bool event_only = false;  ///< retry: the system is well, this event failed; feeds no breaker
  std::string message;      ///< for people: shown and logged
  std::chrono::milliseconds retry_after{0};  ///< 0: none

  static delivery_result delivered() { return {}; }
  static delivery_result retry(std::string why) { return {kind::retry, false, std::move(why), {}}; }
  static delivery_result rejected(std::string why) {
    return {kind::rejected, true, std::move(why), {}};
  }
};

/// An attempt in the hands of a `raw_connector`. Complete it once, from any thread; one that is
/// dropped counts as failed and is tried again.
class AIRTRAIN_EXPORT delivery_task {
 public:
  class work;
  explicit delivery_task(std::unique_ptr<work> what);
  delivery_task(delivery_task&&) noexcept;
  delivery_task& operator=(delivery_task&&) noexcept;
  ~delivery_task();

  const delivery_view& what() const;
  void complete(delivery_result result);

 private:
  std::unique_ptr<work> work_;
};

}  // namespace v0
}  // namespace airtrain
