#include "connectors/credentials.hpp"

#include <algorithm>
#include <mutex>
#include <system_error>
#include <thread>
#include <utility>
#include <variant>
#include <vector>

#include "connectors/base64.hpp"

namespace airtrain {
namespace {

/// The one secret in it; null without.
secret* secret_of(auth_settings& auth) {
  if (auto* bearer = std::get_if<bearer_auth>(&auth)) return &bearer->token;
  if (auto* basic = std::get_if<basic_auth>(&auth)) return &basic->password;
  if (auto* key = std::get_if<api_key_auth>(&auth)) return &key->value;
  return nullptr;
}

struct line_writer {
  bool hidden;
  std::string operator()(const no_auth&) const { return {}; }
  std::string operator()(const bearer_auth& a) const {
    return "Authorization: Bearer " + (hidden ? "***" : a.token.reveal()) + "\r\n";
  }
  std::string operator()(const basic_auth& a) const {
    return "Authorization: Basic " +
           (hidden ? "***" : base64_encoded(a.user + ":" + a.password.reveal())) + "\r\n";
  }
  std::string operator()(const api_key_auth& a) const {
    return a.header + ": " + (hidden ? "***" : a.value.reveal()) + "\r\n";
  }
};

constexpr std::string_view line_end = "\r\n";

/// What was configured and cannot change.
class fixed_credentials final : public credentials {
 public:
  explicit fixed_credentials(std::string line) : line_(std::move(line)) {}
  /// Shared with nobody: counting its users would be paid with every attempt.
  credentials_ref current() const override { return {std::shared_ptr<void>{}, &line_}; }
  void renew(const credentials_ref&, renewed then) override { then(current()); }

 private:
  std::string line_;
};

result<auth_settings, std::string> read_auth_again(auth_settings auth,
                                                   const secret_sources& sources) {
  auto* const value = secret_of(auth);
  if (value == nullptr) return auth;
  auto again = read_again(*value, sources);
  if (!again) return failure(std::move(again.error()));
  *value = std::move(*again);
  return auth;
}

class file_credentials final : public credentials,
                               public std::enable_shared_from_this<file_credentials> {
 public:
  file_credentials(auth_settings auth, secret_sources sources)
      : auth_(std::move(auth)),
        sources_(std::move(sources)),
        line_(std::make_shared<const std::string>(credentials_line(auth_))) {}

  credentials_ref current() const override {
    std::lock_guard lock(mutex_);
    return line_;
  }
  bool renewable() const override { return true; }
  void renew(const credentials_ref& refused, renewed then) override {
    std::unique_lock lock(mutex_);
    if (line_ != refused) {
      const auto newer = line_;
      lock.unlock();
      return then(newer);
    }
    waiting_.push_back(std::move(then));
    if (waiting_.size() > 1) return;
    try {
      std::thread([self = shared_from_this()] { self->read(); }).detach();
    } catch (const std::system_error& refused_by_the_system) {
      const auto waiting = std::exchange(waiting_, {});
      lock.unlock();
      for (const auto& one : waiting) one(failure(std::string(refused_by_the_system.what())));
    }
  }

 private:
  void read() {
    auto answer = line_of(read_auth_again(auth_, sources_));
    std::vector<renewed> waiting;
    {
      std::lock_guard lock(mutex_);
      if (answer) line_ = *answer;
      waiting.swap(waiting_);
    }
    for (const auto& then : waiting) then(answer);
  }
  static result<credentials_ref, std::string> line_of(result<auth_settings, std::string> auth) {
    if (!auth) return failure(std::move(auth.error()));
    auto line = std::make_shared<const std::string>(credentials_line(*auth));
    if (!fits_in_a_header(*line))
      return failure(std::string("the secret holds a control character, such as a line break"));
    return credentials_ref(std::move(line));
  }

  const auth_settings auth_;
  const secret_sources sources_;
  mutable std::mutex mutex_;
  credentials_ref line_;
  std::vector<renewed> waiting_;  ///< for the reading under way
};

}  // namespace

bool fits_in_a_header(std::string_view line) {
  if (line.ends_with(line_end)) line.remove_suffix(line_end.size());
  return std::none_of(line.begin(), line.end(),
                      [](unsigned char c) { return c < 0x20 || c == 0x7f; });
}

std::shared_ptr<credentials> make_credentials(const auth_settings& auth, secret_sources sources) {
  auto given = auth;
  const auto* const value = secret_of(given);
  if (value != nullptr && can_be_read_again(*value))
    return std::make_shared<file_credentials>(auth, std::move(sources));
  return std::make_shared<fixed_credentials>(credentials_line(auth));
}

std::string credentials_line(const auth_settings& auth) {
  return std::visit(line_writer{false}, auth);
}

std::string hidden_credentials_line(const auth_settings& auth) {
  return std::visit(line_writer{true}, auth);
}

}  // namespace airtrain
