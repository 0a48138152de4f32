#pragma once

#include <functional>
#include <memory>
#include <string>

#include "config/load.hpp"
#include "config/settings.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// The header line that carries the credentials, with its line end; empty without any.
std::string credentials_line(const auth_settings& auth);
/// The same with `***` in the secret's place.
std::string hidden_credentials_line(const auth_settings& auth);
/// A secret read from a file easily has a line break within: it would break the request's head.
bool fits_in_a_header(std::string_view line);

using credentials_ref = std::shared_ptr<const std::string>;

/// What a connector shows its target, and where that can be renewed, how. Any thread. Outlives the
/// lines it gives out.
class credentials {
 public:
  using renewed = std::function<void(result<credentials_ref, std::string>)>;

  virtual ~credentials() = default;
  /// The line in force.
  virtual credentials_ref current() const = 0;
  virtual bool renewable() const { return false; }
  /// The target has refused this line: calls back once with the one to try instead, at once or
  /// later and from any thread. Renewals that are asked for meanwhile are one. The error says what
  /// kept it from being renewed, without secrets.
  virtual void renew(const credentials_ref& refused, renewed then) = 0;
};

/// Those of a connector's `auth`. Secrets of `${file:}` are read again when the target refuses
/// them, on a thread of their own: a mount that hangs must not hold up a loop.
std::shared_ptr<credentials> make_credentials(const auth_settings& auth, secret_sources sources);

}  // namespace airtrain
