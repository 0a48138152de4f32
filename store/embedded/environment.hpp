#pragma once

#include <cstdint>
#include <filesystem>
#include <functional>
#include <memory>

#include "messages/result.hpp"
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
  /// The wall clock can be believed: what it says is too old may be purged. Null: always.
  std::function<bool()> may_purge = {};
};

/// Whether that wall clock has agreed with the steady one since now, as far as each call can see
/// (core/clock_agreement.hpp).
std::function<bool()> while_clocks_agree(std::function<std::int64_t()> wall_ms);

/// As `open_embedded_store`, in the given environment.
result<std::unique_ptr<store>, store_error> open_store(const store_settings& settings,
                                                       environment env);

}  // namespace airtrain::embedded
