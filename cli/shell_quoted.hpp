#pragma once

#include <string>
#include <string_view>

namespace airtrain::cli {

/// One word for a POSIX shell, whatever it holds. Control characters are written in bash's $'...'
/// form, so that none reaches the terminal raw.
std::string shell_quoted(std::string_view text);

}  // namespace airtrain::cli
