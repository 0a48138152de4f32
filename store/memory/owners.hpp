#pragma once

#include <functional>
#include <map>
#include <set>

#include "store/memory/tables.hpp"

namespace airtrain::memory {

/// Who owns which connector since the start, and what they have taken. Only in memory: a crash
/// forgets it, and what was taken rests where it was.
class owners {
 public:
  explicit owners(std::size_t open_max) : open_max_(open_max) {}

  void take_over(connector_id connector, std::uint64_t epoch, std::function<void()> on_work);
  bool opened(connector_id connector) const { return owners_.contains(connector); }
  /// Not fenced: the epoch is the newest, and its owner was told so.
  bool is_owner(const tables& all, connector_id connector, std::uint64_t epoch) const;

  /// Takes for an owner that is not fenced.
  fetch_result fetch(const tables& all, connector_id connector, const fetch_request& what);
  const std::set<delivery_key>& taken(connector_id connector) const;
  /// False: it was not taken.
  bool give_up(connector_id connector, const delivery_key& key);

  /// There is something fresh for it; its owner is told by the next `wake`.
  void work_for(connector_id connector) { with_work_.insert(connector); }
  bool someone_to_wake() const { return !with_work_.empty(); }
  /// Tells those who have work and were told that there was none.
  void wake();

 private:
  struct owner {
    std::uint64_t epoch = 0;
    std::function<void()> on_work;
    bool idle = false;  ///< was told that there is nothing fresh
    std::set<delivery_key> taken;
  };
  void fill(const tables& all, const connector_rows& rows, owner& to, fetch_result& into) const;

  std::size_t open_max_;
  std::map<connector_id, owner> owners_;
  std::set<connector_id> with_work_;
};

}  // namespace airtrain::memory
