#include "core/dispatch/refusals.hpp"

namespace airtrain {

refusals::meaning refusals::refused(delivery_key key, std::uint64_t delivered_total) {
  const auto [entry, first_time] = seen_.try_emplace(id(key), delivered_total);
  if (!first_time && delivered_total > entry->second) {
    seen_.erase(entry);
    return meaning::this_event;
  }
  if (first_time) {
    order_.push_back(id(key));
    if (order_.size() > remembered_max) {
      seen_.erase(order_.front());
      order_.pop_front();
    }
  }
  return ++run_ >= run_max ? meaning::us : meaning::unsure;
}

}  // namespace airtrain
