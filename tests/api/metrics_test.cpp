#include "api/metrics.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <prometheus/text_serializer.h>

namespace airtrain::api {
namespace {

using testing::HasSubstr;

class metrics : public testing::Test {
 protected:
  metrics() {
    telemetry->name = "payroll";
    now.ingest = &ingest;
    now.now_ms = 10'000;
    connector_report report;
    report.name = "payroll";
    report.telemetry = telemetry;
    now.connectors.push_back(report);
  }
  std::string text() const {
    return prometheus::TextSerializer{}.Serialize(figures_collector{now}.Collect());
  }

  std::shared_ptr<connector_telemetry> telemetry = std::make_shared<connector_telemetry>();
  ingest_telemetry ingest;
  figures now;
};

TEST_F(metrics, have_the_names_of_the_interface) {
  now.rejected[static_cast<std::size_t>(problem_code::conflict)] = 1;
  const auto all = text();
  for (const char* name :
       {"airtrain_events_accepted_total",
        "airtrain_events_rejected_total{reason=\"conflict\"} 1",
        "airtrain_events_unrouted_total",
        "airtrain_deliveries_total{connector=\"payroll\",outcome=\"delivered\"}",
        "airtrain_attempts_total{connector=\"payroll\",class=\"retry\"}",
        "airtrain_attempt_seconds_count{connector=\"payroll\"}",
        "airtrain_delivery_latency_seconds_bucket{connector=\"payroll\",le=\"",
        "airtrain_backlog{connector=\"payroll\"}",
        "airtrain_oldest_pending_seconds{connector=\"payroll\"}",
        "airtrain_in_flight{connector=\"payroll\"}",
        "airtrain_concurrency_limit{connector=\"payroll\"}",
        "airtrain_lanes_stopped{connector=\"payroll\"}",
        "airtrain_breaker_state{connector=\"payroll\",state=\"closed\"} 1",
        "airtrain_breaker_state{connector=\"payroll\",state=\"open\"} 0",
        "airtrain_breaker_transitions_total{connector=\"payroll\",state=\"open\"}",
        "airtrain_dead_letters{connector=\"payroll\"}",
        "airtrain_commit_seconds_count",
        "airtrain_commit_events_count",
        "airtrain_store_bytes",
        "airtrain_store_damaged_files 0",
        "airtrain_mailbox_depth{actor=\"router\"}"})
    EXPECT_THAT(all, HasSubstr(name));
}

TEST_F(metrics, show_what_was_counted) {
  telemetry->ended_by_state[static_cast<std::size_t>(delivery_state::dead)] = 7;
  telemetry->attempts_by_class[static_cast<std::size_t>(answer_class::reject)] = 8;
  now.connectors[0].counts.backlog = 9;
  now.connectors[0].counts.oldest_accepted_ms = 7'500;
  ingest.accepted = 11;
  const auto all = text();
  EXPECT_THAT(all, HasSubstr("deliveries_total{connector=\"payroll\",outcome=\"dead\"} 7\n"));
  EXPECT_THAT(all, HasSubstr("attempts_total{connector=\"payroll\",class=\"reject\"} 8\n"));
  EXPECT_THAT(all, HasSubstr("airtrain_backlog{connector=\"payroll\"} 9\n"));
  EXPECT_THAT(all, HasSubstr("airtrain_oldest_pending_seconds{connector=\"payroll\"} 2.5\n"));
  EXPECT_THAT(all, HasSubstr("airtrain_events_accepted_total 11\n"));
}

TEST_F(metrics, count_every_sample_of_a_histogram_once) {
  for (std::int64_t us : {1, 1'000, 50'000, 3'000'000}) telemetry->attempt_time.add(us);
  const auto all = text();
  EXPECT_THAT(all, HasSubstr("attempt_seconds_count{connector=\"payroll\"} 4\n"));
  EXPECT_THAT(all, HasSubstr("attempt_seconds_bucket{connector=\"payroll\",le=\"+Inf\"} 4\n"));
}

TEST_F(metrics, add_up_what_the_api_and_the_server_refuse_with_the_same_code) {
  now.rejected[static_cast<std::size_t>(problem_code::overloaded)] = 2;
  now.server.refused[static_cast<std::size_t>(http::refusal_code::overloaded)] = 3;
  EXPECT_THAT(text(), HasSubstr("airtrain_events_rejected_total{reason=\"overloaded\"} 5\n"));
}

TEST_F(metrics, keep_orphans_in_the_backlog) {
  connector_report orphan;
  orphan.name = "old";
  orphan.counts.backlog = 3;
  now.connectors.push_back(orphan);
  EXPECT_THAT(text(), HasSubstr("airtrain_backlog{connector=\"old\"} 3\n"));
}

TEST_F(metrics, have_the_buckets_of_commits_in_seconds) {
  now.store.commit_us_log2 = {0, 0, 0, 5};  // 4 to 8 microseconds
  now.store.commit_events_log2 = {1, 2};
  now.store.committed_events = 5;
  const auto all = text();
  EXPECT_THAT(all, HasSubstr("airtrain_commit_seconds_bucket{le=\"8e-06\"} 5\n"));
  EXPECT_THAT(all, HasSubstr("airtrain_commit_events_bucket{le=\"2\"} 3\n"));
  EXPECT_THAT(all, HasSubstr("airtrain_commit_events_sum 5\n"));
}

}  // namespace
}  // namespace airtrain::api
