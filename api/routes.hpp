#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "api/access.hpp"
#include "api/call.hpp"
#include "api/context.hpp"

namespace airtrain::api {

/// One entry of the API.
struct route {
  std::string_view method;
  std::string_view pattern;  ///< "/v1/connectors/{}": each {} is one path segment
  scope needs = scope::none;
  std::string_view action;  ///< the audit record's, for operators' actions; else empty
  std::vector<std::string_view> parameters;
  void (*handle)(context& shared, const call_ref& c) = nullptr;
};

/// All routes but ingest, which takes a shorter way.
const std::vector<route>& all_routes();

/// Finds the route, checks key, scope and parameters, and runs it.
void dispatch(context& shared, const http::request& request, http::responder responder);

}  // namespace airtrain::api
