#pragma once

#include <vector>

#include "actors/delivery_engine.hpp"
#include "http/io_pool.hpp"

namespace airtrain::api {

/// The requests of one turn of a loop, handed to the engine together at the turn's end: one lock
/// and at most one wake-up for all. What comes from another thread goes straight on.
class turn_submissions {
 public:
  turn_submissions(delivery_engine& engine, http::io_loop& loop) : engine_(engine), loop_(loop) {}

  void add(submission request) {
    if (!loop_.on_its_thread()) {
      std::vector<submission> one;
      one.push_back(std::move(request));
      return engine_.submit(std::move(one));
    }
    gathered_.push_back(std::move(request));
    // Posted work runs behind everything that is ready now.
    if (gathered_.size() == 1) loop_.post([this] { engine_.submit(std::exchange(gathered_, {})); });
  }

 private:
  delivery_engine& engine_;
  http::io_loop& loop_;
  std::vector<submission> gathered_;
};

}  // namespace airtrain::api
