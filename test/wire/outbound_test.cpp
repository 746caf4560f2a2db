#include "bgpd/update/outbound.hpp"

#include <gtest/gtest.h>

#include <random>

#include "bgpd/wire/route_refresh.hpp"
#include "bgpd/wire/update.hpp"
#include "test/wire/support.hpp"

namespace bgpd::update {
namespace {

using rib::Audience;
using rib::Family;
using rib::PeerHandle;
using test::address;
using test::Bytes;
using test::nlri;
using test::operator+;

constexpr rib::GroupId kGroup4 = 4, kGroup6 = 6;
constexpr PeerHandle kOne{1, 1}, kTwo{2, 1};

rib::ExportProfile group_profile(Family family, std::uint16_t maximum = 4096) {
  rib::ExportProfile p;
  p.family = family;
  p.type = rib::PeerType::Internal;
  p.maximum_message_size = maximum;
  return p;
}

rib::PathAttributes attributes_with_med(std::uint32_t med = 0, Family family = Family::Ipv4Unicast) {
  rib::PathAttributes a;
  a.next_hop = family == Family::Ipv4Unicast ? address("10.0.0.1") : address("2001:db8::1");
  a.local_pref = 100;
  a.med = med;
  return a;
}

class OutboundTest : public testing::Test {
 protected:
  OutboundTest() : OutboundTest(Outbound::Options{}) {}
  explicit OutboundTest(Outbound::Options options)
      : outbound_({.writable = [this](PeerHandle peer) { writable_.push_back(peer); },
                   .fell_behind = nullptr,
                   .caught_up = nullptr,
                   .member_lagging = nullptr,
                   .walk_possible = nullptr,
                   .unsendable =
                       [this](rib::GroupId, std::span<const rib::Nlri> prefixes) {
                         unsendable_.insert(unsendable_.end(), prefixes.begin(), prefixes.end());
                       },
                   .fib_changes =
                       [this](std::span<const rib::FibChange> changes) { fib_changes_ += changes.size(); },
                   .fib_moved = nullptr,
                   .notice = [this](const rib::Notice&) { ++notices_; }},
                  options) {
    outbound_.group_opened(kGroup4, group_profile(Family::Ipv4Unicast));
    outbound_.group_opened(kGroup6, group_profile(Family::Ipv6Unicast));
  }

  void announce(std::vector<rib::Nlri> list, std::uint32_t med = 0, Audience audience = {}) {
    outbound_.announce(kGroup4, audience, attributes_with_med(med), list);
  }
  void announce6(std::vector<rib::Nlri> list) {
    outbound_.announce(kGroup6, {}, attributes_with_med(0, Family::Ipv6Unicast), list);
  }

  /// What the peer would write now, `maximum` octets of it written; 0: all.
  Bytes write(PeerHandle peer, std::size_t maximum = SIZE_MAX) {
    Bytes octets;
    for (const auto& range : outbound_.fill(peer)) octets.insert(octets.end(), range.begin(), range.end());
    octets.resize(std::min(octets.size(), maximum));
    written_ += outbound_.consume(peer, octets.size());
    return octets;
  }
  Bytes write_all(PeerHandle peer) {
    Bytes all;
    for (auto octets = write(peer); !octets.empty(); octets = write(peer)) all = all + octets;
    return all;
  }

  /// "+10.0.0.0/8 -10.1.0.0/16 eor", messages separated by "|".
  static std::string text_of(const Bytes& octets) {
    wire::DecodeContext context;
    context.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
    std::string text;
    std::size_t size = 0;
    for (const auto& message : test::split_messages(octets)) {
      size += message.size();
      wire::DecodedUpdate update;
      if (message[18] == 5) {  // ROUTE-REFRESH
        text += (text.empty() ? "" : " |") + std::string(message[21] == 1 ? " borr" : " eorr") +
                char('0' + message[20]);
        continue;
      }
      if (!wire::decode_update(test::body_of(message), context, update)) return "malformed";
      if (!text.empty()) text += " |";
      for (const auto& part : update.updates()) {
        for (const auto& one : part.withdrawn) text += " -" + one.prefix.to_string();
        for (const auto& one : part.announced) text += " +" + one.prefix.to_string();
      }
      if (update.end_of_rib()) text += update.end_of_rib() == Family::Ipv4Unicast ? " eor4" : " eor6";
    }
    return size == octets.size() ? text : text + " and a part";
  }

