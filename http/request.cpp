#include <utility>

#include "http/answer.hpp"
#include "http/characters.hpp"
#include "http/server.hpp"
#include "messages/invariant.hpp"

namespace airtrain::http {

std::string_view request::get(std::string_view name) const {
  for (const auto& field : headers)
    if (same_ignoring_case(field.name, name)) return field.value;
  return {};
}

bool request::has(std::string_view name) const {
  return std::ranges::any_of(
      headers, [name](const header& field) { return same_ignoring_case(field.name, name); });
}

responder::responder() = default;
responder::responder(std::shared_ptr<target> t) : target_(std::move(t)) {}
responder::responder(responder&&) noexcept = default;

responder& responder::operator=(responder&& other) noexcept {
  responder dropped(std::move(*this));
  target_ = std::move(other.target_);
  return *this;
}

responder::~responder() {
  if (target_)
    target_->answer(problem({refusal_code::not_answered, "the request was given up, try again"}));
}

void responder::send(response answer) {
  AIRTRAIN_INVARIANT(target_ != nullptr);
  std::exchange(target_, nullptr)->answer(std::move(answer));
}

void responder::send_accepted(std::string body) {
  AIRTRAIN_INVARIANT(target_ != nullptr);
  std::exchange(target_, nullptr)->answer_accepted(std::move(body));
}

void responder::target::answer_accepted(std::string body) {
  response accepted;
  accepted.status = 202;
  accepted.body = std::move(body);
  answer(std::move(accepted));
}

}  // namespace airtrain::http
