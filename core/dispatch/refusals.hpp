#pragma once

#include <cstdint>
#include <deque>
#include <unordered_map>
#include <vector>

#include "messages/delivery.hpp"

namespace airtrain {

struct refused_delivery {
  delivery_key key;
  std::uint64_t delivered_total = 0;  ///< the connector's, at the refusal
};

/// The 403 rule: perhaps this event, perhaps us. Remembers the latest refused deliveries, bounded;
/// one that was forgotten is backed off once more before it is judged.
class refusals {
 public:
  enum class meaning : std::uint8_t {
    unsure,      ///< back off
    this_event,  ///< refused again although another was delivered meanwhile
    us,          ///< so many in a row that it is the connector that is refused
  };

  meaning refused(delivery_key key, std::uint64_t delivered_total);
  void delivered() { run_ = 0; }
  /// The delivery has ended.
  void forget(delivery_key key) { seen_.erase(id(key)); }

  std::uint32_t run() const { return run_; }
  /// Oldest first.
  std::vector<refused_delivery> remembered() const;
  void restore(std::uint32_t run, const std::vector<refused_delivery>& remembered);

 private:
  static constexpr std::uint32_t run_max = 5;
  static constexpr std::size_t remembered_max = 1024;
  /// A sequence number stays far below 2^48.
  static std::uint64_t id(delivery_key key) { return key.seq << 16 | key.part; }
  void remember(std::uint64_t id, std::uint64_t delivered_total);

  std::unordered_map<std::uint64_t, std::uint64_t> seen_;  ///< delivered_total when refused
  std::deque<std::uint64_t> order_;
  std::uint32_t run_ = 0;
};

}  // namespace airtrain
