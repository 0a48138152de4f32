#include "config/expressions.hpp"
#include "config/header_names.hpp"
#include "config/sections.hpp"

namespace airtrain::config {
namespace {

constexpr std::uint64_t KiB = 1u << 10;
constexpr std::uint64_t MiB = 1u << 20;
constexpr std::uint64_t TiB = 1ull << 40;
constexpr std::size_t pattern_bytes_max = 1024;

/// Options of a part of the draft, as options of the draft: `part` finds it.
template <class V, class Part>
void add_lifted(options<connector_draft>& to, const options<V>& from, std::string_view only_for,
                Part part) {
  for (const option<V>& o : from) {
    option<connector_draft> lifted{o.info, nullptr};
    lifted.info.only_for = only_for;
    if (o.read)
      lifted.read = [read = o.read, part](reader& r, const node& at, connector_draft& into) {
        read(r, at, part(into));
      };
    to.push_back(std::move(lifted));
  }
}

void read_type(reader& r, const node& at, connector_draft& into) {
  static const std::vector<std::string_view> types{"http", "file"};
  if (at.text == "caldav")
    r.problem(at, "type caldav is not supported yet by this version");
  else if (!at.scalar() || std::find(types.begin(), types.end(), at.text) == types.end())
    r.problem(at, "must be one of http, file" + did_you_mean(at.text, types));
  else
    into.common.type = at.text;
}

void read_events(reader& r, const node& at, connector_draft& into) {
  if (!r.expect_list(at)) return;
  auto& patterns = into.common.events;
  patterns.clear();
  if (at.children.empty()) r.problem(at, "names no event type; \"*\" takes all");
  for (std::size_t i = 0; i < at.children.size(); ++i) {
    const auto inside = r.enter_item(i);
    const node& item = at.children[i];
    const auto pattern = r.plain_text(item);
    if (!pattern) continue;
    const std::size_t star = pattern->find('*');
    if (pattern->empty())
      r.problem(item, "is empty, expected an event type");
    else if (pattern->size() > pattern_bytes_max)
      r.problem(item, fmt::format("is longer than {} bytes", pattern_bytes_max));
    else if (star != std::string::npos && star + 1 != pattern->size())
      r.problem_within(item, star, "a * stands only at the end, as in \"shift_*\"");
    else
      patterns.push_back(*pattern);
  }
}

void read_when(reader& r, const node& at, connector_draft& into) {
  if (auto when = read_expression(r, at)) into.common.when = std::move(*when);
}

void read_ordering_key(reader& r, const node& at, connector_draft& into) {
  auto key = read_expression(r, at);
  if (!key) return;
  into.common.ordering_key = std::move(*key);
  into.common.dispatch.ordered = true;
}

const options<dispatch_options>& lane_end_options() {
  static const options<dispatch_options> declared{
      choice_option("on_dead_letter", &dispatch_options::dead_letter,
                    {{"stop", on_dead_letter::stop}, {"continue", on_dead_letter::proceed}},
                    "whether a dead letter halts its lane until an operator decides"),
      choice_option("coalesce", &dispatch_options::coalesce_latest,
                    {{"latest", true}, {"none", false}},
                    "latest: a newer event of the same type replaces the one before it in its "
                    "lane, if that was never sent"),
  };
  return declared;
}

dispatch_options& dispatch_part(connector_draft& draft) {
  return draft.common.dispatch;
}
http_connector_settings& http_part(connector_draft& draft) {
  return draft.http;
}

backlog_limit& backlog_part(connector_draft& draft) {
  return draft.common.backlog;
}

const options<backlog_limit>& backlog_options() {
  using T = backlog_limit;
  static const options<T> declared{
      size_option("backlog_max", &T::bytes_max, 0, 1024 * TiB,
                  "bytes of events whose delivery has not ended; 0: no limit"),
      choice_option("on_full", &T::then,
                    {{"refuse", when_full::refuse}, {"dead_letter", when_full::dead_letter}},
                    "what happens to an event that goes above backlog_max: the producer is told "
                    "503, or only this connector's delivery becomes a dead letter"),
  };
  return declared;
}

const options<connector_draft>& ordering_options() {
  static const options<connector_draft> declared = [] {
    options<connector_draft> made{
        special_option<connector_draft>("key", "expression",
                                        "deliveries with the same value go one after another",
                                        read_ordering_key),
    };
    add_lifted(made, lane_end_options(), "", dispatch_part);
    return made;
  }();
  return declared;
}

const options<http_connector_settings>& tls_options() {
  using T = http_connector_settings;
  static const options<T> declared{
      path_option<T>("ca", named_file::certificates, &T::ca,
                     "certificates to trust instead of the system's"),
      later_option<T>("cert", "client certificate"),
      later_option<T>("key", "key of the client certificate"),
  };
  return declared;
}

const options<http_connector_settings>& idempotency_options() {
  using T = http_connector_settings;
  auto header = special_option<T>("header", "text", "carries the delivery's idempotency key",
                                  [](reader& r, const node& at, T& into) {
                                    if (const auto name = read_header_name(r, at))
                                      into.idempotency_header = *name;
                                  });
  header.info.fallback = T{}.idempotency_header;
  static const options<T> declared{std::move(header)};
  return declared;
}

const options<http_connector_settings>& http_only_options() {
  using T = http_connector_settings;
  auto answers = special_option<T>(
      "answers", "list", "what answers mean; the first match decides, then the defaults",
      [](reader& r, const node& at, T& into) { read_answers(r, at, into.answers); });
  static const options<T> declared{
      std::move(answers),
      map_option("auth", &T::auth, auth_options(), "how the target knows us"),
      map_option("tls", tls_options(), "whom to trust"),
      map_option("idempotency", idempotency_options(), "how repeated attempts are told apart"),
      size_option("max_answer", &T::max_answer, KiB, 64 * MiB,
                  "bytes of an answer that are read; a longer one is malformed"),
      later_option<T>("batch", "several deliveries in one request"),
      later_option<T>("signature", "signed webhooks"),
  };
  return declared;
}

const options<file_connector_settings>& rotate_options() {
  using T = file_connector_settings;
  static const options<T> declared{
      size_option("size", &T::rotate_bytes, 4 * KiB, TiB, "at which a new file is begun"),
      count_option("keep", &T::rotate_keep, 0, 10'000, "older files that are kept"),
  };
  return declared;
}

const options<file_connector_settings>& file_only_options() {
  using T = file_connector_settings;
  static const options<T> declared{
      special_option<T>("path", "path", "the file, one line per event; - is standard output",
                        [](reader& r, const node& at, T& into) {
                          if (at.text == "-")
                            into.path = "-";
                          else if (const auto path = r.path(at)) {
                            r.look(named_file::output, at, *path);
                            into.path = path->string();
                          }
                        }),
      map_option("rotate", rotate_options(), "when a new file is begun"),
  };
  return declared;
}

}  // namespace

const options<connector_draft>& connector_options() {
  using T = connector_draft;
  static const options<T> declared = [] {
    options<T> made{
        special_option<T>("type", "one of http, file", "the protocol: http or file", read_type)
            .must(),
        special_option<T>("events", "list of texts",
                          "event types it takes, exact or with a "
                          "trailing *",
                          read_events)
            .must(),
        special_option<T>("when", "expression", "takes only events for which it is true",
                          read_when),
        map_option("request", request_options(), "what is sent").only("http"),
        map_option("ordering", ordering_options(), "which deliveries must keep their order"),
        later_option<T>("preset", "type and defaults of a known system"),
    };
    add_lifted(made, backlog_options(), "", backlog_part);
    add_lifted(made, dispatch_option_list(), "", dispatch_part);
    add_lifted(made, http_only_options(), "http", http_part);
    add_lifted(made, file_only_options(), "file",
               [](T& draft) -> file_connector_settings& { return draft.file; });
    return made;
  }();
  return declared;
}

}  // namespace airtrain::config
