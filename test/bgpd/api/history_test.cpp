#include "rib/history.hpp"

#include <gmock/gmock.h>

#include "bgpd/api/handlers.hpp"
#include "test/bgpd/api/fake_backend.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::api {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre, testing::IsEmpty, testing::UnorderedElementsAre;

using ::test::prefix;

struct PastFamily {
  const char *link, *next_hop, *first, *second, *third;
};

class HistoryApi : public testing::TestWithParam<PastFamily> {
 protected:
  void SetUp() override {
    backend_.time += 1s;
    backend_.connect(GetParam().link);
    peer_ = backend_.establish("192.168.77.2");
  }
  void receive(const std::string& text) { tell({}, {{prefix(text), 0}}); }
  /// More than is noted one by one, and `text` behind.
  void receive_table(const std::string& text) {
    const bool is_v6 = prefix(text).family() == rib::Family::Ipv6Unicast;
    std::vector<rib::Nlri> table;
    for (int i = 0; i < 2000; ++i) {
      const auto number = std::to_string(i % 250), rest = std::to_string(i / 250);
      table.push_back(
          {prefix(is_v6 ? "fc00:" + rest + ":" + number + "::/48" : "11." + rest + "." + number + ".0/24"),
           0});
    }
    table.push_back({prefix(text), 0});
    tell({}, table);
  }
  void withdraw(const std::string& text) { tell({{prefix(text), 0}}, {}); }
  void tell(std::vector<rib::Nlri> withdrawn, std::vector<rib::Nlri> announced) {
    rib::PathAttributes attributes;
    attributes.next_hop = *rib::IpAddress::parse(GetParam().next_hop);
    rib::Update update;
    update.family = prefix(GetParam().first).family();
    update.withdrawn = withdrawn;
    update.attributes = announced.empty() ? nullptr : &attributes;
    update.announced = announced;
    backend_.engine().received(peer_, update, backend_.time);
    backend_.settle();
  }
  /// The kinds of all events that the request is answered with, page after page.
  std::vector<proto::Event> events(proto::ListEvents request) {
    std::vector<proto::Event> all;
    for (;;) {
      Replies replies;
      EXPECT_EQ(handle_events(request, backend_, replies).code(), proto::Done::OK);
      const auto page = replies.at(0).events();
      all.insert(all.end(), page.events().begin(), page.events().end());
      if (!page.more()) return all;
      request.set_after(page.last());
    }
  }
  /// Prefixes there `age` ago, page after page.
  std::vector<std::string> routes_at(std::chrono::milliseconds age, std::uint32_t limit = 0) {
    proto::ListRoutesAt request;
    request.set_family(family_of(prefix(GetParam().first).family()));
    request.set_limit(limit);
    std::vector<std::string> all;
    const auto now = backend_.time;
    PastLookahead ahead;
    const Caller caller{.past_ahead = &ahead};
    for (;;) {
      request.set_ms(static_cast<std::uint64_t>(
          (age + std::chrono::duration_cast<std::chrono::milliseconds>(backend_.time - now)).count()));
      Replies replies;
      EXPECT_EQ(handle_routes_at(request, caller, backend_, replies).code(), proto::Done::OK);
      const auto page = replies.at(0).routes_at();
      for (const auto& route : page.routes()) all.push_back(prefix_from(route.prefix())->to_string());
      if (!page.has_next()) return all;
      *request.mutable_after() = page.next();
    }
  }

  FakeBackend backend_;
  rib::PeerHandle peer_;
};
INSTANTIATE_TEST_SUITE_P(Families, HistoryApi,
                         testing::Values(PastFamily{"192.168.77.0/24", "192.168.77.2", "10.1.0.0/16",
                                                    "10.2.0.0/16", "10.3.0.0/16"},
                                         PastFamily{"fd77::/64", "fd77::2", "fd01::/32", "fd02::/32",
                                                    "fd03::/32"}));

