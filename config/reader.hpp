#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "config/load.hpp"
#include "config/node.hpp"

namespace airtrain::config {

/// What the reading of one file shares: where it stands in the tree of keys, the problems found so
/// far, where paths start and secrets come from.
class reader {
 public:
  reader(std::filesystem::path folder, const secret_sources& secrets, const look_at_file& look)
      : folder_(std::move(folder)), secrets_(secrets), look_(look) {}

  /// Goes one key deeper until it is destroyed.
  class scope {
   public:
    scope(reader& r, std::string key) : reader_(r) { reader_.path_.push_back(std::move(key)); }
    ~scope() { reader_.path_.pop_back(); }
    scope(const scope&) = delete;

   private:
    reader& reader_;
  };
  [[nodiscard]] scope enter(std::string key) { return scope(*this, std::move(key)); }
  [[nodiscard]] scope enter_item(std::size_t index);

  void problem(int line, int column, std::string message);
  void problem(const node& at, std::string message) {
    problem(at.line, at.column, std::move(message));
  }
  void problem_at_key(const node& child, std::string message) {
    problem(child.key_line, child.key_column, std::move(message));
  }
  /// At a byte of a text value.
  void problem_within(const node& at, std::size_t offset, std::string message);

  /// Whether the value is a map (a list); says so otherwise. An empty value counts as an empty one.
  bool expect_map(const node& at);
  bool expect_list(const node& at);
  /// The characters of a text that holds no `${`; says so otherwise.
  std::optional<std::string> plain_text(const node& at);
  /// A file's name, relative to the folder of the configuration.
  std::optional<std::filesystem::path> path(const node& at);
  /// Says what is wrong with a file that the value `at` names.
  void look(named_file what, const node& at, const std::filesystem::path& path,
            const std::filesystem::path& beside = {});
  /// A text with `${env:NAME}` and `${file:PATH}` parts. No message ever holds what they stand for.
  std::optional<secret> read_secret(const node& at);

  std::vector<config_problem> take_problems();

 private:
  std::filesystem::path secret_file(std::string_view reference) const;
  std::optional<std::string> secret_part(const node& at, std::size_t offset,
                                         std::string_view reference);

  std::filesystem::path folder_;
  const secret_sources& secrets_;
  const look_at_file& look_;
  std::vector<std::string> path_;
  std::vector<config_problem> problems_;
};

/// ", did you mean `x`?" or nothing.
std::string did_you_mean(std::string_view name, const std::vector<std::string_view>& candidates);

}  // namespace airtrain::config
