#pragma once

#include <string>

#include "config/settings.hpp"

namespace airtrain {

/// The header line that carries the credentials, with its line end; empty without any.
std::string credentials_line(const auth_settings& auth);
/// The same with `***` in the secret's place.
std::string hidden_credentials_line(const auth_settings& auth);

}  // namespace airtrain
