#include "api/bulk.hpp"

#include <fmt/format.h>

#include <charconv>

#include "api/json_writer.hpp"
#include "api/lookup.hpp"

namespace airtrain::api {
namespace {

constexpr std::uint32_t page_size = 200;  ///< whole dead letters are held while it is read

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

/// One bulk action from its request to its answer.
class bulk_run : public std::enable_shared_from_this<bulk_run> {
 public:
  bulk_run(context& shared, call_ref c, bulk_kind kind, bulk_body given)
      : shared_(shared), call_(std::move(c)), kind_(kind), given_(std::move(given)) {}

  void start() {
    if (given_.ids) return take_ids();
    auto query = dead_letter_query_of(shared_, call_, *given_.filter, problem_code::invalid_body);
    if (!query) return;
    query_ = std::move(*query);
    query_.page.after = given_.next;
    read_page();
  }

 private:
  void take_ids() {
    for (const auto& text : *given_.ids) {
      const auto id = dead_letter_id_from(text);
      if (!id)
        return call_->refuse(problem_code::invalid_body,
                             fmt::format("\"{}\" is not the id of a dead letter", text));
      ids_.push_back(*id);
    }
    given_.dry_run ? look_up(0) : act();
  }

  /// A dry run by ids asks for each whether it is there.
  void look_up(std::size_t index) {
    if (index == ids_.size()) return answer(ids_.size() - missing_.size(), {0, missing_, {}});
    auto self = shared_from_this();
    shared_.storage().find_dead_letter(
        ids_[index], [self, index](const result<dead_letter, store_error>& found) {
          const bool gone = !found && found.error().code == store_error_code::not_found;
          if (!found && !gone)
            return self->call_->loop().post(
                [self, error = found.error()] { self->call_->refuse(error); });
          if (gone) self->missing_.push_back({self->ids_[index], "not_found"});
          self->call_->loop().post([self, index] { self->look_up(index + 1); });
        });
  }

  void read_page() {
    query_.page.limit = std::min(page_size, given_.limit - static_cast<std::uint32_t>(ids_.size()));
    auto self = shared_from_this();
    shared_.storage().list_dead_letters(
        query_, then<page<dead_letter>>(call_, [self](const page<dead_letter>& found) {
          for (const auto& one : found.items) self->ids_.push_back(one.id);
          self->query_.page.after = found.next;
          const bool last = found.next.empty() || self->ids_.size() >= self->given_.limit;
          if (!last) return self->read_page();
          self->next_ = found.next;
          self->given_.dry_run ? self->answer(self->ids_.size(), {}) : self->act();
        }));
  }

  void act() {
    if (ids_.empty()) return answer(0, {});
    auto self = shared_from_this();
    const auto matched = ids_.size();
    auto done = then<bulk_result>(
        call_, [self, matched](const bulk_result& became) { self->answer(matched, became); });
    if (kind_ == bulk_kind::replay)
      return shared_.manager.replay(std::move(ids_), {given_.new_key, given_.allow_reorder},
                                    std::move(done));
    shared_.manager.discard(std::move(ids_), std::move(done));
  }

  void answer(std::size_t matched, const bulk_result& became) {
    json_writer out;
    out.begin_object().member("matched", matched).member("done", became.done);
    out.key("refused").begin_array();
    for (const auto& one : became.refused) {
      out.begin_object().member("id", to_string(one.id)).member("code", one.code).end_object();
    }
    out.end_array().text_or_null("next", next_).end_object();
    auto outcome = given_.dry_run
                       ? fmt::format("dry run: {} matched", matched)
                       : fmt::format("done: {}, refused: {}", became.done, became.refused.size());
    call_->answer(out.take(), std::move(outcome));
  }

  context& shared_;
  const call_ref call_;
  const bulk_kind kind_;
  const bulk_body given_;
  dead_letter_query query_;
  std::vector<dead_letter_id> ids_;
  std::vector<bulk_refusal> missing_;
  std::string next_;
};

std::optional<std::uint64_t> group_from(std::string_view text) {
  std::uint64_t group = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), group);
  if (error != std::errc{} || end != text.data() + text.size()) return std::nullopt;
  return group;
}

}  // namespace

std::optional<dead_letter_query> dead_letter_query_of(context& shared, const call_ref& c,
                                                      const bulk_filter& filter,
                                                      problem_code refusal) {
  const auto refuse = [&](problem_code code, std::string_view detail) {
    c->refuse(code, detail);
    return std::nullopt;
  };
  dead_letter_query query;
  query.type = filter.type;
  if (!filter.connector.empty()) {
    query.connector = connector_named(shared, filter.connector);
    if (!query.connector)
      return refuse(problem_code::no_such_connector, no_such_connector(shared, filter.connector));
  }
  if (!filter.reason.empty()) {
    query.why = reason_from(filter.reason);
    if (!query.why) return refuse(refusal, fmt::format("no reason is named \"{}\"", filter.reason));
  }
  if (!filter.group.empty()) {
    query.group = group_from(filter.group);
    if (!query.group) return refuse(refusal, "group must be a number");
  }
  if (!filter.state.empty()) {
    query.state = delivery_state_from(filter.state);
    if (query.state != delivery_state::dead && query.state != delivery_state::expired)
      return refuse(refusal,
                    unknown_name("state of a dead letter", filter.state, {"dead", "expired"}));
  }
  const auto since = time_from("since", filter.since);
  if (!since) return refuse(refusal, since.error());
  const auto until = time_from("until", filter.until);
  if (!until) return refuse(refusal, until.error());
  query.since_ms = *since;
  query.until_ms = *until;
  return query;
}

void run_bulk(context& shared, const call_ref& c, bulk_kind kind, bulk_body given) {
  c->aims_at(in_words(given));
  std::make_shared<bulk_run>(shared, c, kind, std::move(given))->start();
}

}  // namespace airtrain::api