TEST_P(HistoryApi, OnePrefixHasItsOwnEventsWithTheirCause) {
  receive(GetParam().first);
  receive(GetParam().second);
  backend_.time += 10s;
  withdraw(GetParam().first);
  proto::ListEvents request;
  put_prefix(prefix(GetParam().first), *request.mutable_prefix());

  const auto all = events(request);

  ASSERT_EQ(all.size(), 2u);
  EXPECT_EQ(all[0].kind(), proto::Event::BEST);
  EXPECT_EQ(all[0].cause(), proto::Event::LEARNED);
  EXPECT_EQ(all[0].ms(), 10'000u);
  EXPECT_EQ(all[1].kind(), proto::Event::GONE);
  EXPECT_EQ(all[1].cause(), proto::Event::WITHDRAWN);
  EXPECT_EQ(all[1].before(), "192.168.77.2");
}

TEST_P(HistoryApi, EventsAreChosenByTimeAndNeighbor) {
  backend_.engine().note_session({.neighbor = "192.168.77.9", .is_up = true}, backend_.time);
  backend_.time += 60s;
  receive(GetParam().first);
  backend_.time += 60s;
  proto::ListEvents request;
  EXPECT_EQ(events(request).size(), 2u);

  request.set_since_ms(90'000);
  ASSERT_EQ(events(request).size(), 1u);
  EXPECT_EQ(events(request)[0].kind(), proto::Event::BEST);

  request.clear_since_ms();
  request.set_neighbor("192.168.77.9");
  ASSERT_EQ(events(request).size(), 1u);
  EXPECT_EQ(events(request)[0].kind(), proto::Event::SESSION_UP);
}

TEST_P(HistoryApi, WhoFollowsGetsOnlyWhatIsNew) {
  receive(GetParam().first);
  proto::ListEvents request;
  request.set_newest(true);
  Replies replies;
  handle_events(request, backend_, replies);
  EXPECT_THAT(replies.at(0).events().events(), IsEmpty());
  request.clear_newest();
  request.set_after(replies.at(0).events().last());
  EXPECT_THAT(events(request), IsEmpty());

  receive(GetParam().second);

  ASSERT_EQ(events(request).size(), 1u);
  EXPECT_EQ(prefix_from(events(request)[0].prefix()), prefix(GetParam().second));
}

TEST_P(HistoryApi, ManyEventsComeInPages) {
  for (int i = 0; i < 70'000; ++i) backend_.engine().note_session({.neighbor = "a"}, backend_.time);
  backend_.engine().note_session({.neighbor = "b"}, backend_.time);
  EXPECT_EQ(events({}).size(), 70'001u);

  proto::ListEvents request;
  request.set_neighbor("b");
  EXPECT_EQ(events(request).size(), 1u);
}

TEST_P(HistoryApi, TheRoutesOfAMomentAreThoseOfThen) {
  receive(GetParam().first);   // goes
  receive(GetParam().second);  // stays
  backend_.time += 60s;
  withdraw(GetParam().first);
  receive(GetParam().third);  // comes
  backend_.time += 60s;

  for (const std::uint32_t limit : {0u, 1u, 2u}) {
    EXPECT_THAT(routes_at(0s, limit), ElementsAre(GetParam().second, GetParam().third)) << limit;
    EXPECT_THAT(routes_at(90s, limit), ElementsAre(GetParam().first, GetParam().second)) << limit;
    EXPECT_THAT(routes_at(120500ms, limit), IsEmpty()) << limit;
  }
}

TEST_P(HistoryApi, ARouteOfAMomentSaysFromWhenTillWhen) {
  receive(GetParam().first);
  backend_.time += 60s;
  withdraw(GetParam().first);
  backend_.time += 60s;
  proto::ListRoutesAt request;
  put_prefix(prefix(GetParam().first), *request.mutable_prefix());
  request.set_ms(90'000);
  Replies replies;
  handle_routes_at(request, {}, backend_, replies);

  ASSERT_EQ(replies.at(0).routes_at().routes_size(), 1);
  const auto& route = replies.at(0).routes_at().routes(0);
  EXPECT_EQ(route.neighbor(), "192.168.77.2");
  EXPECT_EQ(address_from(route.next_hop()), rib::IpAddress::parse(GetParam().next_hop));
  EXPECT_EQ(route.since_ms(), 120'000u);
  EXPECT_EQ(route.until_ms(), 60'000u);
}

TEST_P(HistoryApi, ARouteOfAFirstTableWasThereFromThenOn) {
  backend_.time += 30s;
  receive_table(GetParam().first);
  const auto without = routes_at(10s).size();
  backend_.time += 60s;
  EXPECT_THAT(routes_at(30s), testing::Contains(GetParam().first));
  withdraw(GetParam().first);
  backend_.time += 60s;
  receive(GetParam().first);
  backend_.time += 60s;

  EXPECT_EQ(without, 0u);
  EXPECT_THAT(routes_at(190s), testing::Not(testing::Contains(GetParam().first)));
  EXPECT_THAT(routes_at(150s), testing::Contains(GetParam().first));
  EXPECT_THAT(routes_at(90s), testing::Not(testing::Contains(GetParam().first)));
  EXPECT_THAT(routes_at(30s), testing::Contains(GetParam().first));
}

TEST_P(HistoryApi, ARouteOfAFirstTableSaysThatItWasLearned) {
  receive_table(GetParam().first);
  backend_.time += 60s;
  proto::ListEvents request;
  put_prefix(prefix(GetParam().first), *request.mutable_prefix());

  ASSERT_EQ(events(request).size(), 1u);
  EXPECT_EQ(events(request)[0].kind(), proto::Event::BEST);
  EXPECT_EQ(events(request)[0].cause(), proto::Event::LEARNED);
  EXPECT_EQ(events(request)[0].neighbor(), "192.168.77.2");
  EXPECT_EQ(events(request)[0].ms(), 60'000u);

  withdraw(GetParam().first);
  ASSERT_EQ(events(request).size(), 1u);
  EXPECT_EQ(events(request)[0].before(), "192.168.77.2");
}

TEST_P(HistoryApi, BeforeTheBeginningNothingIsClaimed) {
  receive(GetParam().first);
  proto::ListRoutesAt request;
  request.set_ms(3'600'000);
  Replies replies;

  EXPECT_EQ(handle_routes_at(request, {}, backend_, replies).code(), proto::Done::NOT_FOUND);
}

}  // namespace
}  // namespace bgpd::api
