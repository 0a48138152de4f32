#include "api/bulk.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "api/json_writer.hpp"

namespace airtrain::api {
namespace {

constexpr std::uint32_t page_size = 200;  ///< whole events are held while it is read

/// One bulk action from its request to its answer.
class bulk_run : public std::enable_shared_from_this<bulk_run> {
 public:
  bulk_run(call_ref c, bulk_work work, bulk_body given)
      : call_(std::move(c)), work_(std::move(work)), given_(std::move(given)) {}

  void start() {
    if (!given_.ids) return read_page(given_.next);
    for (const auto& text : *given_.ids) {
      const auto id = dead_letter_id_from(text);
      if (!id)
        return call_->refuse(problem_code::invalid_body,
                             fmt::format("\"{}\" is not an id such as the lists show them", text));
      ids_.push_back(*id);
    }
    act();
  }

 private:
  void read_page(std::string after) {
    const auto left = given_.limit - static_cast<std::uint32_t>(ids_.size());
    work_.read_page(
        {std::move(after), std::min(page_size, left)},
        [self = shared_from_this()](std::vector<dead_letter_id> found, std::string next) {
          auto& ids = self->ids_;
          ids.insert(ids.end(), found.begin(), found.end());
          if (!next.empty() && ids.size() < self->given_.limit)
            return self->read_page(std::move(next));
          self->next_ = std::move(next);
          self->act();
        });
  }

  void act() {
    if (ids_.empty()) return answer(0, {});
    const auto count = ids_.size();
    work_.act(std::move(ids_), then<bulk_result>(call_, [self = shared_from_this(),
                                                         count](const bulk_result& became) {
                self->answer(count, became);
              }));
  }

  void answer(std::size_t count, const bulk_result& became) {
    const auto gone = static_cast<std::size_t>(
        std::ranges::count(became.refused, std::string_view{"not_found"}, &bulk_refusal::code));
    const auto matched = count - gone;
    json_writer out;
    out.begin_object()
        .member("matched", matched)
        .member("done", given_.dry_run ? 0 : became.done)
        .key("refused")
        .begin_array();
    for (const auto& one : became.refused)
      out.begin_object().member("id", to_string(one.id)).member("code", one.code).end_object();
    out.end_array().text_or_null("next", next_).end_object();
    auto outcome = given_.dry_run
                       ? fmt::format("dry run: {} matched", matched)
                       : fmt::format("done: {}, refused: {}", became.done, became.refused.size());
    call_->answer(out.take(), std::move(outcome));
  }

  const call_ref call_;
  const bulk_work work_;
  const bulk_body given_;
  std::vector<dead_letter_id> ids_;
  std::string next_;
};

}  // namespace

std::string in_words(const bulk_body& given) {
  if (given.ids) {
    std::string ids = fmt::format("{} ids: {}", given.ids->size(), fmt::join(*given.ids, ", "));
    constexpr std::size_t shown_max = 500;
    if (ids.size() > shown_max) ids.replace(shown_max, std::string::npos, "...");
    return ids;
  }
  std::string words;
  const auto add = [&words](std::string_view name, const std::string& value) {
    if (!value.empty()) words += fmt::format("{}{}={}", words.empty() ? "" : " ", name, value);
  };
  const auto& filter = *given.filter;
  add("connector", filter.connector);
  add("type", filter.type);
  add("state", filter.state);
  add("reason", filter.reason);
  add("group", filter.group);
  add("since", filter.since);
  add("until", filter.until);
  return words.empty() ? "all" : words;
}

void run_bulk(const call_ref& c, bulk_work work, bulk_body given) {
  std::make_shared<bulk_run>(c, std::move(work), std::move(given))->start();
}

}  // namespace airtrain::api
