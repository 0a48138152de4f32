#include "config/load.hpp"

#include <fmt/format.h>

#include <cstring>
#include <fstream>

#include "config/printable.hpp"
#include "config/sections.hpp"
#include "config/tree.hpp"

namespace airtrain {
namespace {

using problems = std::vector<config_problem>;

problems one_problem(std::string message) {
  return {{1, 1, std::move(message), {}}};
}

}  // namespace

std::string to_string(const std::filesystem::path& file, const config_problem& problem) {
  std::string line = fmt::format("{}:{}:{}: {}", printable(file.string()), problem.line,
                                 problem.column, printable(problem.message));
  if (!problem.key_path.empty()) line += fmt::format(" ({})", printable(problem.key_path));
  return line;
}

result<settings, problems> parse_settings(std::string_view text, const std::filesystem::path& file,
                                          const secret_sources& secrets, const look_at_file& look) {
  if (text.size() > config::file_bytes_max)
    return failure(one_problem(
        fmt::format("the file is longer than {}", config::show_size(config::file_bytes_max))));
  const auto root =
      file.extension() == ".json" ? config::parse_json(text) : config::parse_yaml(text);
  if (!root) return failure(root.error());

  config::reader r(file.parent_path(), secrets, look);
  settings made;
  made.config_file = file;
  made.data_dir = (file.parent_path() / made.data_dir).lexically_normal();
  config::read_options(r, *root, config::top_options(), made);
  made.connectors = config::read_connectors(r, *root);
  config::check_exposure(r, *root, made.http);
  if (root->find("data_dir") == nullptr) {
    const auto inside = r.enter("data_dir");
    r.look(named_file::folder, *root, made.data_dir);
  }
  config::check_retention(r, *root, made);
  if (auto found = r.take_problems(); !found.empty()) return failure(std::move(found));
  return made;
}

result<settings, problems> load_settings(const std::filesystem::path& file,
                                         const secret_sources& secrets, const look_at_file& look) {
  std::ifstream in(file, std::ios::binary);
  if (!in) return failure(one_problem(fmt::format("cannot be opened: {}", std::strerror(errno))));
  // One byte more than allowed tells that there is more.
  std::string text(config::file_bytes_max + 1, '\0');
  in.read(text.data(), static_cast<std::streamsize>(text.size()));
  if (in.bad()) return failure(one_problem("cannot be read: is it a file?"));
  text.resize(static_cast<std::size_t>(in.gcount()));
  return parse_settings(text, file, secrets, look);
}

}  // namespace airtrain
