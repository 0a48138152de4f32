#pragma once

#include <cstdint>
#include <optional>

namespace airtrain {

/// Said to whoever keeps the shared rate: first `give_back`, then `want`.
struct token_order {
  std::uint32_t give_back = 0;        ///< granted and not needed
  std::optional<std::uint32_t> want;  ///< instead of what was wanted before; 0: nothing any more

  /// As if both had been said, this one first.
  void add(const token_order& later) {
    give_back += later.give_back;
    if (later.want) want = later.want;
  }
};

}  // namespace airtrain
