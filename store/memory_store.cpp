#include "store/memory_store.hpp"

#include "store/memory/stepped_store.hpp"

namespace airtrain {

std::unique_ptr<memory_store> memory_store::make(const store_settings& settings,
                                                 std::function<std::int64_t()> wall_ms) {
  return std::make_unique<memory::stepped_store>(settings, std::move(wall_ms));
}

}  // namespace airtrain
