#include <fmt/format.h>

#include "store/embedded/current_file.hpp"
#include "store/embedded/environment.hpp"
#include "store/embedded/high_water.hpp"
#include "store/embedded/inspection.hpp"
#include "store/embedded/recovery.hpp"
#include "store/embedded/trial_copy.hpp"
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

/// Looks at everything before it changes anything: what it announces it can do.
class recovery_run {
 public:
  explicit recovery_run(const store_settings& settings)
      : settings_(settings),
        log_(embedded::database_path(settings)),
        current_(log_),
        high_water_(settings.data_dir / "high-water") {}

  result<recovery_report, store_error> run(bool repair) {
    if (auto error = look_at_current(repair); !ok(error)) return failure(error);
    if (!report_.hopeless.empty() || !readable_) return report_;
    if (auto error = inspect(); !ok(error)) return failure(error);
    if (!repair || report_.sound || !report_.hopeless.empty()) return report_;
    if (auto error = mend(); !ok(error)) return failure(error);
    return report_;
  }

 private:
  store_error look_at_current(bool repair) {
    const auto wrong = current_.complaint();
    if (wrong.empty()) return {};
    report_.sound = false;
    report_.findings.push_back(wrong);
    const auto manifest = current_.must_have_named();
    if (!manifest) {
      give_up("without the list of the store's files nothing tells which of them belong to it");
      return {};
    }
    report_.repairs.push_back(
        fmt::format("{} names {}, the only one there; nothing is lost. What else there is to "
                    "repair shows afterwards",
                    current_.path().string(), *manifest));
    readable_ = repair;
    return repair ? current_.write(*manifest) : store_error{};
  }

  /// Reads all, as it is or as it would be without the damaged end of the log.
  store_error inspect() {
    auto db = database::open(settings_, nullptr, database::mode::read_only);
    if (db) return inspect(**db);
    if (db.error().code != store_error_code::damaged) return db.error();
    report_.sound = false;
    report_.findings.push_back(db.error().message);
    return try_without_the_end();
  }

  /// On a copy: what it takes to open the store without the damaged end of its log changes it.
  store_error try_without_the_end() {
    const auto copy = embedded::trial_copy::make(settings_);
    if (!copy) return copy.error();
    const auto db = database::open(copy->settings(), nullptr, database::mode::salvage);
    if (db) {
      report_.repairs.emplace_back("the log is taken up to the damage; what follows it is lost");
      how_ = database::mode::salvage;
      return inspect(**db);
    }
    if (db.error().code != store_error_code::damaged) return db.error();
    give_up("it cannot be opened without that file, and what was in it is in no other");
    return {};
  }

  store_error inspect(database& db) {
    embedded::inspection inspection{db, report_};
    if (auto error = inspection.run(); !ok(error)) {
      if (error.code != store_error_code::damaged) return error;
      report_.sound = false;
      report_.findings.push_back(error.message);
      give_up("its rows can't be read, and are in no other file");
      return {};
    }
    end_ = inspection.log_end();
    check_high_water(high_water_, log_, end_, report_);
    rows_ = inspection.mending();
    return {};
  }

  void give_up(std::string_view why) {
    report_.repairs.clear();
    report_.hopeless = fmt::format(
        "this cannot be repaired: {}. Restore the whole folder {} from a backup (what came after "
        "it can be sent again: known ids are duplicates), or keep it aside and start with an "
        "empty one",
        why, settings_.data_dir.string());
  }

  store_error mend() {
    auto db = database::open(settings_, nullptr, how_);
    if (!db) return db.error();
    if (auto error = (*db)->write(rows_, true); !ok(error)) return error;
    return high_water_.replace(end_);
  }

  const store_settings& settings_;
  const std::filesystem::path log_;
  const embedded::current_file current_;
  embedded::high_water_file high_water_;
  recovery_report report_;
  bool readable_ = true;
  database::mode how_ = database::mode::normal;
  embedded::high_water_mark end_;
  std::vector<embedded::row_change> rows_;
};

}  // namespace

result<recovery_report, store_error> recover_embedded_store(const store_settings& settings,
                                                            bool repair) {
  const auto log = embedded::database_path(settings);
  if (std::error_code error; !std::filesystem::exists(log, error))
    return failure(store_error{store_error_code::not_found,
                               fmt::format("there is no store: {} is missing", log.string())});
  return recovery_run{settings}.run(repair);
}

}  // namespace airtrain
