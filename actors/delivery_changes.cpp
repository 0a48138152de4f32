#include "actors/delivery_changes.hpp"

#include <algorithm>

#include "core/dispatch/dispatcher.hpp"

namespace airtrain {

void delivery_changes::start(std::vector<dead_letter_id> ids) {
  // What is attempted anew by the current mapping is on record, and on disk.
  if (options_.what == delivery_change::rerender || ids.empty()) {
    left_ = std::move(ids);
    return go_on();
  }
  std::sort(ids.begin(), ids.end());
  ids.erase(std::unique(ids.begin(), ids.end()), ids.end());
  keys_of_connector all;
  for (const auto& id : ids) all[id.connector].push_back(id.key);
  ask(all);
}

void delivery_changes::ask(const keys_of_connector& all) {
  unanswered_ = all.size();
  for (const auto& [connector, keys] : all)
    ask_({connector,
          keys,
          options_.what == delivery_change::discard,
          options_.dry_run || options_.what == delivery_change::retry,
          {[self = shared_from_this(), connector, keys](const std::vector<withdrawal>& became) {
             self->answered(connector, keys, became);
           },
           {}}});
}

void delivery_changes::answered(connector_id connector, const std::vector<delivery_key>& keys,
                                const std::vector<withdrawal>& became) {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    for (std::size_t i = 0; i < keys.size(); ++i) {
      const auto what = i < became.size() ? became[i] : withdrawal::not_here;
      const dead_letter_id id{connector, keys[i]};
      if (what == withdrawal::done && options_.what == delivery_change::retry)
        by_owners_.refused.push_back({id, "not_waiting"});
      else if (what == withdrawal::done)
        ++by_owners_.done;
      else if (what == withdrawal::in_flight)
        by_owners_.refused.push_back({id, "in_flight"});
      else
        left_.push_back(id);
    }
    last = --unanswered_ == 0;
  }
  if (last) go_on();
}

void delivery_changes::go_on() {
  rest_(std::move(left_), [self = shared_from_this()](result<bulk_result, store_error> became) {
    if (became) {
      became->done += self->by_owners_.done;
      auto& refused = became->refused;
      refused.insert(refused.end(), self->by_owners_.refused.begin(),
                     self->by_owners_.refused.end());
    }
    if (!became) return self->done_(std::move(became));
    if (self->options_.what == delivery_change::rerender)
      return self->tell_held_from_sent(std::move(*became));
    self->finish(std::move(*became));
  });
}

void delivery_changes::tell_held_from_sent(bulk_result became) {
  keys_of_connector taken;
  for (const auto& one : became.refused)
    if (one.code == "in_flight") taken[one.id.connector].push_back(one.id.key);
  if (taken.empty()) return finish(std::move(became));
  by_owners_ = std::move(became);
  unanswered_ = taken.size();
  for (const auto& [connector, keys] : taken)
    ask_({connector,
          keys,
          false,
          true,
          {[self = shared_from_this(), connector, keys](const std::vector<withdrawal>& are) {
             self->told(connector, keys, are);
           },
           {}}});
}

void delivery_changes::told(connector_id connector, const std::vector<delivery_key>& keys,
                            const std::vector<withdrawal>& are) {
  bool last = false;
  {
    const std::lock_guard lock(mutex_);
    for (auto& one : by_owners_.refused) {
      if (one.code != "in_flight" || one.id.connector != connector) continue;
      const auto at = std::find(keys.begin(), keys.end(), one.id.key) - keys.begin();
      const auto i = static_cast<std::size_t>(at);
      if (i < are.size() && are[i] == withdrawal::done) one.code = "held";
    }
    last = --unanswered_ == 0;
  }
  if (last) finish(std::move(by_owners_));
}

void delivery_changes::finish(bulk_result became) {
  std::sort(became.refused.begin(), became.refused.end(),
            [](const auto& a, const auto& b) { return a.id < b.id; });
  done_(std::move(became));
}

}  // namespace airtrain
