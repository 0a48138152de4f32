#include <fcntl.h>
#include <stdlib.h>
#include <unistd.h>

#include <filesystem>

#include "cli/commands.hpp"
#include "store/embedded_store.hpp"

namespace airtrain::cli {
namespace {

using ::testing::HasSubstr;

/// A stopped store whose high-water file is gone, and a standard input that is no terminal.
class recover_command : public testing::Test {
 protected:
  recover_command() {
    std::string name =
        (std::filesystem::temp_directory_path() / "airtrain-recover-XXXXXX").string();
    folder_ = mkdtemp(name.data());
    store_settings settings;
    settings.data_dir = folder_;
    EXPECT_TRUE(open_embedded_store(settings, [] { return std::int64_t{1}; }));
    std::filesystem::resize_file(high_water(), 0);
    const int nothing = ::open("/dev/null", O_RDONLY | O_CLOEXEC);
    input_ = ::dup(STDIN_FILENO);
    ::dup2(nothing, STDIN_FILENO);
    ::close(nothing);
  }
  ~recover_command() override {
    ::dup2(input_, STDIN_FILENO);
    ::close(input_);
    std::filesystem::remove_all(folder_);
  }

  std::filesystem::path high_water() const { return folder_ / "high-water"; }
  /// Its exit code; what it prints is in `said`.
  int run(std::vector<std::string> options) {
    std::vector<std::string> words{"recover", "--data-dir", folder_.string()};
    words.insert(words.end(), options.begin(), options.end());
    std::size_t name_words = 0;
    const auto* found = find_command(all_commands(), words, name_words);
    const auto given = parse_arguments(*found, std::span{words}.subspan(name_words));
    testing::internal::CaptureStdout();
    const int code = run_recover(*given);
    said = testing::internal::GetCapturedStdout();
    return code;
  }

  std::string said;

 private:
  std::filesystem::path folder_;
  int input_ = -1;
};

TEST_F(recover_command, without_a_terminal_changes_nothing_unless_told_to) {
  EXPECT_EQ(run({}), exit_failed);
  EXPECT_THAT(said, HasSubstr("high-water is damaged"));
  EXPECT_THAT(said, HasSubstr("--yes repairs"));
  EXPECT_EQ(std::filesystem::file_size(high_water()), 0u) << "it has repaired unasked";

  EXPECT_EQ(run({"--yes"}), exit_done);
  EXPECT_GT(std::filesystem::file_size(high_water()), 0u);
  EXPECT_EQ(run({"--dry-run"}), exit_done);
  EXPECT_THAT(said, HasSubstr("sound"));
}

}  // namespace
}  // namespace airtrain::cli
