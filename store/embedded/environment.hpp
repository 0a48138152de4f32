#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "messages/result.hpp"
#include "store/embedded/purging_clock.hpp"
#include "store/settings.hpp"
#include "store/store.hpp"

namespace rocksdb {
class Env;
}

namespace airtrain::embedded {

/// The embedded store's doors to the machine; tests put their own in.
struct environment {
  std::function<std::int64_t()> wall_ms;
  rocksdb::Env* files = nullptr;  ///< null: the system's
  struct space {
    std::uint64_t free = 0;
    std::uint64_t total = 0;
  };
  std::function<space(const std::filesystem::path&)> disk;  ///< null: the system's
  /// What may be purged by its age. Null: the wall clock is always believed.
  std::shared_ptr<purging_clock> purging = {};
};

/// As `open_embedded_store`, in the given environment.
result<std::unique_ptr<store>, store_error> open_store(const store_settings& settings,
                                                       environment env);

}  // namespace airtrain::embedded