  std::vector<PeerHandle> writable_;
  std::vector<rib::Nlri> unsendable_;
  std::size_t fib_changes_ = 0, notices_ = 0;
  Completed written_;
  Outbound outbound_;
};

TEST_F(OutboundTest, AnnouncesAndWithdrawsToTheMembers) {
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.0.0.0/8")});
  outbound_.withdraw(kGroup4, {}, std::vector{nlri("10.0.0.0/8")});

  EXPECT_EQ(text_of(write_all(kOne)), " +10.0.0.0/8 | -10.0.0.0/8");
}

TEST_F(OutboundTest, SharesMessagesBetweenEqualAttributesInARow) {
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.1.0.0/16")}, 1);
  announce({nlri("10.2.0.0/16")}, 1);
  announce({nlri("10.3.0.0/16")}, 2);
  announce({nlri("10.4.0.0/16")}, 1);

  EXPECT_EQ(text_of(write_all(kOne)), " +10.1.0.0/16 +10.2.0.0/16 | +10.3.0.0/16 | +10.4.0.0/16");
  EXPECT_EQ(written_.updates, 3u);
}

TEST_F(OutboundTest, DoesNotShareMessagesBetweenAudiences) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.member_joined(kGroup4, kTwo, 1);
  announce({nlri("10.1.0.0/16")}, 1, {.except = kOne.index});
  announce({nlri("10.2.0.0/16")}, 1);

  EXPECT_EQ(text_of(write_all(kOne)), " +10.2.0.0/16");
  EXPECT_EQ(text_of(write_all(kTwo)), " +10.1.0.0/16 | +10.2.0.0/16");
}

TEST_F(OutboundTest, KeepsTheOrderOfAnnouncementsAndWithdraws) {
  outbound_.member_joined(kGroup4, kOne, 1);
  const std::vector list{nlri("10.0.0.0/8")};
  announce(list, 1);
  outbound_.withdraw(kGroup4, {}, list);
  announce(list, 1);

  EXPECT_EQ(text_of(write_all(kOne)), " +10.0.0.0/8 | -10.0.0.0/8 | +10.0.0.0/8");
}

TEST_F(OutboundTest, CohortGetsItsTableAndEndOfRib) {  // RFC 4724 §2
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.member_joined(kGroup4, kTwo, 2);
  announce({nlri("10.0.0.0/8")}, 0, {.kind = Audience::Kind::Cohort, .cohort = 2});
  outbound_.end_of_rib(kGroup4, 2);

  EXPECT_EQ(text_of(write_all(kOne)), "");
  EXPECT_EQ(text_of(write_all(kTwo)), " +10.0.0.0/8 | eor4");
}

// --- enhanced route refresh, RFC 7313 §4
// --------------------------------------------------------------------

TEST_F(OutboundTest, ARefreshStandsBetweenItsMarks) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.member_joined(kGroup4, kTwo, 1);
  outbound_.mark_refreshes(kOne);
  outbound_.end_of_rib(kGroup4, 1);

  outbound_.member_joined(kGroup4, kOne, 2);
  announce({nlri("10.0.0.0/8")}, 0, {.kind = Audience::Kind::Cohort, .cohort = 2});
  outbound_.end_of_rib(kGroup4, 2);

  EXPECT_EQ(text_of(write_all(kOne)), " eor4 | borr1 | +10.0.0.0/8 | eorr1");
  EXPECT_EQ(text_of(write_all(kTwo)), " eor4");
}

TEST_F(OutboundTest, MarksAreCountedAsRouteRefreshesHoweverTheyAreWritten) {
  for (const std::size_t step : {1u, 20u, 5000u}) {
    written_ = {};
    outbound_.member_joined(kGroup4, kOne, 1);
    outbound_.mark_refreshes(kOne);
    outbound_.end_of_rib(kGroup4, 1);
    outbound_.member_joined(kGroup4, kOne, 2);
    announce({nlri("10.0.0.0/8")}, 0, {.kind = Audience::Kind::Cohort, .cohort = 2});
    outbound_.end_of_rib(kGroup4, 2);

    while (!write(kOne, step).empty()) {
    }

    EXPECT_EQ(written_, (Completed{.updates = 2, .route_refreshes = 2})) << step;
    outbound_.member_left(kGroup4, kOne);
    outbound_.forget(kOne);
  }
}

