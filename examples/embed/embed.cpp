// A payroll system behind a flaky call: the event is durable when `handle_event` returns, and is
// delivered on the third try. Kill the program in between and start it again: it goes on.
//   embed DATA_DIR

#include <airtrain/integration_manager.hpp>
#include <future>
#include <iostream>

using namespace std::chrono_literals;

struct payroll_connector : airtrain::simple_connector {
  explicit payroll_connector(std::promise<void>& paid) : paid(paid) {}

  void send_update(const nlohmann::json& payload) override {
    if (++calls < 3) throw std::runtime_error("payroll is busy");
    std::cout << "paid " << payload["employee_id"] << " on try " << calls << std::endl;
    paid.set_value();
  }

  std::promise<void>& paid;
  int calls = 0;
};

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: embed DATA_DIR\n", 2;
  std::promise<void> paid;
  airtrain::integration_manager manager({.data_dir = argv[1]});
  manager.register_connector("payroll", "staff_schedule_updated",
                             std::make_unique<payroll_connector>(paid),
                             {.concurrency = 1, .retry_initial = 200ms});
  const auto taken = manager.handle_event({.type = "staff_schedule_updated",
                                           .data = {{"employee_id", "E-17"}, {"hours", 8}},
                                           .id = "shift-4711"});
  std::cout << "durable " << taken.id << (taken.duplicate ? " (again)" : "") << std::endl;
  return paid.get_future().wait_for(30s) == std::future_status::ready ? 0 : 1;
}
