// Each file of a stopped store, deleted and damaged in each way: either the store opens and has all
// that was acknowledged, or it says which file is damaged. Never is it silently short.

#include <fmt/format.h>

#include <fstream>
#include <functional>
#include <set>

#include "store/embedded_store.hpp"
#include "tests/store/embedded/driver.hpp"

namespace airtrain::embedded::tests {
namespace {

using std::filesystem::path;
using ::testing::AnyOf;
using ::testing::HasSubstr;

constexpr int events = 240;
constexpr int last_events = 3;  // small: they are in the newest log only
constexpr std::size_t event_bytes = 8000;
constexpr std::size_t settled_events = 40;

struct damage {
  std::string name;
  std::function<void(const path&)> to;
};

void flip_byte(const path& file, std::uint64_t at) {
  std::fstream open{file, std::ios::in | std::ios::out | std::ios::binary};
  open.seekg(static_cast<std::streamoff>(at));
  const auto byte = static_cast<char>(open.get() ^ 0x10);
  open.seekp(static_cast<std::streamoff>(at));
  open.put(byte);
}

std::vector<damage> all_damages() {
  std::vector<damage> out{
      {"deleted", [](const path& file) { std::filesystem::remove(file); }},
      {"emptied", [](const path& file) { std::filesystem::resize_file(file, 0); }},
      {"halved",
       [](const path& file) {
         std::filesystem::resize_file(file, std::filesystem::file_size(file) / 2);
       }},
      {"shorter by a byte", [](const path& file) {
         std::filesystem::resize_file(file, std::filesystem::file_size(file) - 1);
       }}};
  for (unsigned eighth : {0, 3, 5, 7})
    out.push_back({fmt::format("flipped at {} eighths", eighth), [eighth](const path& file) {
                     flip_byte(file, std::filesystem::file_size(file) * eighth / 8 + 4);
                   }});
  out.push_back({"flipped in its last byte",
                 [](const path& file) { flip_byte(file, std::filesystem::file_size(file) - 1); }});
  return out;
}

std::set<std::string> files_of(const path& directory) {
  std::set<std::string> out;
  for (const auto& entry : std::filesystem::recursive_directory_iterator{directory})
    if (entry.is_regular_file())
      out.insert(std::filesystem::relative(entry.path(), directory).string());
  return out;
}

void small_buffers(driver& store) {
  store.settings.cache_bytes = 1u << 20;
}

/// A stopped store with tables, several logs, and deliveries in each state.
class stopped_store {
 public:
  stopped_store() {
    driver store{directory_.path()};
    small_buffers(store);
    EXPECT_EQ(store.start().code, store_error_code::none);
    const auto to = store.connector("a");
    for (int i = 0; i < events; i += 4) {
      store.publish_many(to, i, 4, event_bytes);
      if (i == events / 2) settle(store, to);
    }
    store.flush();
    store.publish_many(to, events, last_events);
  }

  const path& directory() const { return directory_.path(); }

  /// What a store in `directory` says of all that has not ended; "" when it has everything.
  static std::string complaint(const path& directory) {
    driver store{directory};
    small_buffers(store);
    if (const auto error = store.start(); error.code != store_error_code::none)
      return error.message;
    try {
      const auto absent = missing(store);
      return absent == 0 ? "" : fmt::format("{} events are missing", absent);
    } catch (const tl::bad_expected_access<store_error>& error) {
      return error.error().message;
    } catch (const std::exception& error) {
      return error.what();
    }
  }

 private:
  /// By turns dead, waiting and delivered.
  static void settle(driver& store, connector_id to) {
    const auto epoch = store.open(to);
    std::vector<settlement> ends;
    for (const auto& one : store.fresh(to, epoch, settled_events)) {
      constexpr std::array kinds{settlement::kind::dead, settlement::kind::retry,
                                 settlement::kind::delivered};
      ends.push_back(settled(one, kinds[ends.size() % kinds.size()]));
      ends.back().due_ms = store.now_ms;
    }
    store.settle(to, epoch, ends);
    store.flush();
  }

  static std::size_t missing(driver& store) {
    std::set<std::string> there;
    const auto to = store.connector("a");
    const auto epoch = store.open(to);
    for (const auto& one : store.fresh(to, epoch)) there.emplace(one.event->id());
    for (const auto& one : store
                               .fetch(to, epoch,
                                      {.what = fetch_kind::due,
                                      .count_max = 1000,
                                      .bytes_max = 1u << 30,
                                      .now_ms = store.now_ms})
                               .deliveries)
      there.emplace(one.event->id());
    const auto letters = await<result<page<dead_letter>, store_error>>(
        [&](auto then) { store.store().list_dead_letters({}, then); });
    if (!letters) throw std::runtime_error(letters.error().message);
    for (const auto& one : letters->items) there.emplace(one.event->id());
    std::size_t absent = 0;
    for (int i = 0; i < events + last_events; ++i) {
      const bool delivered = i < static_cast<int>(settled_events) && i % 3 == 2;
      if (!delivered && !there.contains(std::to_string(i))) ++absent;
    }
    return absent;
  }

