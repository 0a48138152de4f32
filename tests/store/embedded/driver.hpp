#pragma once

#include <atomic>
#include <functional>
#include <future>
#include <memory>
#include <string>
#include <vector>

#include "store/embedded/embedded_store.hpp"
#include "tests/store/embedded/faulty_files.hpp"
#include "tests/store/embedded/temporary_directory.hpp"

namespace airtrain::embedded::tests {

/// An embedded store over a directory, driven step by step.
class driver {
 public:
  explicit driver(std::filesystem::path directory = {});

  /// Opens; the error when it is refused.
  store_error start();
  void stop();
  embedded_store& store() { return *store_; }
  const std::filesystem::path& directory() const { return settings.data_dir; }
  std::filesystem::path database() const { return database_path(settings); }

  connector_id connector(const std::string& name);
  std::vector<publish_result> publish(std::vector<publish_request> requests);
  /// Events "first".."first + count - 1" to the connector; the last one's seq.
  std::uint64_t publish_many(connector_id to, int first, int count, std::size_t bytes = 16);
  std::uint64_t open(connector_id id);
  fetch_result fetch(connector_id id, std::uint64_t epoch, fetch_request what);
  std::vector<delivery> fresh(connector_id id, std::uint64_t epoch, std::uint32_t count = 100'000);
  void settle(connector_id id, std::uint64_t epoch, std::vector<settlement> all);
  void flush();

  store_settings settings;
  std::atomic<std::int64_t> now_ms{1'700'000'000'000};
  std::atomic<bool> may_purge{true};
  bool compare_clocks = false;  ///< as the service does; `may_purge` says nothing then
  faulty_files files;

 private:
  temporary_directory own_directory_;
  std::unique_ptr<embedded_store> store_;
};

event_ref sealed(const std::string& id, std::int64_t accepted_at_ms, std::string data = "{}");
settlement settled(const delivery& what, settlement::kind kind);

/// Waits for the one answer.
template <class T, class Call>
T await(Call call) {
  const auto answer = std::make_shared<std::promise<T>>();
  auto future = answer->get_future();
  call([answer](T value) { answer->set_value(std::move(value)); });
  return future.get();
}

}  // namespace airtrain::embedded::tests