TEST_F(OutboundTest, MarksOfAGroupThatWasLeftAreCountedToo) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.mark_refreshes(kOne);
  outbound_.end_of_rib(kGroup4, 1);
  outbound_.member_joined(kGroup4, kOne, 2);
  outbound_.end_of_rib(kGroup4, 2);
  outbound_.member_moved(kGroup4, kGroup4, kOne, 3);

  write_all(kOne);

  EXPECT_EQ(written_.route_refreshes, 2u);
}

TEST_F(OutboundTest, AnIpv6RefreshNamesItsFamily) {
  outbound_.member_joined(kGroup6, kOne, 1);
  outbound_.mark_refreshes(kOne);
  outbound_.end_of_rib(kGroup6, 1);
  outbound_.member_joined(kGroup6, kOne, 2);
  outbound_.end_of_rib(kGroup6, 2);

  const auto octets = write_all(kOne);
  const auto messages = test::split_messages(octets);
  ASSERT_EQ(messages.size(), 3u);
  EXPECT_EQ(messages[1], wire::encode_route_refresh({2, 1, 1}));
  EXPECT_EQ(messages[2], wire::encode_route_refresh({2, 2, 1}));
}

TEST_F(OutboundTest, WithoutTheCapabilityARefreshIsTheTableAlone) {  // RFC 2918
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.end_of_rib(kGroup4, 1);
  outbound_.member_joined(kGroup4, kOne, 2);
  announce({nlri("10.0.0.0/8")}, 0, {.kind = Audience::Kind::Cohort, .cohort = 2});
  outbound_.end_of_rib(kGroup4, 2);

  EXPECT_EQ(text_of(write_all(kOne)), " eor4 | +10.0.0.0/8");
}

TEST_F(OutboundTest, ARefreshAskedForDuringTheFirstTableBeginsBehindItsEndOfRib) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.mark_refreshes(kOne);
  outbound_.member_joined(kGroup4, kOne, 2);
  announce({nlri("10.0.0.0/8")}, 0, {.kind = Audience::Kind::Cohort, .cohort = 1});
  outbound_.end_of_rib(kGroup4, 1);
  announce({nlri("10.0.0.0/8")}, 0, {.kind = Audience::Kind::Cohort, .cohort = 2});
  outbound_.end_of_rib(kGroup4, 2);

  EXPECT_EQ(text_of(write_all(kOne)), " +10.0.0.0/8 | eor4 | borr1 | +10.0.0.0/8 | eorr1");
}

TEST_F(OutboundTest, OfSeveralRequestsTheLastTableEndsTheOneRefresh) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.mark_refreshes(kOne);
  outbound_.end_of_rib(kGroup4, 1);
  outbound_.member_joined(kGroup4, kOne, 2);
  outbound_.member_joined(kGroup4, kOne, 3);
  outbound_.end_of_rib(kGroup4, 2);
  outbound_.end_of_rib(kGroup4, 3);

  EXPECT_EQ(text_of(write_all(kOne)), " eor4 | borr1 | eorr1");
}

TEST_F(OutboundTest, ARequestBeforeTheFirstTableIsAnsweredByThat) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.mark_refreshes(kOne);
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.end_of_rib(kGroup4, 1);

  EXPECT_EQ(text_of(write_all(kOne)), " eor4");
}

TEST_F(OutboundTest, ARefreshThatBeganInOneGroupEndsInTheNext) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.mark_refreshes(kOne);
  outbound_.end_of_rib(kGroup4, 1);
  outbound_.member_joined(kGroup4, kOne, 2);
  EXPECT_EQ(text_of(write_all(kOne)), " eor4 | borr1");

  outbound_.member_left(kGroup4, kOne);
  outbound_.group_opened(9, group_profile(Family::Ipv4Unicast));
  outbound_.member_joined(9, kOne, 3);
  outbound_.end_of_rib(9, 3);

  EXPECT_EQ(text_of(write_all(kOne)), " eorr1");
}

