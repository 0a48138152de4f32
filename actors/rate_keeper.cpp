#include "actors/rate_keeper.hpp"

#include <map>
#include <optional>

#include "actors/supervisor_inbox.hpp"
#include "core/dispatch/shared_rate.hpp"

namespace airtrain {
namespace {

class rate_keeper_state {
 public:
  static inline const char* name = "rate_keeper";
  using pointer = rate_keeper_actor::stateful_pointer<rate_keeper_state>;

  explicit rate_keeper_state(pointer self) : self_(self) {}

  void start(double per_second) { rate_.emplace(per_second); }

  void order(const order_tokens& what) {
    members_[what.connector] = what.from;
    if (what.give_back > 0) rate_->give_back(what.connector, what.give_back);
    if (what.want) rate_->want(what.connector, *what.want);
    hand_out();
  }

  void timer_fired(std::uint64_t generation) {
    if (generation != timer_generation_) return;
    timer_at_.reset();
    hand_out();
  }

 private:
  std::chrono::microseconds now() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(
        self_->clock().now().time_since_epoch());
  }

  void hand_out() {
    for (bool taken_back = true; taken_back;) {
      taken_back = false;
      for (const auto& grant : rate_->grants(now())) {
        if (members_.at(grant.to)->granted(grant.tokens)) continue;
        rate_->give_back(grant.to, grant.tokens);
        rate_->want(grant.to, 0);
        members_.erase(grant.to);
        taken_back = true;
      }
    }
    arm_timer();
  }

  /// As the supervisor's: never moved back, one that goes off too early arms the next.
  void arm_timer() {
    const auto next = rate_->next(now());
    if (!next || (timer_at_ && *timer_at_ <= *next)) return;
    timer_at_ = next;
    self_->delayed_send(self_, *next - now(), airtrain::timer_fired{++timer_generation_});
  }

  pointer self_;
  std::optional<shared_rate> rate_;
  std::map<connector_id, std::shared_ptr<supervisor_inbox>> members_;
  std::optional<std::chrono::microseconds> timer_at_;
  std::uint64_t timer_generation_ = 0;
};

rate_keeper_actor::behavior_type run(rate_keeper_state::pointer self, double per_second) {
  auto& state = self->state;
  state.start(per_second);
  return {
      [&state](const order_tokens& what) { state.order(what); },
      [&state](const timer_fired& timer) { state.timer_fired(timer.generation); },
  };
}

}  // namespace

rate_keeper_actor spawn_rate_keeper(caf::actor_system& system, double per_second) {
  return system.spawn(run, per_second);
}

}  // namespace airtrain
