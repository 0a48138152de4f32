#pragma once

#include "config/option.hpp"
#include "config/settings.hpp"

namespace airtrain::config {

/// The options of each map of the configuration, declared once each.

const options<settings>& top_options();
const options<http_settings>& http_options();

/// A connector while it is read; what belongs to its type is picked at the end.
struct connector_draft {
  connector_settings common;
  http_connector_settings http;
  file_connector_settings file;
  bool has_url = false;
};
const options<connector_draft>& connector_options();
const options<connector_draft>& request_options();
const options<dispatch_options>& dispatch_option_list();
const options<auth_settings>& auth_options();
void read_answers(reader& r, const node& at, std::vector<answer_rule>& into);

/// Of a connector or a rate limit: letters, digits, - _ and ., beginning with a letter or digit.
bool valid_name(std::string_view name);
void read_rate_limits(reader& r, const node& at, settings& into);

/// All of `connectors:`, each on top of `defaults:`.
std::vector<connector_settings> read_connectors(reader& r, const node& root);

/// Who may reach the service: the rules for addresses beyond loopback and behind a proxy.
void check_exposure(reader& r, const node& root, const http_settings& http);

/// Which of its times would have no effect.
void check_retention(reader& r, const node& root, const settings& all);

}  // namespace airtrain::config
