#include "store/embedded/open_list.hpp"

#include <map>
#include <random>

namespace airtrain::embedded::tests {

TEST(open_list, behaves_as_a_sorted_map_does) {
  std::mt19937 random{3};
  open_list list;
  std::map<delivery_key, bool> model;  // taken
  std::uint64_t next = 1;
  for (int step = 0; step < 20'000; ++step) {
    const auto pick = [&] {
      auto at = model.begin();
      std::advance(at,
                   static_cast<std::ptrdiff_t>(random() % std::min<std::size_t>(model.size(), 50)));
      return at->first;
    };
    if (model.empty() || random() % 2) {
      const delivery_key key{.seq = next += 1 + random() % 3, .part = 0};
      list.add({.key = key});
      model[key] = true;
    } else if (random() % 4) {
      const auto key = pick();
      list.remove(*list.find(key));
      model.erase(key);
      EXPECT_EQ(list.find(key), nullptr);
    } else {
      const auto key = pick();
      auto& entry = *list.find(key);
      model[key] = !model[key];
      model[key] ? list.take(entry) : list.give_back(entry);
    }
    ASSERT_EQ(list.size(), model.size());
    if (!model.empty()) {
      ASSERT_EQ(list.first()->key, model.begin()->first);
    }
  }
  std::vector<delivery_key> keys;
  std::size_t returned = 0;
  list.for_each([&](const auto& e) {
    keys.push_back(e.key);
    returned += !e.taken;
  });
  EXPECT_EQ(list.returned(), returned);
  ASSERT_EQ(keys.size(), model.size());
  EXPECT_TRUE(std::equal(keys.begin(), keys.end(), model.begin(),
                         [](const auto& key, const auto& entry) { return key == entry.first; }));
}

}  // namespace airtrain::embedded::tests
