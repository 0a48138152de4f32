#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <string>

#include "api/log.hpp"
#include "config/settings.hpp"
#include "messages/result.hpp"

namespace airtrain {

/// A whole service, wired from its settings: store, connectors, actors, HTTP. Used by one thread.
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

 private:
  struct parts;
  result<void, std::string> open_store();
  result<void, std::string> register_connectors();
  result<void, std::string> listen();
  void log_store_health();
  void log_purges();
  void log_cut_attempts();
  void wait_for_last_answers();
  void stop();

  const settings settings_;
  api::logger& log_;
  bool store_accepts_ = true;
  std::uint64_t purged_dead_letters_ = 0;  ///< that were logged
  std::unique_ptr<parts> parts_;
};

}  // namespace airtrain
