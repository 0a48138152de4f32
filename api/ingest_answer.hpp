#pragma once

#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "actors/delivery_engine.hpp"
#include "api/problem.hpp"
#include "http/server.hpp"

namespace airtrain::api {

/// What a producer is told: the body of a 202, or a refusal.
using ingest_answer = std::variant<std::string, http::response>;

/// `batch`: the request's shape was a batch. `events` are those that were handed over, in order.
ingest_answer answer_to_submit(bool batch, const std::vector<event_ref>& events,
                               const submit_result& became);

/// The refusal of a request that could not be read, with its problems counted.
http::response answer_to_problems(bool batch, const std::vector<read_problem>& problems);

/// Why the event at `position` of a refused submission is itself to blame; unset: it is not.
std::optional<std::string> own_refusal(const submit_result& became, std::size_t position,
                                       const event& what);

/// Which problem a refused submission is; meaningless for code none.
problem_code problem_of(submit_code code);

}  // namespace airtrain::api
