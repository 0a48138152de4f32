#pragma once

#include "api/call.hpp"
#include "api/context.hpp"

namespace airtrain::api {

/// What the routes run; see routes.cpp. Each runs on the loop of its call and answers it once.

void show_liveness(context& shared, const call_ref& c);
void show_readiness(context& shared, const call_ref& c);
void show_metrics(context& shared, const call_ref& c);

void list_events(context& shared, const call_ref& c);
void show_event(context& shared, const call_ref& c);

void list_deliveries(context& shared, const call_ref& c);
void explain_delivery(context& shared, const call_ref& c);
void retry_deliveries(context& shared, const call_ref& c);
void discard_deliveries(context& shared, const call_ref& c);
void dead_letter_deliveries(context& shared, const call_ref& c);
void rerender_deliveries(context& shared, const call_ref& c);

void list_connectors(context& shared, const call_ref& c);
void show_connector(context& shared, const call_ref& c);
void list_lanes(context& shared, const call_ref& c);
void pause_connector(context& shared, const call_ref& c);
void resume_connector(context& shared, const call_ref& c);
void command_breaker(context& shared, const call_ref& c);

void list_dead_letters(context& shared, const call_ref& c);
void show_dead_letter(context& shared, const call_ref& c);
void replay_dead_letters(context& shared, const call_ref& c);
void discard_dead_letters(context& shared, const call_ref& c);

void show_cluster(context& shared, const call_ref& c);
void list_audit(context& shared, const call_ref& c);

}  // namespace airtrain::api
