#pragma once

#include "messages/result.hpp"
#include "store/embedded/engine.hpp"

namespace airtrain::embedded {

/// All that is known of one delivery.
result<delivery_detail, store_error> describe_delivery(database& db, const connector_log& connector,
                                                       delivery_key key, lane_id lane);

}  // namespace airtrain::embedded
