#include "api/taken.hpp"

#include <optional>

namespace airtrain::api {
namespace {

struct questions {
  std::shared_ptr<void> owner;
  std::size_t unanswered = 0;
  std::function<void()> next;
};

}  // namespace

void mark_held_back(context& shared, const call_ref& c, const std::shared_ptr<void>& owner,
                    const std::vector<delivery_detail*>& deliveries, std::function<void()> next) {
  std::vector<delivery_detail*> taken;
  for (auto* one : deliveries)
    if (one->state == delivery_state::in_flight) taken.push_back(one);
  if (taken.empty()) return next();

  const auto asked = std::make_shared<questions>(questions{owner, taken.size(), std::move(next)});
  for (auto* one : taken) {
    shared.engine.why(one->connector_name, one->key, one->lane,
                      [c, asked, one](const std::optional<waits>& reasons) {
                        const bool held_back = reasons && !reasons->waits_for.empty();
                        c->loop().post([asked, one, held_back] {
                          if (held_back) one->state = delivery_state::waiting;
                          if (--asked->unanswered == 0) asked->next();
                        });
                      });
  }
}

}  // namespace airtrain::api
