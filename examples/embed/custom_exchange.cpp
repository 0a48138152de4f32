// An HTTP system that needs two requests for one delivery: look the shift up, then create it or
// change it. The exchange only decides; sending, time-outs, retries and the circuit are airtrain's.
//   custom_exchange DATA_DIR ORIGIN

#include <airtrain/integration_manager.hpp>
#include <iostream>
#include <thread>

struct upsert : airtrain::custom_exchange {
  airtrain::custom_step start(const airtrain::delivery_view& delivery) override {
    body = delivery.data;
    path = "/shifts/" + std::string(delivery.event_id);
    return airtrain::custom_request{.method = "GET", .target = path};
  }

  airtrain::custom_step on_response(const airtrain::custom_response& response) override {
    if (!looked_up && (response.status == 200 || response.status == 404)) {
      looked_up = true;
      return airtrain::custom_request{.method = response.status == 200 ? "PUT" : "POST",
                                      .target = path,
                                      .headers = {{"Content-Type", "application/json"}},
                                      .body = body};
    }
    if (response.status / 100 == 2) return airtrain::delivery_result::delivered();
    const auto why = "answered " + std::to_string(response.status);
    if (response.status == 422) return airtrain::delivery_result::rejected(why);
    return airtrain::delivery_result::retry(why);
  }

  std::string path, body;
  bool looked_up = false;
};

int main(int argc, char** argv) {
  if (argc != 3) return std::cerr << "usage: custom_exchange DATA_DIR ORIGIN\n", 2;
  airtrain::integration_manager manager({.data_dir = argv[1]});
  manager.register_connector("planner", {"shift_*"},
                             airtrain::custom_http_system{.origin = argv[2], .exchange = [] {
                                                            return std::make_unique<upsert>();
                                                          }});
  manager.handle_event({.type = "shift_added", .data = {{"hours", 8}}, .id = "s-1"});
  while (manager.connectors().front().backlog > 0)
    std::this_thread::sleep_for(std::chrono::milliseconds{20});
  std::cout << "planned" << std::endl;
}
