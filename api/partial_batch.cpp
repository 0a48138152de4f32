#include "api/partial_batch.hpp"

#include <algorithm>
#include <utility>

#include "api/ingest_answer.hpp"
#include "api/json_writer.hpp"
#include "messages/invariant.hpp"

namespace airtrain::api {

void partial_batch::take(context& shared, http::responder responder, read_result read) {
  const auto batch = std::make_shared<partial_batch>(shared, std::move(responder), std::move(read));
  if (batch->open_.empty())
    batch->answer();
  else
    batch->submit();
}

partial_batch::partial_batch(context& shared, http::responder responder, read_result read)
    : shared_(shared), responder_(std::move(responder)), indexes_(std::move(read.indexes)) {
  AIRTRAIN_INVARIANT(indexes_.size() == read.events.size());
  open_.reserve(read.events.size());
  for (auto& one : read.events) open_.push_back(std::move(one.event));
  for (auto& found : read.problems) {
    AIRTRAIN_INVARIANT(found.index.has_value());
    item bad;
    bad.index = *found.index;
    bad.status = found.status;
    bad.code = std::move(found.code);
    bad.detail = std::move(found.detail);
    settled_.push_back(std::move(bad));
  }
}

void partial_batch::submit() {
  auto& loop = shared_.pool.near();
  shared_.engine.submit(open_, [self = shared_from_this(), &loop](submit_result what) {
    loop.post([self, what = std::move(what)] { self->became(what); });
  });
}

void partial_batch::became(const submit_result& what) {
  if (what.code == submit_code::none) {
    accept(what);
    return answer();
  }
  if (!take_out_refused(what)) {
    shared_.count_rejected(problem_of(what.code), open_.size());
    return responder_.send(problem(problem_of(what.code), what.message));
  }
  if (open_.empty()) return answer();
  submit();
}

void partial_batch::accept(const submit_result& what) {
  AIRTRAIN_INVARIANT(what.events.size() == open_.size());
  for (std::size_t i = 0; i < open_.size(); ++i) {
    item good;
    good.index = indexes_[i];
    good.id = open_[i]->id();
    good.duplicate = what.events[i].status == publish_status::duplicate;
    good.deliveries = what.events[i].deliveries;
    settled_.push_back(std::move(good));
  }
}

bool partial_batch::take_out_refused(const submit_result& what) {
  std::vector<event_ref> rest;
  std::vector<std::uint32_t> rest_indexes;
  for (std::size_t i = 0; i < what.events.size(); ++i) {
    if (auto detail = own_refusal(what, i, *open_[i])) {
      item bad;
      bad.index = indexes_[i];
      bad.status = status_of(problem_of(what.code));
      bad.code = to_string(problem_of(what.code));
      bad.detail = std::move(*detail);
      bad.id = open_[i]->id();
      settled_.push_back(std::move(bad));
      shared_.count_rejected(problem_of(what.code), 1);
    } else {
      rest.push_back(open_[i]);
      rest_indexes.push_back(indexes_[i]);
    }
  }
  const bool any = rest.size() < open_.size() && !what.events.empty();
  if (any) {
    open_ = std::move(rest);
    indexes_ = std::move(rest_indexes);
  }
  return any;
}

void partial_batch::answer() {
  std::ranges::sort(settled_, {}, &item::index);
  json_writer body;
  body.begin_object()
      .member("accepted", std::ranges::count(settled_, std::string{}, &item::code))
      .key("events")
      .begin_array();
  for (const auto& one : settled_) {
    body.begin_object().member("index", one.index).member("status", one.status);
    body.text_or_null("id", one.id);
    body.member("duplicate", one.duplicate);
    body.text_or_null("code", one.code);
    if (one.code.empty())
      body.member("deliveries", one.deliveries);
    else
      body.member("detail", one.detail);
    body.end_object();
  }
  body.end_array().end_object();
  http::response out;
  out.status = 207;
  out.body = body.take();
  responder_.send(std::move(out));
}

}  // namespace airtrain::api
