#include "store/memory_store.hpp"
#include "tests/store/conformance.hpp"

namespace airtrain::conformance {
namespace {

class memory_backend final : public backend {
 public:
  memory_backend(const store_settings& settings, std::function<std::int64_t()> wall_ms)
      : store_(memory_store::make(settings, std::move(wall_ms))) {}

  store& current() override { return *store_; }
  void pump() override { store_->run(); }
  void reopen() override {
    store_->close();
    store_->crash();
  }
  bool crash() override {
    store_->crash();
    return true;
  }
  bool fail_next_commit(bool lands) override {
    store_->inject().fail_commits = 1;
    store_->inject().failed_commits_land = lands;
    return true;
  }
  bool set_disk_full(bool full) override {
    store_->inject().full = full;
    return true;
  }

 private:
  std::unique_ptr<memory_store> store_;
};

INSTANTIATE_TEST_SUITE_P(memory, store_conformance,
                         ::testing::Values(backend_factory{
                             "memory", [](const auto& settings, auto wall_ms) {
                               return std::make_unique<memory_backend>(settings, wall_ms);
                             }}));

}  // namespace
}  // namespace airtrain::conformance
