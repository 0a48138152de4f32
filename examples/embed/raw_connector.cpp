// A system with an asynchronous client of its own: the task is completed later, from its thread.
//   raw_connector DATA_DIR

#include <airtrain/integration_manager.hpp>
#include <future>
#include <iostream>
#include <thread>

struct pager_connector : airtrain::raw_connector {
  explicit pager_connector(std::promise<void>& paged) : paged(paged) {}
  ~pager_connector() override { stop(); }

  void deliver(airtrain::delivery_task task) override {
    client = std::jthread([this, task = std::move(task)]() mutable {
      std::cout << "page " << task.what().data << " with key " << task.what().idempotency_key
                << std::endl;
      task.complete(airtrain::delivery_result::delivered());
      paged.set_value();
    });
  }
  void stop() override {
    if (client.joinable()) client.join();
  }

  std::promise<void>& paged;
  std::jthread client;
};

int main(int argc, char** argv) {
  if (argc != 2) return std::cerr << "usage: raw_connector DATA_DIR\n", 2;
  std::promise<void> paged;
  airtrain::integration_manager manager({.data_dir = argv[1]});
  manager.register_connector("pager", {"shift_uncovered"}, std::make_unique<pager_connector>(paged),
                             {.concurrency = 1});
  manager.handle_event({.type = "shift_uncovered", .data = {{"ward", 3}}});
  return paged.get_future().wait_for(std::chrono::seconds{30}) == std::future_status::ready ? 0 : 1;
}
