#include <fmt/format.h>

#include <charconv>
#include <filesystem>
#include <fstream>
#include <iostream>
#include <random>

#include "cli/api_client.hpp"
#include "cli/commands.hpp"
#include "cli/event_input.hpp"
#include "cli/progress.hpp"
#include "cli/terminal.hpp"
#include "cli/wait.hpp"
#include "config/printable.hpp"
#include "config/units.hpp"
#include "messages/delivery.hpp"

namespace airtrain::cli {
namespace {

constexpr std::chrono::milliseconds first_delay{200};
constexpr std::chrono::milliseconds delay_max{10'000};
constexpr unsigned warnings_shown_max = 5;

/// Sends batches one after another and counts what became of them.
class sender {
 public:
  sender(api_client& client, std::chrono::milliseconds retry_for, bool quiet)
      : client_(client), retry_for_(retry_for), quiet_(quiet) {}

  /// False: the service could not be reached or refused everything; it was reported.
  bool send_stream(std::istream& in, const std::string& name, std::uint64_t bytes_total) {
    name_ = name;
    bar_.emplace(bytes_total);
    const bool sent = send_batches(in);
    bar_.reset();
    return sent;
  }

  std::uint64_t accepted() const { return accepted_; }
  std::uint64_t duplicates() const { return duplicates_; }
  std::uint64_t refused() const { return refused_; }

 private:
  bool send_batches(std::istream& in) {
    event_input input(in);
    // What comes through a pipe may be the same twice and mean two events; a file that is sent
    // again means the same ones.
    std::random_device random;
    const std::string run = name_ == "-" ? fmt::format("{:x}{:x}", random(), random()) : "";
    for (std::uint64_t n = 0;; ++n) {
      auto batch = input.next();
      if (!batch) return report(batch.error());
      if (batch->events.empty()) return true;
      if (!send_batch(std::move(*batch), run, n)) return false;
      bar_->show(input.bytes_read(), accepted_ + duplicates_);
    }
  }

  bool report(std::string_view message) {
    if (bar_) bar_->clear();
    fail(fmt::format("{}: {}", name_ == "-" ? "standard input" : name_, message));
    return false;
  }

  /// A refused batch is sent again without the events that were bad in it.
  bool send_batch(event_batch batch, const std::string& run, std::uint64_t number) {
    while (!batch.events.empty()) {
      const auto answer = deliver(batch, run, number);
      if (!answer) return false;
      if (answer->good()) {
        count(*answer, batch.events.size());
        return true;
      }
      if (!drop_bad_events(*answer, batch)) return report(refusal_text(*answer));
    }
    return true;
  }

  /// One request, repeated while the service is busy or away.
  std::optional<api_answer> deliver(const event_batch& batch, const std::string& run,
                                    std::uint64_t number) {
    const batch_body body = body_of(batch);
    http::client_request request;
    request.target = "/v1/events";
    request.headers =
        fmt::format("Content-Type: {}\r\nIdempotency-Key: {}\r\n", body.content_type,
                    delivery_identity(body.text, std::to_string(number), "airtrain send" + run, 0));
    request.body = body.text;
    const auto give_up = std::chrono::steady_clock::now() + retry_for_;
    for (auto delay = first_delay;; delay = std::min(delay * 2, delay_max)) {
      auto answer = client_.send(request);
      const bool again = !answer || answer->status == 429 || answer->status >= 500;
      if (!again) return *answer;
      const auto wait = std::max(delay, answer ? retry_after(*answer) : delay);
      if (std::chrono::steady_clock::now() + wait > give_up) {
        report(answer ? refusal_text(*answer) : answer.error());
        return std::nullopt;
      }
      wait_for(wait);
    }
  }

  static std::chrono::milliseconds retry_after(const api_answer& answer) {
    int seconds = 0;
    const std::string& text = answer.retry_after;
    std::from_chars(text.data(), text.data() + text.size(), seconds);
    return std::chrono::seconds(std::clamp(seconds, 0, 60));
  }

  void count(const api_answer& answer, std::size_t sent) {
    const auto parsed = json_view::parse(answer.body);
    const auto events = parsed ? (*parsed)["events"].items() : std::vector<json_view>{};
    std::uint64_t repeated = 0;
    for (const json_view& one : events) {
      if (one["duplicate"].raw() == "true") ++repeated;
      if (const std::string warning = one["warning"].text(); !warning.empty()) warn(warning);
    }
    duplicates_ += repeated;
    accepted_ += sent - std::min<std::uint64_t>(sent, repeated);
  }

  void warn(const std::string& warning) {
    if (quiet_ || warnings_++ >= warnings_shown_max) return;
    if (bar_) bar_->clear();
    std::fprintf(stderr, "warning: %s\n", printable(warning).c_str());
  }

  /// False: the answer names none of them.
  bool drop_bad_events(const api_answer& answer, event_batch& batch) {
    const auto parsed = json_view::parse(answer.body);
    if (!parsed) return false;
    std::vector<bool> bad(batch.events.size(), false);
    for (const json_view& error : (*parsed)["errors"].items()) {
      const double index = error["index"].number(-1);
      if (index < 0 || index >= static_cast<double>(bad.size())) return false;
      const auto at = static_cast<std::size_t>(index);
      bad[at] = true;
      report(fmt::format("{} {}: {}: {}", batch.lines ? "line" : "item", batch.events[at].number,
                         error["code"].text(), error["detail"].text()));
    }
    std::vector<input_event> kept;
    for (std::size_t i = 0; i < bad.size(); ++i)
      if (!bad[i]) kept.push_back(std::move(batch.events[i]));
    const std::size_t dropped = bad.size() - kept.size();
    batch.events = std::move(kept);
    refused_ += dropped;
    return dropped > 0;
  }

  api_client& client_;
  const std::chrono::milliseconds retry_for_;
  const bool quiet_;
  std::optional<progress> bar_;
  std::string name_;
  std::uint64_t accepted_ = 0;
  std::uint64_t duplicates_ = 0;
  std::uint64_t refused_ = 0;
  unsigned warnings_ = 0;
};

bool send_file(sender& to, const std::string& name) {
  if (name == "-") return to.send_stream(std::cin, name, 0);
  std::ifstream in(name, std::ios::binary);
  std::error_code error;
  if (!in || std::filesystem::is_directory(name, error)) {
    fail(fmt::format("{}: cannot be opened", name));
    return false;
  }
  const auto size = std::filesystem::file_size(name, error);
  return to.send_stream(in, name, error ? 0 : size);
}

void print_summary(const sender& from, bool json) {
  if (json)
    print(fmt::format("{{\"accepted\":{},\"duplicates\":{},\"refused\":{}}}\n", from.accepted(),
                      from.duplicates(), from.refused()));
  else
    print(fmt::format("{} accepted, {} known already, {} refused\n", from.accepted(),
                      from.duplicates(), from.refused()));
}

}  // namespace

int run_send(const arguments& given) {
  const auto retry_for = config::parse_duration(given.get_or("--retry-for", "5m"));
  if (!retry_for) {
    fail("--retry-for is not a duration such as 30s or 5m");
    return exit_usage;
  }
  auto client = api_client::make(given);
  if (!client) return fail_usage(client.error());
  sender to(**client, *retry_for, given.has("--json"));
  const std::vector<std::string> standard_input{"-"};
  const auto& files = given.positionals().empty() ? standard_input : given.positionals();
  bool all_sent = true;
  for (const std::string& name : files) all_sent = send_file(to, name) && all_sent;
  print_summary(to, given.has("--json"));
  return all_sent && to.refused() == 0 ? exit_done : exit_failed;
}

}  // namespace airtrain::cli