TEST_F(OutboundTest, MemberOfTwoFamiliesWritesBoth) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.member_joined(kGroup6, kOne, 1);
  announce({nlri("10.0.0.0/8")});
  announce6({nlri("2001:db8::/32")});
  outbound_.end_of_rib(kGroup6, 1);

  EXPECT_EQ(text_of(write_all(kOne)), " +10.0.0.0/8 | +2001:db8::/32 | eor6");
}

TEST_F(OutboundTest, MessageWrittenInPartIsEndedBeforeTheOtherFamily) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.member_joined(kGroup6, kOne, 1);
  for (const std::size_t step : {1u, 10u, 33u, 60u}) {
    for (std::uint32_t i = 0; i < 5; ++i) {
      announce({nlri("10.0.0.0/8")}, i);
      announce6({nlri("2001:db8::/32")});
    }
    Bytes all;
    for (auto octets = write(kOne, step); !octets.empty(); octets = write(kOne, step)) all = all + octets;

    const auto text = text_of(all);
    EXPECT_EQ(text.find("part"), std::string::npos) << text;
    EXPECT_EQ(text.find("malformed"), std::string::npos) << text;
  }
}

TEST_F(OutboundTest, MessageWrittenInPartIsEndedAfterAChangeOfGroup) {
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.0.0.0/8"), nlri("10.1.0.0/16")});
  auto all = write(kOne, 30);
  EXPECT_FALSE(outbound_.rest_of_message(kOne).empty());

  outbound_.member_left(kGroup4, kOne);
  outbound_.group_opened(9, group_profile(Family::Ipv4Unicast));
  outbound_.member_joined(9, kOne, 1);
  outbound_.announce(9, {}, attributes_with_med(), std::vector{nlri("10.2.0.0/16")});

  all = all + write_all(kOne);
  EXPECT_EQ(text_of(all), " +10.0.0.0/8 +10.1.0.0/16 | +10.2.0.0/16");
  EXPECT_TRUE(outbound_.rest_of_message(kOne).empty());
  EXPECT_EQ(written_.updates, 2u);
}

TEST_F(OutboundTest, TellsOnceThatAPeerMayWrite) {
  outbound_.member_joined(kGroup4, kOne, 1);
  outbound_.member_joined(kGroup4, kTwo, 1);
  announce({nlri("10.1.0.0/16")}, 1, {.except = kTwo.index});
  announce({nlri("10.2.0.0/16")}, 2, {.except = kTwo.index});
  EXPECT_EQ(writable_, (std::vector{kOne}));

  write_all(kOne);
  announce({nlri("10.3.0.0/16")}, 3);
  EXPECT_EQ(writable_, (std::vector{kOne, kOne, kTwo}));
}

TEST_F(OutboundTest, TellsAgainOnlyAfterAllWasWritten) {
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.1.0.0/16")}, 1);
  const auto begun = write(kOne, 30);
  announce({nlri("10.2.0.0/16")}, 2);

  EXPECT_EQ(writable_.size(), 1u);
  EXPECT_EQ(text_of(begun + write_all(kOne)), " +10.1.0.0/16 | +10.2.0.0/16");
  EXPECT_FALSE(outbound_.has_output(kOne));
}

TEST_F(OutboundTest, MemberThatLeftGetsNothing) {
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.0.0.0/8")});
  outbound_.member_left(kGroup4, kOne);

  EXPECT_TRUE(write_all(kOne).empty());
  EXPECT_FALSE(outbound_.has_output(kOne));
}

TEST_F(OutboundTest, HandleOfAnEarlierSessionIsIgnored) {
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.0.0.0/8")});
  const PeerHandle again{kOne.index, kOne.generation + 1};
  outbound_.member_joined(kGroup4, again, 2);
  announce({nlri("10.1.0.0/16")}, 5);

  EXPECT_TRUE(write_all(kOne).empty());
  EXPECT_EQ(text_of(write_all(again)), " +10.1.0.0/16");
}

TEST_F(OutboundTest, ClosedGroupEndsItsMembers) {
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.0.0.0/8")});
  outbound_.group_closed(kGroup4);
  announce({nlri("10.0.0.0/8")});

  EXPECT_TRUE(write_all(kOne).empty());
}

