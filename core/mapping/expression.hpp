#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "core/json/document.hpp"
#include "messages/delivery.hpp"
#include "messages/event.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// An event with its data parsed at most once, and only when an expression asks for it. Belongs to
/// one thread.
class event_view {
 public:
  explicit event_view(event_ref event) : event_(std::move(event)) {}
  const event& get() const { return *event_; }
  const event_ref& ref() const { return event_; }
  /// Null when the data is not JSON.
  const json::document* data() const;
  const json::document* extensions() const;

 private:
  event_ref event_;
  mutable std::unique_ptr<json::document> data_;
  mutable std::unique_ptr<json::document> extensions_;
};

struct syntax_node;

struct expression_error {
  std::string message;
  std::size_t offset = 0;  ///< into the expression's text
};

struct evaluation_error {
  std::string message;  ///< for people: what, and which path
  bool absent = false;  ///< a path led nowhere (as against a wrong type or a division)
};

/// One expression of the configuration: a subset of CEL with `??`. Compiled once, evaluated on any
/// thread. Roots: type source id subject time data accepted_at and extension attributes.
/// Grammar so far, lowest first: || ; && ; == != < <= > >= in ; ?? ; ! ; member access `.name`,
/// index `["name"]` and `[n]`; literals: strings, numbers, true, false, null, lists of them;
/// parentheses. || and && as in CEL: an operand that decides wins over others that fail. A member
/// of null is absent, a member of another value that has none is an error.
class expression {
 public:
  static result<expression, expression_error> compile(std::string_view text);

  /// The value as JSON text (a slice of the event where it comes from there, digits untouched).
  result<std::string, evaluation_error> json(const event_view& event) const;
  /// For `when`: false where a path is absent; any other failure and a value that is not a boolean
  /// are errors.
  result<bool, evaluation_error> truth(const event_view& event) const;
  /// For `ordering.key`: a hash of the value with its type, never `no_lane`; unset where it is
  /// absent or null or cannot be evaluated. Equal values share a lane: 1, 1.0 and 1e0 are one key,
  /// "1" is another. Stored: the hash must not change between versions.
  std::optional<lane_id> lane(const event_view& event) const;

  const std::string& text() const;
  const syntax_node& syntax() const;  ///< for evaluating several over one event

 private:
  struct impl;
  std::shared_ptr<const impl> impl_;
};

}  // namespace airtrain
