#pragma once

namespace airtrain {

/// The command `airtrain`. Exit codes: 0 done, 1 the thing failed, 2 usage.
int run_cli(int argc, char** argv);

}  // namespace airtrain
