#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "api/call.hpp"
#include "api/context.hpp"

namespace airtrain::api {

/// The store knows which deliveries a supervisor has taken, and calls them in flight; only the
/// supervisor knows which of them it holds back. Those become `waiting`. Then goes on with `next`,
/// on the call's loop. `owner` keeps the deliveries alive meanwhile.
void mark_held_back(context& shared, const call_ref& c, const std::shared_ptr<void>& owner,
                    const std::vector<delivery_detail*>& deliveries, std::function<void()> next);

}  // namespace airtrain::api
