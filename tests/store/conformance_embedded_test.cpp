#include "store/embedded/environment.hpp"
#include "tests/store/conformance.hpp"
#include "tests/store/embedded/faulty_files.hpp"
#include "tests/store/embedded/temporary_directory.hpp"

namespace airtrain::conformance {
namespace {

/// The embedded store over a directory of its own, on files that can fail and lose what was not
/// synced.
class embedded_backend final : public backend {
 public:
  embedded_backend(const store_settings& settings, std::function<std::int64_t()> wall_ms)
      : settings_(settings), wall_ms_(std::move(wall_ms)) {
    settings_.data_dir = directory_->path();
    start();
  }

  store& current() override { return *store_; }
  void pump() override {}
  void reopen() override {
    store_->close();
    store_.reset();
    start();
  }
  bool crash() override {
    auto survived = std::make_unique<embedded::tests::temporary_directory>();
    files_.copy_synced(settings_.data_dir, survived->path());
    store_.reset();
    directory_ = std::move(survived);
    settings_.data_dir = directory_->path();
    start();
    return true;
  }
  bool fail_next_commit(bool lands) override {
    files_.fail_next_sync(lands);
    return true;
  }
  bool set_disk_full(bool full) override {
    free_bytes_ = full ? 0 : ~std::uint64_t{0};
    const auto deadline = std::chrono::steady_clock::now() + std::chrono::seconds{10};
    while (store_->health().accepting == full && std::chrono::steady_clock::now() < deadline)
      std::this_thread::yield();
    return true;
  }

 private:
  void start() {
    auto opened = embedded::open_store(
        settings_, {.wall_ms = wall_ms_, .files = files_.env(), .disk = [this](const auto&) {
                      return embedded::environment::space{.free = free_bytes_, .total = 0};
                    }});
    if (!opened) throw std::runtime_error(opened.error().message);
    store_ = std::move(*opened);
  }

  std::unique_ptr<embedded::tests::temporary_directory> directory_ =
      std::make_unique<embedded::tests::temporary_directory>();
  embedded::tests::faulty_files files_;
  store_settings settings_;
  std::function<std::int64_t()> wall_ms_;
  std::atomic<std::uint64_t> free_bytes_{~std::uint64_t{0}};
  std::unique_ptr<store> store_;
};

INSTANTIATE_TEST_SUITE_P(embedded, store_conformance,
                         ::testing::Values(backend_factory{
                             "embedded", [](const auto& settings, auto wall_ms) {
                               return std::make_unique<embedded_backend>(settings, wall_ms);
                             }}));

}  // namespace
}  // namespace airtrain::conformance
