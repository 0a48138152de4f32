#include "config/sections.hpp"

namespace airtrain::config {

void check_retention(reader& r, const node& root, const settings& all) {
  const node* section = root.find("retention");
  const node* attempts = section == nullptr ? nullptr : section->find("attempts");
  if (attempts == nullptr || all.retention_attempts <= all.retention_delivered) return;
  const auto inside = r.enter("retention");
  r.problem(
      *attempts,
      fmt::format("`attempts` ({}) must not be longer than `delivered` ({}): records of "
                  "attempts go with their events",
                  show_duration(all.retention_attempts), show_duration(all.retention_delivered)));
}

}  // namespace airtrain::config
