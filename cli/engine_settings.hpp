#pragma once

#include <chrono>

#include "actors/delivery_engine.hpp"
#include "config/settings.hpp"
#include "http/server.hpp"
#include "store/settings.hpp"

namespace airtrain {

/// What each part of the service takes from the configuration.

store_settings store_settings_of(const settings& all);
delivery_engine_settings delivery_engine_settings_of(const settings& all);
http::server_settings server_settings_of(const settings& all);
/// As configured, else the longest attempt time-out and 5 s.
std::chrono::milliseconds drain_timeout_of(const settings& all);

}  // namespace airtrain
