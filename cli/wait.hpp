#pragma once

#include <chrono>

namespace airtrain::cli {

/// Blocks this command for that long: between two tries, or two drawings.
void wait_for(std::chrono::milliseconds time);

}  // namespace airtrain::cli