TEST_F(OutboundTest, PrefixesWithoutRoomAreWithdrawn) {  // RFC 4271 §9.2: the old route must not stay
  outbound_.member_joined(kGroup4, kOne, 1);
  announce({nlri("10.0.0.0/8")});
  auto bulky = attributes_with_med();
  bulky.rare.edit().unknown_transitive =
      rib::CompactArray<std::uint8_t>(test::attribute(0xe0, 200, Bytes(4090, 1)));
  outbound_.announce(kGroup4, {}, bulky, std::vector{nlri("10.0.0.0/8")});

  EXPECT_EQ(text_of(write_all(kOne)), " +10.0.0.0/8 | -10.0.0.0/8");
  EXPECT_EQ(unsendable_, (std::vector{nlri("10.0.0.0/8")}));
}

TEST_F(OutboundTest, NothingIsEncodedForNobody) {
  announce({nlri("10.0.0.0/8")});
  outbound_.member_joined(kGroup4, kOne, 1);

  EXPECT_TRUE(write_all(kOne).empty());
  EXPECT_EQ(outbound_.memory(), 0u);
}

TEST_F(OutboundTest, HandsOnWhatIsNotForPeers) {
  outbound_.fib_changes(std::vector<rib::FibChange>(3));
  outbound_.notice(rib::Notice{rib::Notice::Kind::DuplicateSubnet, {}, {}, 0, {}});

  EXPECT_EQ(fib_changes_, 3u);
  EXPECT_EQ(notices_, 1u);
}

/// "+10.0.3.0/24@7": what one message does, with the MED that numbers it.
std::vector<std::string> events_of(const Bytes& octets, Family family) {
  wire::DecodeContext context;
  context.families = {Family::Ipv4Unicast, Family::Ipv6Unicast};
  std::vector<std::string> events;
  wire::DecodedUpdate update;
  for (const auto& message : test::split_messages(octets)) {
    if (!wire::decode_update(test::body_of(message), context, update)) return {"malformed"};
    for (const auto& part : update.updates()) {
      if (part.family != family) continue;
      for (const auto& one : part.withdrawn) events.push_back('-' + one.prefix.to_string());
      for (const auto& one : part.announced)
        events.push_back('+' + one.prefix.to_string() + '@' + std::to_string(*part.attributes->med));
    }
  }
  return events;
}

