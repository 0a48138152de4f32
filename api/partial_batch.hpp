#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "api/context.hpp"
#include "core/ingest/event_reader.hpp"
#include "http/server.hpp"

namespace airtrain::api {

/// A batch of which the good events are taken and the bad ones reported (`?partial=true`).
///
/// The store takes a submission whole or not at all. So what it refuses an event for (its id is
/// known with other content, its type is unrouted) is taken out and the rest is handed over again;
/// each round has fewer events. Nothing is stored before the last round, hence a failure of the
/// store refuses the whole request.
class partial_batch : public std::enable_shared_from_this<partial_batch> {
 public:
  /// Answers `responder` once with 207, or with the problem of the whole request.
  static void take(context& shared, http::responder responder, read_result read);

  partial_batch(context& shared, http::responder responder, read_result read);

 private:
  struct item {
    std::uint32_t index = 0;  ///< in the request
    int status = 202;
    std::string code;  ///< of a refusal; empty: accepted
    std::string detail;
    std::string id;  ///< empty where it could not be read
    bool duplicate = false;
    std::uint32_t deliveries = 0;
  };

  void submit();
  void became(const submit_result& what);
  void accept(const submit_result& what);
  /// Moves what was refused by itself out of `open_`. False: nothing was.
  bool take_out_refused(const submit_result& what);
  void answer();

  context& shared_;
  http::responder responder_;
  std::vector<event_ref> open_;  ///< not refused so far
  std::vector<std::uint32_t> indexes_;
  std::vector<item> settled_;
};

}  // namespace airtrain::api
