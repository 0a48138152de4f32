#pragma once

#include <vector>

#include "cli/arguments.hpp"

namespace airtrain::cli {

/// Every command, in the order of the help.
const std::vector<command>& all_commands();

int run_serve(const arguments& given);
int run_check(const arguments& given);
int run_init(const arguments& given);
int run_preview(const arguments& given);
int run_recover(const arguments& given);
int run_send(const arguments& given);
int run_status(const arguments& given);
int run_events_show(const arguments& given);
int run_events_list(const arguments& given);
int run_dead_letters_list(const arguments& given);
int run_dead_letters_show(const arguments& given);
int run_dead_letters_replay(const arguments& given);
int run_dead_letters_discard(const arguments& given);
int run_deliveries_list(const arguments& given);
int run_deliveries_retry(const arguments& given);
int run_deliveries_discard(const arguments& given);
int run_deliveries_dead_letter(const arguments& given);
int run_rerender(const arguments& given);
int run_why(const arguments& given);
int run_pause(const arguments& given);
int run_resume(const arguments& given);
int run_breaker(const arguments& given);

}  // namespace airtrain::cli