TEST_F(OutboundTest, EveryMemberReadsItsPartOfARandomSequenceInOrder) {
  constexpr std::size_t kPeers = 4;
  for (unsigned seed = 0; seed < 20; ++seed) {
    SCOPED_TRACE(testing::Message() << "seed " << seed);
    std::mt19937 random(seed);
    const auto below = [&](std::size_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    std::vector<PeerHandle> peers;
    for (std::uint32_t i = 0; i < kPeers; ++i) {
      peers.push_back({i, seed + 1});
      outbound_.member_joined(kGroup4, peers[i], seed * 10 + i % 2);
      outbound_.member_joined(kGroup6, peers[i], seed * 10 + i % 2);
    }
    std::vector<std::string> expected[kPeers][rib::kFamilyCount];
    Bytes written[kPeers];

    for (unsigned step = 0; step < 2000; ++step) {
      const auto family = rib::kFamilies[below(2)];
      const auto group = family == Family::Ipv4Unicast ? kGroup4 : kGroup6;
      Audience audience{.kind = static_cast<Audience::Kind>(below(3)), .cohort = seed * 10 + below(2)};
      if (below(2)) audience.except = below(kPeers);
      audience.only = below(kPeers);
      const auto med = below(3);
      std::vector<rib::Nlri> list;
      for (auto count = 1 + below(5); count > 0; --count)
        list.push_back(
            nlri((family == Family::Ipv4Unicast ? "10.0." + std::to_string(below(200)) + ".0/24"
                                                : "2001:db8:" + std::to_string(below(200)) + "::/48")));
      const bool announces = below(3) > 0;
      if (announces)
        outbound_.announce(group, audience, attributes_with_med(med, family), list);
      else
        outbound_.withdraw(group, audience, list);
      for (std::uint32_t i = 0; i < kPeers; ++i) {
        const bool sees = audience.kind == Audience::Kind::Only ? audience.only == i
                          : audience.kind == Audience::Kind::Cohort
                              ? audience.except != i && audience.cohort == seed * 10 + i % 2
                              : audience.except != i;
        for (const auto& one : list)
          if (sees)
            expected[i][rib::index_of(family)].push_back(announces ? '+' + one.prefix.to_string() + '@' +
                                                                         std::to_string(med)
                                                                   : '-' + one.prefix.to_string());
      }
      if (const auto i = below(kPeers * 2); i < kPeers)
        written[i] = written[i] + write(peers[i], below(3000));
    }
    for (std::uint32_t i = 0; i < kPeers; ++i) {
      written[i] = written[i] + write_all(peers[i]);
      EXPECT_FALSE(outbound_.has_output(peers[i]));
      for (const auto family : rib::kFamilies)
        EXPECT_EQ(events_of(written[i], family), expected[i][rib::index_of(family)]) << "peer " << i;
    }
    EXPECT_EQ(outbound_.backlog(peers[0]).octets, 0u);
  }
}

TEST_F(OutboundTest, AMemberThatMovesReadsWhatItsFormerGroupSaidFirst) {
  outbound_.group_opened(9, group_profile(Family::Ipv4Unicast));
  for (const auto peer : {kOne, kTwo}) outbound_.member_joined(kGroup4, peer, 1);
  announce({nlri("10.0.0.0/8")});
  outbound_.withdraw(kGroup4, {}, std::vector{nlri("10.1.0.0/16")});

  outbound_.member_moved(kGroup4, 9, kOne, 2);
  announce({nlri("10.2.0.0/16")});
  outbound_.announce(9, {.kind = Audience::Kind::Cohort, .cohort = 2}, attributes_with_med(),
                     std::vector{nlri("10.3.0.0/16")});
  outbound_.cohort_done(9, 2);

  EXPECT_EQ(text_of(write_all(kOne)), " +10.0.0.0/8 | -10.1.0.0/16 | +10.3.0.0/16");
  EXPECT_EQ(written_.updates, 3u);
  EXPECT_EQ(text_of(write_all(kTwo)), " +10.0.0.0/8 | -10.1.0.0/16 | +10.2.0.0/16");
}

TEST_F(OutboundTest, MovesNeitherTearNorReorderMessages) {
  constexpr rib::GroupId kGroups[] = {kGroup4, 9};
  outbound_.group_opened(9, group_profile(Family::Ipv4Unicast));
  for (unsigned seed = 0; seed < 20; ++seed) {
    std::mt19937 random(seed);
    const auto below = [&](std::size_t limit) { return static_cast<std::uint32_t>(random() % limit); };
    const PeerHandle peer{1, seed + 1};
    std::size_t in = 0;
    std::vector<std::string> expected[rib::kFamilyCount];
    Bytes written;
    written_ = {};
    outbound_.member_joined(kGroup4, peer, 1);
    outbound_.member_joined(kGroup6, peer, 1);

    for (unsigned step = 0; step < 1000; ++step) {
      const auto med = below(3);
      if (below(3) == 0) {
        const auto one = nlri("2001:db8:" + std::to_string(below(200)) + "::/48");
        outbound_.announce(kGroup6, {}, attributes_with_med(med, Family::Ipv6Unicast), std::vector{one});
        expected[1].push_back('+' + one.prefix.to_string() + '@' + std::to_string(med));
      } else {
        const auto to = below(2);
        const auto one = nlri("10.0." + std::to_string(below(200)) + ".0/24");
        outbound_.announce(kGroups[to], {}, attributes_with_med(med), std::vector{one});
        if (to == in) expected[0].push_back('+' + one.prefix.to_string() + '@' + std::to_string(med));
      }
      if (below(8) == 0) {
        outbound_.member_moved(kGroups[in], kGroups[1 - in], peer, step);
        outbound_.cohort_done(kGroups[1 - in], step);
        in = 1 - in;
      }
      if (below(3) == 0) written = written + write(peer, below(300));
    }
    written = written + write_all(peer);

    for (const auto family : rib::kFamilies)
      EXPECT_EQ(events_of(written, family), expected[rib::index_of(family)]) << "seed " << seed;
    EXPECT_EQ(written_.updates, test::split_messages(written).size());
    EXPECT_EQ(outbound_.backlog(peer).octets, 0u);
  }
}

}  // namespace
}  // namespace bgpd::update
