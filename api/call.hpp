#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "api/access.hpp"
#include "api/context.hpp"
#include "api/parameters.hpp"
#include "api/problem.hpp"
#include "http/io_pool.hpp"
#include "http/server.hpp"
#include "store/store.hpp"

namespace airtrain::api {

struct route;

/// One request on its way to its answer. Used on the loop of its connection; an answer may come
/// from any thread. When the route is an operator's action, answering it leaves the one audit
/// record of it, whatever the answer is.
class call {
 public:
  call(context& shared, const route& way, const http::request& request, http::responder responder,
       std::vector<std::string> path_values);

  const caller& who() const { return who_; }
  const route& way() const { return way_; }
  const std::string& path(std::size_t index) const { return path_values_[index]; }
  const parameters& query() const { return query_; }
  std::string_view body() const { return request_.body; }
  const http::request& request() const { return request_; }
  http::io_loop& loop() { return loop_; }

  void identified(caller who) { who_ = who; }
  void asked(parameters query) { query_ = std::move(query); }
  /// What an operator's action is done to, for the audit record.
  void aims_at(std::string target) { target_ = std::move(target); }

  /// Answer with a JSON text. `outcome` is for the audit record.
  void answer(std::string json, std::string outcome = "done");
  void refuse(problem_code code, std::string_view detail);
  void refuse(const store_error& error);
  void send(http::response answer, std::string outcome);

 private:
  std::string from() const;
  audit_record record(std::string outcome) const;

  context& shared_;
  const route& way_;
  const http::request request_;  ///< its views are valid until the responder was used
  http::responder responder_;
  http::io_loop& loop_;
  std::vector<std::string> path_values_;
  parameters query_;
  caller who_{"unknown", {}, 0};
  std::string target_;
};

using call_ref = std::shared_ptr<call>;

/// The completion of a question to the store or the engine: brings the answer to the call's loop
/// and goes on with `next`, or refuses the call.
template <class T, class Next>
store::answer<T> then(const call_ref& c, Next next) {
  return [c, next = std::move(next)](result<T, store_error> answer) mutable {
    c->loop().post([c, next = std::move(next), answer = std::move(answer)]() mutable {
      if (!answer) return c->refuse(answer.error());
      next(std::move(*answer));
    });
  };
}

}  // namespace airtrain::api
