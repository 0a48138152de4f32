#include <fcntl.h>
#include <fmt/format.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <iostream>

#include "cli/commands.hpp"
#include "cli/named_files.hpp"
#include "cli/read_config.hpp"
#include "cli/serve.hpp"
#include "cli/terminal.hpp"
#include "config/load.hpp"
#include "config/printable.hpp"
#include "store/embedded_store.hpp"

namespace airtrain::cli {
namespace {

/// Creates the file; never touches one that is there.
int write_new_file(const std::string& path, std::string_view text) {
  const int fd = open(path.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0644);
  if (fd < 0 && errno == EEXIST)
    return fail(fmt::format("{} is there already; it is not overwritten", path));
  if (fd < 0) return fail(fmt::format("{}: {}", path, std::strerror(errno)));
  std::size_t written = 0;
  while (written < text.size()) {
    const ssize_t n = write(fd, text.data() + written, text.size() - written);
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) {
      const int error = errno;
      close(fd);
      return fail(fmt::format("{}: {}", path, std::strerror(error)));
    }
    written += static_cast<std::size_t>(n);
  }
  if (close(fd) != 0) return fail(fmt::format("{}: {}", path, std::strerror(errno)));
  return exit_done;
}

/// A script that only wanted to look must not have its store changed.
bool agreed_at_terminal() {
  if (isatty(STDIN_FILENO) == 0) {
    print("nothing was changed; --yes repairs\n");
    return false;
  }
  print("repair now? type yes: ");
  std::string word;
  std::getline(std::cin, word);
  return word == "yes";
}

}  // namespace

std::optional<settings> read_config(const std::filesystem::path& file, const look_at_file& look) {
  auto read = load_settings(file, process_secrets(), look);
  if (read) return std::move(*read);
  for (const config_problem& problem : read.error())
    std::fprintf(stderr, "%s\n", to_string(file, problem).c_str());
  return std::nullopt;
}

int run_serve(const arguments& given) {
  const std::string format = given.get_or("--log-format", "text");
  return serve_command(
      {*given.get("--config"), format == "json" ? log_format::json : log_format::text});
}

int run_check(const arguments& given) {
  const std::string file = *given.get("--config");
  const auto read = load_settings(file, process_secrets(), fault_of_named_file);
  if (!read) {
    // The problems are what was asked for, so they go to standard output.
    for (const config_problem& problem : read.error()) print(to_string(file, problem) + "\n");
    return exit_failed;
  }
  const std::size_t count = read->connectors.size();
  print(fmt::format("{}: good, {} connector{}\n", file, count, count == 1 ? "" : "s"));
  return exit_done;
}

int run_init(const arguments& given) {
  const std::string file = given.positionals().empty() ? "airtrain.yaml" : given.positionals()[0];
  if (file == "-") {
    print(starter_config());
    return exit_done;
  }
  const int code = write_new_file(file, starter_config());
  if (code == exit_done)
    print(fmt::format("wrote {}; next: airtrain check -c {}, then airtrain serve -c {}\n", file,
                      file, file));
  return code;
}

int run_recover(const arguments& given) {
  store_settings store;
  store.data_dir = *given.get("--data-dir");
  if (std::error_code error; !std::filesystem::is_directory(store.data_dir, error))
    return fail(fmt::format("{} is not a folder", store.data_dir.string()));
  const auto found = recover_embedded_store(store, false);
  if (!found) return fail(found.error().message);
  for (const std::string& finding : found->findings) print(printable(finding) + "\n");
  if (found->sound) {
    print("the store is sound\n");
    return exit_done;
  }
  if (!found->hopeless.empty()) return fail(found->hopeless);
  for (const std::string& repair : found->repairs)
    print(fmt::format("would repair: {}\n", printable(repair)));
  if (given.has("--dry-run")) return exit_failed;
  if (!given.has("--yes") && !agreed_at_terminal()) return exit_failed;
  const auto repaired = recover_embedded_store(store, true);
  if (!repaired) return fail(repaired.error().message);
  for (const std::string& repair : repaired->repairs)
    print(fmt::format("repaired: {}\n", printable(repair)));
  return exit_done;
}

}  // namespace airtrain::cli
