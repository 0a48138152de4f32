#include "core/dispatch/refusals.hpp"

namespace airtrain {

refusals::meaning refusals::refused(delivery_key key, std::uint64_t delivered_total) {
  const auto entry = seen_.find(id(key));
  if (entry == seen_.end()) {
    remember(id(key), delivered_total);
  } else if (delivered_total > entry->second) {
    seen_.erase(entry);
    return meaning::this_event;
  }
  return ++run_ >= run_max ? meaning::us : meaning::unsure;
}

void refusals::remember(std::uint64_t id, std::uint64_t delivered_total) {
  seen_[id] = delivered_total;
  order_.push_back(id);
  if (order_.size() <= remembered_max) return;
  seen_.erase(order_.front());
  order_.pop_front();
}

std::vector<refused_delivery> refusals::remembered() const {
  std::vector<refused_delivery> out;
  for (const auto one : order_)
    if (const auto at = seen_.find(one); at != seen_.end())
      out.push_back({{one >> 16, static_cast<std::uint16_t>(one)}, at->second});
  return out;
}

void refusals::restore(std::uint32_t run, const std::vector<refused_delivery>& remembered) {
  run_ = run;
  for (const auto& one : remembered) remember(id(one.key), one.delivered_total);
}

}  // namespace airtrain
