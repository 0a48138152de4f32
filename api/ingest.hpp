#pragma once

#include "api/context.hpp"
#include "http/server.hpp"

namespace airtrain::api {

/// `POST /v1/events`: reads the events on the I/O thread, hands them over and answers when they are
/// durable. The hot path of the service.
void take_events(context& shared, const http::request& request, http::responder responder);

}  // namespace airtrain::api
