// The soak: half load for a long time while targets fail and producers reset. Exit status: 0, 1
// when something was lost or failed, 3 when only a figure grew.

#include <fmt/format.h>

#include <exception>
#include <fstream>
#include <stdexcept>

#include "bench/harness/options.hpp"
#include "bench/soak/soak.hpp"

namespace {

using namespace airtrain::bench;

constexpr int grew = 3;

void write_file(const std::filesystem::path& file, const std::string& text) {
  std::ofstream out(file);
  out << text;
  if (!out.flush()) throw std::runtime_error("cannot write " + file.string());
}

int run(const airtrain::harness::options& given) {
  if (given.rest().size() != 1) throw std::runtime_error("say for how many minutes");
  const soak_settings settings{
      .programs = std::filesystem::absolute(given.text("programs")),
      .work = std::filesystem::absolute(given.text("work")),
      .seconds = std::stod(given.rest()[0]) * 60,
      .rate = static_cast<std::uint64_t>(given.number("rate")),
      .kills = given.on("kills"),
      .seed = static_cast<std::uint32_t>(given.number("seed")),
  };
  const std::filesystem::path out = given.text("out");
  std::filesystem::create_directories(out);
  const auto result = soak(settings);
  write_file(out / "soak.json", json_of(result, settings));
  write_file(out / "soak.svg", svg_of(result));
  write_file(out / "soak.md", words_of(result));
  fmt::print("{}", words_of(result));
  std::filesystem::remove_all(settings.work);
  if (result.lost > 0) return 1;
  return result.good() ? 0 : grew;
}

}  // namespace

int main(int argc, char** argv) {
  const airtrain::harness::options given(argc, argv,
                                         {{"programs", "build/release"},
                                          {"work", "build/soak-work"},
                                          {"out", "build/soak"},
                                          {"rate", "0"},
                                          {"seed", "1"}},
                                         {"kills"}, "MINUTES");
  try {
    return run(given);
  } catch (const std::exception& error) {
    fmt::print(stderr, "soak: {}\n", error.what());
    return 1;
  }
}
