#include <fmt/format.h>

#include <array>
#include <utility>

#include "messages/delivery.hpp"
#include "messages/verdict.hpp"

namespace airtrain {
namespace {

template <class E, std::size_t N>
using name_table = std::array<std::pair<E, std::string_view>, N>;

template <class E, std::size_t N>
std::string_view name_in(const name_table<E, N>& table, E value) {
  for (const auto& [v, name] : table)
    if (v == value) return name;
  return "unknown";
}

template <class E, std::size_t N>
std::optional<E> value_in(const name_table<E, N>& table, std::string_view name) {
  for (const auto& [v, n] : table)
    if (n == name) return v;
  return std::nullopt;
}

constexpr name_table<answer_class, 7> answer_classes{{
    {answer_class::delivered, "delivered"},
    {answer_class::retry, "retry"},
    {answer_class::throttled, "throttled"},
    {answer_class::reject, "reject"},
    {answer_class::refused, "refused"},
    {answer_class::hold, "hold"},
    {answer_class::hold_manual, "hold_manual"},
}};

constexpr name_table<reason, 23> reasons{{
    {reason::none, "none"},
    {reason::answered, "answered"},
    {reason::connect_failed, "connect_failed"},
    {reason::resolve_failed, "resolve_failed"},
    {reason::reset, "reset"},
    {reason::attempt_timeout, "attempt_timeout"},
    {reason::tls_failed, "tls_failed"},
    {reason::certificate_refused, "certificate_refused"},
    {reason::malformed_answer, "malformed_answer"},
    {reason::mapping_error, "mapping_error"},
    {reason::write_failed, "write_failed"},
    {reason::connector_threw, "connector_threw"},
    {reason::max_attempts, "max_attempts"},
    {reason::gave_up, "gave_up"},
    {reason::deadline_passed, "deadline_passed"},
    {reason::backlog_full, "backlog_full"},
    {reason::discarded_by_operator, "discarded_by_operator"},
    {reason::dead_lettered_by_operator, "dead_lettered_by_operator"},
    {reason::superseded, "superseded"},
    {reason::reject_guard, "reject_guard"},
    {reason::refused_repeatedly, "refused_repeatedly"},
    {reason::cut_by_restart, "cut_by_restart"},
    {reason::lane_stopped, "lane_stopped"},
}};

constexpr name_table<delivery_state, 8> delivery_states{{
    {delivery_state::pending, "pending"},
    {delivery_state::waiting, "waiting"},
    {delivery_state::in_flight, "in_flight"},
    {delivery_state::orphaned, "orphaned"},
    {delivery_state::delivered, "delivered"},
    {delivery_state::dead, "dead"},
    {delivery_state::expired, "expired"},
    {delivery_state::discarded, "discarded"},
}};

}  // namespace

std::string_view to_string(answer_class value) {
  return name_in(answer_classes, value);
}
std::optional<answer_class> answer_class_from(std::string_view name) {
  return value_in(answer_classes, name);
}
std::string_view to_string(failure_scope value) {
  return value == failure_scope::connector ? "connector" : "event";
}
std::string_view to_string(reason value) {
  return name_in(reasons, value);
}
std::optional<reason> reason_from(std::string_view name) {
  return value_in(reasons, name);
}
std::string_view to_string(delivery_state value) {
  return name_in(delivery_states, value);
}
std::optional<delivery_state> delivery_state_from(std::string_view name) {
  return value_in(delivery_states, name);
}

}  // namespace airtrain
