#include "store/embedded/recent_events.hpp"

#include "tests/store/embedded/driver.hpp"

namespace airtrain::embedded::tests {
namespace {

constexpr connector_id wanted = 7;

recent_events::addition event_for(connector_id to, std::uint64_t seq, std::size_t bytes = 100) {
  return {seq,
          {{{.connector = to, .lane = seq * 10}},
           sealed("e" + std::to_string(seq), 1, std::string(bytes, '1'))}};
}

std::vector<recent_events::addition> events(std::uint64_t first, std::uint64_t count) {
  std::vector<recent_events::addition> out;
  for (auto seq = first; seq < first + count; ++seq) out.push_back(event_for(wanted, seq));
  return out;
}

std::vector<std::uint64_t> seqs_in(const recent_events& recent, std::uint64_t first,
                                   std::uint64_t last) {
  std::vector<delivery_key> keys;
  for (auto seq = first; seq <= last; ++seq) keys.push_back({.seq = seq, .part = 0});
  const auto found = recent.find(wanted, keys);
  std::vector<std::uint64_t> out;
  for (std::size_t i = 0; i < found.size(); ++i)
    if (found[i].what) out.push_back(keys[i].seq);
  return out;
}

}  // namespace

TEST(recent_events, gives_each_connector_its_own_with_its_lane) {
  recent_events recent{1u << 20};
  recent.add(events(1, 3));
  const auto found = recent.find(wanted, {{.seq = 3, .part = 0}, {.seq = 1, .part = 0}});
  ASSERT_TRUE(found[0].what && found[1].what);
  EXPECT_EQ(found[0].what->id(), "e3");
  EXPECT_EQ(found[0].lane, 30u);
  EXPECT_EQ(found[1].what->id(), "e1");
  EXPECT_FALSE(recent.find(wanted + 1, {{.seq = 1, .part = 0}})[0].what);
}

TEST(recent_events, lets_the_oldest_go_first_and_keeps_its_bound) {
  recent_events recent{4096};
  std::size_t most = 0;
  for (std::uint64_t seq = 1; seq <= 100; ++seq) {
    recent.add(events(seq, 1));
    const auto here = seqs_in(recent, 1, 100);
    ASSERT_EQ(here.back(), seq);
    ASSERT_EQ(here.back() - here.front() + 1, here.size());
    most = std::max(most, here.size());
  }
  EXPECT_LE(most * 200, 4096u);
  EXPECT_GE(most, 5u);
}

TEST(recent_events, starts_over_behind_numbers_that_were_burnt) {
  recent_events recent{1u << 20};
  recent.add(events(1, 3));
  recent.add(events(10, 2));
  EXPECT_EQ(seqs_in(recent, 1, 20), (std::vector<std::uint64_t>{10, 11}));
}

TEST(recent_events, a_connector_a_little_behind_reads_nothing_from_the_log) {
  driver store;
  store.settings.recent_bytes_max = 1u << 20;
  store.settings.tail_events_max = 4;
  ASSERT_EQ(store.start().code, store_error_code::none);
  const auto id = store.connector("c");
  const auto epoch = store.open(id);
  std::vector<event_ref> published;
  for (int i = 0; i < 50; ++i) {
    published.push_back(sealed("e" + std::to_string(i), 1));
    store.publish({{.items = {{published.back(), {{.connector = id}}}}}});
  }
  const auto got = store.fresh(id, epoch);
  ASSERT_EQ(got.size(), 50u);
  for (std::size_t i = 0; i < got.size(); ++i)
    EXPECT_EQ(got[i].event, published[i]) << "a copy: it was read back from the log";
}

}  // namespace airtrain::embedded::tests
