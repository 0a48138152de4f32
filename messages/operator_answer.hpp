#pragma once

#include <cstdint>
#include <string>

namespace airtrain {

enum class operator_code : std::uint8_t { done, no_such_connector, failed };

/// What came of an operator's order.
struct operator_answer {
  operator_code code = operator_code::failed;
  std::string message;  ///< for people, when it is not done
};

}  // namespace airtrain
