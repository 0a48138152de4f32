#include <map>

#include "config/node_digest.hpp"
#include "config/sections.hpp"

namespace airtrain::config {
namespace {

constexpr std::size_t connectors_max = 10'000;

/// The value at `outer.inner` of a connector, for where to say that it contradicts another.
const node* nested(const node& at, std::string_view outer, std::string_view inner) {
  const node* map = at.find(outer);
  return map == nullptr ? nullptr : map->find(inner);
}

/// One connector's values beside `defaults`: what was given where.
class connector_check {
 public:
  connector_check(reader& r, const node& at, const connector_draft& draft)
      : r_(r), at_(at), draft_(draft) {}

  void run() {
    order_of("retry", "initial", draft_.common.dispatch.retry.initial, "max",
             draft_.common.dispatch.retry.max);
    order_of("breaker", "open", draft_.common.dispatch.breaker.open, "open_max",
             draft_.common.dispatch.breaker.open_max);
    if (draft_.common.dispatch.window < draft_.common.dispatch.concurrency)
      r_.problem(place("window", "concurrency"),
                 fmt::format("`window` ({}) must not be less than `concurrency` ({})",
                             draft_.common.dispatch.window, draft_.common.dispatch.concurrency));
    if (const node* ordering = at_.find("ordering");
        ordering != nullptr && !draft_.common.dispatch.ordered && ordering->find("key") == nullptr)
      r_.problem(*ordering, "`key` is missing: what deliveries of one lane have in common");
    check_backlog();
    if (draft_.common.type == "http") check_http();
    if (draft_.common.type == "file" && draft_.file.path.empty() && at_.find("path") == nullptr)
      r_.problem(at_, "`path` is missing: the file to write, or - for standard output");
  }

 private:
  void order_of(std::string_view map, std::string_view low, std::chrono::milliseconds low_value,
                std::string_view high, std::chrono::milliseconds high_value) {
    if (low_value <= high_value) return;
    const node* given = nested(at_, map, low);
    if (given == nullptr) given = nested(at_, map, high);
    const auto inside = r_.enter(std::string(map));
    r_.problem(given != nullptr ? *given : at_,
               fmt::format("`{}` ({}) must not be longer than `{}` ({})", low,
                           show_duration(low_value), high, show_duration(high_value)));
  }
  const node& place(std::string_view first, std::string_view second) const {
    if (const node* found = at_.find(first)) return *found;
    if (const node* found = at_.find(second)) return *found;
    return at_;
  }
  void check_backlog() {
    const auto& common = draft_.common;
    const auto* own = at_.find("on_full");
    if (!common.backlog.limited() && own != nullptr)
      r_.problem_at_key(*own, "`on_full` has no effect without `backlog_max`");
    const auto& at = place("on_full", "backlog_max");
    if (common.backlog.limited() && common.backlog.then == when_full::dead_letter &&
        common.dispatch.ordered && common.dispatch.dead_letter == on_dead_letter::stop)
      r_.problem(at,
                 "`on_full: dead_letter` ends a delivery before its lane has come to it, and so "
                 "cannot go with `ordering.on_dead_letter: stop`: use `on_full: refuse`");
  }
  void check_http() {
    if (!draft_.has_url) r_.problem(at_, "`request.url` is missing: where to send");
    const bool plain = draft_.http.origin.starts_with("http://");
    if (const node* tls = at_.find("tls"); tls != nullptr && plain)
      r_.problem_at_key(*tls, "`tls` has no effect with an http:// url");
    if (const node* auth = at_.find("auth");
        auth != nullptr && auth->what == node::kind::map && auth->children.size() > 1)
      r_.problem(*auth, "give one way of authentication only");
  }

  reader& r_;
  const node& at_;
  const connector_draft& draft_;
};

connector_settings finished(connector_draft draft) {
  connector_settings made = std::move(draft.common);
  if (made.type == "file") {
    made.target = std::move(draft.file);
  } else {
    draft.http.timeout = made.dispatch.attempt_timeout;
    made.target = std::move(draft.http);
  }
  return made;
}

/// Two connectors on one file would rotate it under each other.
void check_files(reader& r, const node& map, const std::vector<connector_settings>& connectors) {
  std::map<std::string, std::string> owners;
  for (const connector_settings& c : connectors) {
    const auto* file = std::get_if<file_connector_settings>(&c.target);
    if (file == nullptr || file->path.empty() || file->path == "-") continue;
    const auto [owner, fresh] = owners.emplace(file->path, c.name);
    const node* at = map.find(c.name);
    if (fresh || at == nullptr) continue;
    const auto inside = r.enter(c.name);
    const node* path = at->find("path");
    r.problem(path != nullptr ? *path : *at,
              fmt::format("the connector `{}` writes the same file", owner->second));
  }
}

/// A connector that names a rate limit shares one that is there.
void check_rate_limit(reader& r, const node& at, const dispatch_options& options,
                      const node* rate_limits) {
  const node* named = at.find("rate_limit");
  if (named == nullptr || options.shared_rate.empty()) return;
  if (rate_limits != nullptr && rate_limits->find(options.shared_rate) != nullptr) return;
  std::vector<std::string_view> names;
  if (rate_limits != nullptr)
    for (const node& one : rate_limits->children) names.push_back(one.key);
  const auto inside = r.enter("rate_limit");
  r.problem(*named, fmt::format("no `{}` under `rate_limits`{}", options.shared_rate,
                                did_you_mean(options.shared_rate, names)));
}

}  // namespace

bool valid_name(std::string_view name) {
  constexpr std::size_t bytes_max = 64;
  const auto letter_or_digit = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  };
  return !name.empty() && name.size() <= bytes_max && letter_or_digit(name[0]) &&
         std::all_of(name.begin(), name.end(), [&](char c) {
           return letter_or_digit(c) || c == '-' || c == '_' || c == '.';
         });
}

std::vector<connector_settings> read_connectors(reader& r, const node& root) {
  connector_draft base;
  const node* defaults = root.find("defaults");
  const node* rate_limits = root.find("rate_limits");
  if (defaults != nullptr) {
    const auto inside = r.enter("defaults");
    read_options(r, *defaults, connector_options(), base, {{}, nullptr, true});
    check_rate_limit(r, *defaults, base.common.dispatch, rate_limits);
  }
  std::vector<connector_settings> made;
  const node* map = root.find("connectors");
  if (map == nullptr) return made;
  const auto inside = r.enter("connectors");
  if (!r.expect_map(*map)) return made;
  if (map->children.size() > connectors_max) {
    r.problem(*map, fmt::format("more than {} connectors", connectors_max));
    return made;
  }
  for (const node& at : map->children) {
    const auto inside_one = r.enter(at.key);
    if (!valid_name(at.key))
      r.problem_at_key(at,
                       "a connector's name is letters, digits, - _ and ., begins with a letter "
                       "or digit, and has at most 64 characters");
    connector_draft draft = base;
    draft.common.name = at.key;
    const node* type = at.find("type");
    if (type == nullptr && defaults != nullptr) type = defaults->find("type");
    read_options(r, at, connector_options(), draft,
                 {type != nullptr ? std::string_view(type->text) : "", defaults, false});
    connector_check(r, at, draft).run();
    check_rate_limit(r, at, draft.common.dispatch, rate_limits);
    draft.common.dispatch.config_digest = digest_of({defaults, &at});
    made.push_back(finished(std::move(draft)));
  }
  check_files(r, *map, made);
  return made;
}

}  // namespace airtrain::config
