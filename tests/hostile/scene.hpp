#pragma once

#include <cstdint>
#include <string>

#include "tests/fault/service.hpp"
#include "tests/hostile/hostile_target.hpp"

namespace airtrain::test {

/// The real service with two connectors for all events: `sick`, at a hostile target, with short
/// times, and `healthy`, whose target answers at once.
class scene {
 public:
  /// `more`: further options of `sick`, YAML lines indented by four. `origin`: of the target's URL,
  /// without the port; `path`: behind it.
  explicit scene(hostile_target::script play, const std::string& more = {},
                 const std::string& origin = "http://127.0.0.1", const std::string& path = "/in");

  /// Posts so many events with new ids; false when one was not answered 202.
  bool post(int count);
  int posted() const { return posted_; }

  /// The status object of `sick`, as the API shows it.
  std::string sick() const;
  std::string state() const;
  std::uint64_t dead_letters() const;
  /// Waits until `last_error` has that class and a message with that text.
  bool shows(std::string_view error_class, std::string_view message) const;
  /// Everything posted has come to the healthy one.
  bool neighbour_has_all() const;
  /// Everything posted was answered 200 by the healed target, and nothing waits.
  bool delivered_all() const;
  /// Tells the connector to go on, where only an operator may.
  void resume() const;
  /// Resident memory of the service now.
  std::uint64_t memory() const;

  hostile_target target;
  stand_in healthy;
  service airtrain;

 private:
  int posted_ = 0;
};

/// An event whose data holds its id.
std::string event_text(const std::string& id);

}  // namespace airtrain::test
