#pragma once

#include <memory>

#include "http/client.hpp"
#include "http/loop.hpp"

namespace airtrain::http {

/// A request that waits for its answer, wherever it is on its way.
struct client_job {
  io_loop& loop;  ///< where `done` runs
  client_request request;
  clock::time_point deadline;
  client_done done;
  bool sent_again = false;

  std::string_view body() const {
    return request.body_owner ? request.body_view : std::string_view(request.body);
  }
};
using job_ptr = std::unique_ptr<client_job>;

/// Completes a request on the loop it came from. Inline when that loop calls: not from `send`.
void complete(job_ptr job, client_result result);
void fail(job_ptr job, client_error_code code, std::string message);

}  // namespace airtrain::http
