#pragma once

#include <string>

#include "http/server.hpp"
#include "http/tls_channel.hpp"
#include "messages/result.hpp"

namespace airtrain::http {

/// TLS 1.2 or newer with that certificate; with a `client_ca`, only for peers who prove a
/// certificate of it. The error says which file is wrong.
result<tls_context, std::string> make_tls_server_context(const server_tls_settings& with);

}  // namespace airtrain::http
