#pragma once

#include <string>
#include <vector>

#include "actors/router.hpp"
#include "actors/submission.hpp"

namespace airtrain {

/// What the router took in one turn: the requests, what each will be answered, and what the store
/// is asked to keep. Built on the router's thread, answered on the store's.
class routed_batch {
 public:
  explicit routed_batch(std::vector<submission> requests) : requests_(std::move(requests)) {}

  /// Routes all events. Requests that are refused at once (`unrouted`) are answered and left out.
  void route(const router_setup& setup);

  /// One per request that goes to the store. Moves them out: once.
  std::vector<publish_request> to_publish() { return std::move(publish_); }
  /// Answers each of them. Once.
  void answer(const std::vector<publish_result>& results, ingest_telemetry& telemetry,
              const connector_figures& connectors);
  /// Answers all that is unanswered with one error; nothing goes to the store.
  void fail(submit_code code, const std::string& message);

  const std::vector<submission>& requests() const { return requests_; }

 private:
  struct prepared {
    publish_request publish;
    submit_result answer;
    bool unrouted = false;
  };
  prepared prepare(const submission& request, const router_setup& setup);

  std::vector<submission> requests_;
  std::vector<std::size_t> sent_;       ///< indexes of `requests_` that go to the store
  std::vector<submit_result> answers_;  ///< of those
  std::vector<publish_request> publish_;
  std::vector<routed> routes_;  ///< of the event being routed
};

}  // namespace airtrain