  temporary_directory directory_;
};

}  // namespace

TEST(every_file, when_deleted_or_damaged_is_named_or_harmless) {
  const stopped_store store;
  const auto files = files_of(store.directory());
  {
    temporary_directory parent;
    const auto copy = parent.path() / "data";
    std::filesystem::copy(store.directory(), copy, std::filesystem::copy_options::recursive);
    ASSERT_EQ(stopped_store::complaint(copy), "");
  }
  std::size_t refused = 0;
  for (const auto& file : files)
    for (const auto& damage : all_damages()) {
      temporary_directory parent;
      const auto copy = parent.path() / "data";
      std::filesystem::copy(store.directory(), copy, std::filesystem::copy_options::recursive);
      if (std::filesystem::file_size(copy / file) == 0 && damage.name != "deleted") continue;
      damage.to(copy / file);
      const auto complaint = stopped_store::complaint(copy);
      if (complaint.empty()) continue;
      ++refused;
      EXPECT_THAT(complaint,
                  AnyOf(HasSubstr(path{file}.filename().string()), HasSubstr("high-water"),
                        // A manifest without its end names files that are gone.
                        HasSubstr(file.find("MANIFEST") == std::string::npos ? "?" : ".log"),
                        HasSubstr(file.find("MANIFEST") == std::string::npos ? "?" : ".sst")))
          << file << " " << damage.name << ": " << complaint;
    }
  EXPECT_GT(refused, files.size());
}

TEST(every_file, of_a_store_without_its_current_file_is_kept) {
  const stopped_store store;
  auto files = files_of(store.directory());
  ASSERT_EQ(files.erase("log/CURRENT"), 1u);
  std::filesystem::remove(store.directory() / "log/CURRENT");
  EXPECT_THAT(stopped_store::complaint(store.directory()), HasSubstr("log/CURRENT is missing"));
  EXPECT_EQ(files_of(store.directory()), files);
}

/// What `recover` announces it does, and afterwards the store opens and is sound; what it cannot do
/// it says, and changes nothing.
TEST(every_file, when_deleted_or_damaged_is_repaired_as_announced_or_said_to_be_beyond_repair) {
  const stopped_store store;
  std::size_t repaired = 0;
  std::size_t hopeless = 0;
  for (const auto& file : files_of(store.directory()))
    for (const auto& damage : all_damages()) {
      // Each kind once: a trial reads everything.
      if (damage.name != "deleted" && damage.name != "halved" &&
          damage.name != "flipped at 3 eighths")
        continue;
      temporary_directory parent;
      driver copy{parent.path() / "data"};
      small_buffers(copy);
      std::filesystem::copy(store.directory(), copy.directory(),
                            std::filesystem::copy_options::recursive);
      if (std::filesystem::file_size(copy.directory() / file) == 0 && damage.name != "deleted")
        continue;
      damage.to(copy.directory() / file);
      SCOPED_TRACE(file + " " + damage.name);
      const auto dry = recover_embedded_store(copy.settings, false);
      ASSERT_TRUE(dry) << dry.error().message;
      if (dry->sound) continue;
      EXPECT_NE(dry->repairs.empty(), dry->hopeless.empty());
      const auto before = files_of(copy.directory());
      const auto wet = recover_embedded_store(copy.settings, true);
      ASSERT_TRUE(wet) << wet.error().message;
      if (!dry->hopeless.empty()) {
        ++hopeless;
        EXPECT_THAT(wet->hopeless, HasSubstr("from a backup"));
        EXPECT_EQ(files_of(copy.directory()), before);
        continue;
      }
      ++repaired;
      EXPECT_EQ(wet->hopeless, "");
      EXPECT_TRUE(recover_embedded_store(copy.settings, false)->sound);
      const auto error = copy.start();
      EXPECT_EQ(error.code, store_error_code::none) << error.message;
    }
  EXPECT_GT(repaired, 0u);
  EXPECT_GT(hopeless, 0u);
}

TEST(every_file, of_a_store_without_its_current_file_is_found_again_without_loss) {
  const stopped_store store;
  std::filesystem::remove(store.directory() / "log/CURRENT");
  store_settings settings;
  settings.data_dir = store.directory();
  const auto wet = recover_embedded_store(settings, true);
  ASSERT_TRUE(wet) << wet.error().message;
  EXPECT_THAT(wet->repairs.at(0), HasSubstr("MANIFEST-"));
  EXPECT_EQ(stopped_store::complaint(store.directory()), "");
}

TEST(every_file, of_the_log_that_is_gone_is_given_up_only_when_told_to) {
  const stopped_store store;
  for (const auto& file : files_of(store.directory()))
    if (file.ends_with(".log")) {
      std::filesystem::remove(store.directory() / file);
      ASSERT_THAT(stopped_store::complaint(store.directory()),
                  HasSubstr(path{file}.filename().string()));
      break;
    }
  driver again{store.directory()};
  const auto repaired = recover_embedded_store(again.settings, true);
  ASSERT_TRUE(repaired) << repaired.error().message;
  EXPECT_FALSE(repaired->sound);
  EXPECT_EQ(again.start().code, store_error_code::none);
}

}  // namespace airtrain::embedded::tests
