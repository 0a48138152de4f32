#include "store/store.hpp"

namespace airtrain {

std::string_view to_string(store_error_code value) {
  switch (value) {
    case store_error_code::none:
      return "none";
    case store_error_code::overloaded:
      return "overloaded";
    case store_error_code::disk_full:
      return "disk_full";
    case store_error_code::write_failed:
      return "write_failed";
    case store_error_code::closed:
      return "closed";
    case store_error_code::fenced:
      return "fenced";
    case store_error_code::not_found:
      return "not_found";
    case store_error_code::damaged:
      return "damaged";
  }
  return "unknown";
}

}  // namespace airtrain
