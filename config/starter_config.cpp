#include "config/load.hpp"

namespace airtrain {

std::string_view starter_config() {
  return R"yaml(# airtrain: takes events over HTTP and carries each, durably, to every system below.
# `airtrain check -c airtrain.yaml` validates this file; `airtrain serve -c airtrain.yaml` runs it.

data_dir: ./data                       # where events are kept; one process at a time

http:
  listen: 127.0.0.1:8080               # ingest, API and metrics
  # Beyond this machine: keys, and TLS here or in a proxy in front (then behind_proxy: true).
  # tls: { cert: tls.pem, key: tls.key }
  # hosts: [airtrain.example.org]
  # keys:
  #   - name: hms
  #     sha256: "..."                  # printf %s THE-KEY | sha256sum
  #     scopes: [ingest]               # ingest read payload operate

connectors:
  # Writes every event to a file, one line each. Good for a first look, and as an audit trail.
  journal:
    type: file
    events: ["*"]                      # event types: exact, or a prefix with a trailing *
    path: ./journal.ndjson

  # Sends events to a system with an HTTP API.
  # payroll:
  #   type: http
  #   events: [staff_schedule_updated]
  #   when: data.dept == "nursing"     # optional: only events for which this is true
  #   request:
  #     method: POST
  #     url: "https://payroll.example.org/employees/${data.employee_id}/shifts"
  #     body:                          # without a body the event's data is sent as it came
  #       employeeNumber: "${data.employee_id}"
  #       shiftStart: "${data.new_shift}"
  #       site: "${data.site ?? 'unknown'}"
  #   answers:
  #     - { status: 409, is: delivered }   # it has the shift already
  #   auth: { bearer: "${env:PAYROLL_TOKEN}" }
  #   ordering: { key: data.employee_id, on_dead_letter: stop }
  #   concurrency: { adaptive: true, max: 16 }   # attempts at once; or a number
  #   rate_limit: 100/s                          # or a name below, shared with others

# rate_limits: { tenant: 100/s }       # one quota for all connectors that name it

defaults:                              # for all connectors, unless they say otherwise
  timeout: 30s
  retry: { initial: 1s, max: 1h, give_up_after: 72h }

retention:
  delivered: 7d                        # how long delivered events can be looked up
  dead_letters: 0                      # 0: until somebody decides
)yaml";
}

}  // namespace airtrain
