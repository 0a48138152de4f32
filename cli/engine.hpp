#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "api/log.hpp"
#include "config/settings.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// A whole service, wired from its settings: store, connectors, actors, HTTP. Used by one thread,
/// but where noted.
class engine {
 public:
  engine(settings with, api::logger& log);
  ~engine();  ///< stops, without a drain

  /// Opens the store, starts to deliver and to listen. The error is for people and names what is
  /// wrong. Once; not again after an error.
  result<void, std::string> start();
  /// "ADDRESS:PORT", as bound.
  std::string listening_on() const;

  /// To be called about once a second: samples rates, logs what became of the store.
  void tick();

  /// Takes nothing in and starts no attempt; what is in flight gets the drain time-out. Afterwards
  /// everything is stopped. True: nothing was cut.
  bool drain();
  /// Logs what a stop at this moment would cut, until `drain` has waited for it. Any thread.
  void log_cut_attempts();

 private:
  struct parts;
  result<void, std::string> open_store();
  result<void, std::string> register_connectors();
  result<void, std::string> listen();
  void log_store_health();
  void set_may_ask(bool may);
  void log_purges();
  void wait_for_last_answers();
  void stop();

  const settings settings_;
  api::logger& log_;
  bool store_accepts_ = true;
  std::vector<std::string> damaged_;       ///< as logged last
  std::mutex asking_;                      ///< held while the actors may be asked what is in flight
  bool may_ask_ = false;                   ///< guarded by `asking_`
  std::uint64_t purged_dead_letters_ = 0;  ///< that were logged
  std::unique_ptr<parts> parts_;
};

}  // namespace airtrain
