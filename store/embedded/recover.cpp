#include <fmt/format.h>

#include "store/embedded/environment.hpp"
#include "store/embedded/high_water.hpp"
#include "store/embedded/inspection.hpp"
#include "store/embedded/recovery.hpp"
#include "store/embedded_store.hpp"

namespace airtrain {
namespace {

using embedded::database;

bool ok(const store_error& error) {
  return error.code == store_error_code::none;
}

/// The log alone says where it ends; the high-water file says where it ended.
void check_high_water(const embedded::high_water_file& file, const std::filesystem::path& log,
                      embedded::high_water_mark end, recovery_report& into) {
  const auto noted = file.read();
  const auto complain = [&](std::string what) {
    into.sound = false;
    into.findings.push_back(std::move(what));
    into.repairs.push_back(fmt::format("{}: says what the log says, events up to {}, commit {}",
                                       file.path().string(), end.next_seq - 1, end.commit));
  };
  if (!noted) return complain(noted.error().message);
  if (!*noted && end.next_seq > 1)
    return complain(fmt::format("{} is missing", file.path().string()));
  const auto lost = embedded::lost_end(log, end, noted->value_or(embedded::high_water_mark{}));
  if (ok(lost)) return;
  complain(fmt::format("{} ({})", lost.message, file.path().string()));
}

}  // namespace

result<recovery_report, store_error> recover_embedded_store(const store_settings& settings,
                                                            bool repair) {
  const auto log = embedded::database_path(settings);
  if (std::error_code error; !std::filesystem::exists(log, error))
    return failure(store_error{store_error_code::not_found,
                               fmt::format("there is no store: {} is missing", log.string())});
  recovery_report report;
  auto db = database::open(settings, nullptr,
                           repair ? database::mode::normal : database::mode::read_only);
  if (!db && db.error().code == store_error_code::damaged) {
    report.sound = false;
    report.findings.push_back(db.error().message);
    report.repairs.emplace_back("the log is taken up to the damage; what follows it is lost");
    if (!repair) return report;
    db = database::open(settings, nullptr, database::mode::salvage);
  }
  if (!db) return failure(db.error());

  embedded::inspection inspection{**db, report};
  if (auto error = inspection.run(); !ok(error)) {
    if (error.code != store_error_code::damaged) return failure(error);
    report.sound = false;
    report.findings.push_back(error.message + ": restore this file from a backup");
    return report;
  }
  embedded::high_water_file high_water{settings.data_dir / "high-water"};
  const auto end = inspection.log_end();
  check_high_water(high_water, log, end, report);
  if (!repair || report.sound) return report;
  if (auto error = (*db)->write(inspection.mending(), true); !ok(error)) return failure(error);
  if (auto error = high_water.replace(end); !ok(error)) return failure(error);
  return report;
}

}  // namespace airtrain
