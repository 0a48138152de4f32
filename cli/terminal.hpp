#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace airtrain::cli {

/// "airtrain: MESSAGE" on standard error, made printable. Returns `exit_failed`.
int fail(std::string_view message);
/// The same for what is wrong with the command line. Returns `exit_usage`.
int fail_usage(std::string_view message);
/// "MESSAGE" on standard error: beside what was asked for, never part of it.
void note(std::string_view message);
/// Text of this program's own making, on standard output.
void print(std::string_view text);
/// JSON as a service gave it, on standard output, with a line break.
void print_json(std::string_view text);

bool output_is_terminal();
bool errors_are_terminal();
/// Columns of the terminal on standard output (of errors, where that is the terminal); 0: none.
std::size_t terminal_width();

}  // namespace airtrain::cli
