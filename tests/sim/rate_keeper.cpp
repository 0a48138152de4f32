#include "tests/sim/rate_keeper.hpp"

namespace airtrain::sim {

rate_keeper::rate_keeper(agenda& time, double per_second)
    : time_(time), per_second_(per_second), since_(time.now().steady), rate_(per_second) {}

void rate_keeper::order(connector_id from, const token_order& what, give to) {
  members_[from] = std::move(to);
  if (what.give_back > 0) rate_.give_back(from, what.give_back);
  if (what.want) rate_.want(from, *what.want);
  hand_out();
}

void rate_keeper::sent() {
  const double passed = std::chrono::duration<double>(time_.now().steady - since_).count();
  const double saved_up = std::max(1.0, per_second_ / 10);
  ++sent_;
  demand(static_cast<double>(sent_) <= saved_up + per_second_ * passed + 1e-3,
         "{} were sent at {}/s within {} s", sent_, per_second_, passed);
}

void rate_keeper::hand_out() {
  for (bool taken_back = true; taken_back;) {
    taken_back = false;
    for (const auto& grant : rate_.grants(time_.now().steady)) {
      if (members_.at(grant.to)(grant.tokens)) continue;
      rate_.give_back(grant.to, grant.tokens);
      rate_.want(grant.to, 0);
      taken_back = true;
    }
  }
  const auto next = rate_.next(time_.now().steady);
  if (!next || (wakes_at_ && *wakes_at_ <= *next)) return;
  wakes_at_ = next;
  time_.at(*next, [self = weak_from_this(), at = *next] {
    const auto alive = self.lock();
    if (!alive || alive->wakes_at_ != at) return;
    alive->wakes_at_.reset();
    alive->hand_out();
  });
}

}  // namespace airtrain::sim
