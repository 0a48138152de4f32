#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "store/memory/tables.hpp"
#include "store/queries.hpp"

namespace airtrain::memory {

/// How the tables look from outside: with what is only in memory, owners and what they have taken.
struct view {
  const tables& all;
  std::function<bool(connector_id)> opened;
  std::function<bool(connector_id, const delivery_key&)> taken;
};

connector_counts count(const view& from, connector_id connector);
std::vector<event_detail> details(const view& from, const std::string& id,
                                  const std::optional<std::string>& source);
page<event_summary> list(const view& from, const event_query& query);
page<delivery_summary> list(const view& from, const delivery_query& query);
page<blocked_lane> list(const view& from, const lane_query& query,
                        const std::set<delivery_key>& taken);
page<dead_letter> list(const view& from, const dead_letter_query& query);
page<audit_record> list(const view& from, const audit_query& query);
std::optional<dead_letter> find(const view& from, const dead_letter_id& id);

}  // namespace airtrain::memory
