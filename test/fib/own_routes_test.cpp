// The reconciler without a kernel: the test is the kernel, reads the batches and answers them.
#include "fib/own_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <cerrno>
#include <map>
#include <string>
#include <vector>

#include "test/support/addresses.hpp"

namespace fib {
namespace {

using namespace std::chrono_literals;
using testing::ElementsAre;
using testing::IsEmpty;

using ::test::prefix;

rib::FibRoute via(const std::string& gateway) {
  rib::NextHop hop;
  hop.gateway = rib::IpAddress::parse(gateway);
  hop.interface_index = 3;
  return {rib::RouteType::Unicast, {hop}};
}

class OwnRoutesTest : public testing::Test {
 protected:
  void desire(const std::string& text, const std::string& gateway) {
    own_.desire({prefix(text), via(gateway)});
  }
  void withdraw(const std::string& text) { own_.desire({prefix(text), std::nullopt}); }

  std::string route_line(const nlmsghdr& header) {
    RouteMessage message;
    EXPECT_TRUE(parse_route(header, message));
    const char* verb = message.is_removal ? "remove " : message.is_replacement ? "replace " : "create ";
    auto line = verb + message.prefix.to_string();
    if (message.object != kNoObject) return line + " by " + objects_[message.object];
    if (!message.is_removal && !message.route.next_hops.empty())
      line += " " + message.route.next_hops.front().gateway->to_string();
    return line;
  }

  /// "object 192.0.2.2", "object (192.0.2.2 x1, 192.0.2.3 x2)".
  std::string object_line(const nlmsghdr& header) {
    NextHopMessage message;
    EXPECT_TRUE(parse_next_hop(header, message));
    auto& name = objects_[message.id];
    if (message.object.members.empty()) {
      name = message.object.hop.gateway->to_string();
    } else {
      name.clear();
      for (const auto& [id, weight] : message.object.members)
        name += (name.empty() ? "(" : ", ") + objects_[id] + " x" + std::to_string(weight);
      name += ")";
    }
    last_object_ = message.id;
    return "object " + name;
  }

  /// One batch, as lines: "create 10.1.0.0/24 192.0.2.2", "replace …", "remove 10.1.0.0/24". Each message
  /// whose line begins with a key of `errors` fails so.
  std::vector<std::string> write(const std::map<std::string, int>& errors = {}) {
    own_.fill(batch_);
    std::vector<std::string> lines;
    MessageRange messages(batch_.datagram());
    while (const auto* header = messages.next()) {
      auto line = header->nlmsg_type == RTM_NEWNEXTHOP ? object_line(*header) : route_line(*header);
      for (const auto& [start, error] : errors)
        if (line.starts_with(start))
          batch_.answer(
              {.sequence = header->nlmsg_seq, .type = header->nlmsg_type, .error = error, .text = words_});
      lines.push_back(std::move(line));
    }
    if (!batch_.empty()) own_.complete(batch_, now_);
    return lines;
  }

  /// "10.1.0.0/24 installed", "10.1.0.0/24 gone", "10.1.0.0/24 error 101 why".
  std::vector<std::string> results() {
    std::vector<std::string> lines;
    for (const auto& result : own_.take_results()) {
      auto line = result.prefix.to_string() + (result.installed ? " installed" : " gone");
      if (result.error != 0) line += " error " + std::to_string(result.error) + " " + result.text;
      lines.push_back(std::move(line));
    }
    return lines;
  }

  void told(const std::string& text, const std::string& gateway, bool is_removal, std::uint32_t sender = 99) {
    RouteMessage message;
    message.is_removal = is_removal;
    message.sender = sender;
    message.prefix = prefix(text);
    message.route = via(gateway);
    own_.changed_by_others(message, now_);
  }

  void scan(const std::vector<std::pair<std::string, std::string>>& found, rib::Afi afi = rib::Afi::Ipv4) {
    own_.begin_scan({.afi = afi});
    for (const auto& [text, gateway] : found) {
      RouteMessage message;
      message.prefix = prefix(text);
      message.route = via(gateway);
      own_.found(message);
    }
    own_.end_scan(now_);
  }

  std::map<ObjectId, std::string> objects_;
  ObjectId last_object_ = kNoObject;
  std::string words_ = "why";  // of the kernel when it refuses
  OwnRoutes own_{RouteLocation{}, true};
  OwnRoutes::Batch batch_;
  Clock::time_point now_{1h};
};

TEST_F(OwnRoutesTest, WritesOnceAndAnswersOnce) {
  desire("10.1.0.0/24", "192.0.2.2");

  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed"));
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_THAT(results(), IsEmpty());
}

TEST_F(OwnRoutesTest, TheNewestWishWinsAndTheOthersAreNeverWritten) {
  desire("10.1.0.0/24", "192.0.2.2");
  withdraw("10.1.0.0/24");
  desire("10.1.0.0/24", "192.0.2.3");
  desire("10.2.0.0/24", "192.0.2.2");
  withdraw("10.2.0.0/24");

  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.3"));
  EXPECT_THAT(results(), testing::UnorderedElementsAre("10.1.0.0/24 installed", "10.2.0.0/24 gone"));
  EXPECT_EQ(own_.size(), 1u) << "a withdrawn prefix leaves nothing";
}

TEST_F(OwnRoutesTest, ReplacesInPlaceAndRemoves) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  desire("10.1.0.0/24", "192.0.2.3");
  EXPECT_THAT(write(), ElementsAre("replace 10.1.0.0/24 192.0.2.3"));
  withdraw("10.1.0.0/24");
  EXPECT_THAT(write({{"remove", ESRCH}}), ElementsAre("remove 10.1.0.0/24")) << "gone is gone";

  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed", "10.1.0.0/24 installed", "10.1.0.0/24 gone"));
  EXPECT_EQ(own_.size(), 0u);
}

TEST_F(OwnRoutesTest, ARouteThatIsThereIsAnsweredWithoutAWrite) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  results();

  desire("10.1.0.0/24", "192.0.2.2");

  EXPECT_THAT(write(), IsEmpty());
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed"));
}

TEST_F(OwnRoutesTest, OneFailureOfABatchIsOnlyItsOwn) {
  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "203.0.113.9");
  desire("10.3.0.0/24", "192.0.2.2");

  write({{"create 10.2", ENETUNREACH}});

  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed", "10.2.0.0/24 gone error 101 why",
                                     "10.3.0.0/24 installed"));
}

TEST_F(OwnRoutesTest, AFailedRouteIsTriedAgainWithGrowingPauses) {
  desire("10.1.0.0/24", "192.0.2.2");
  write({{"create", ENETUNREACH}});
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 gone error 101 why"));

  auto pause = 0s * 1.0;
  for (int i = 0; i < 12; ++i) {
    ASSERT_TRUE(own_.next_timer());
    EXPECT_GE(*own_.next_timer() - now_, pause);
    pause = *own_.next_timer() - now_;
    now_ = *own_.next_timer();
    own_.run_timers(now_);
    EXPECT_THAT(write({{"create", ENETUNREACH}}), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
    EXPECT_THAT(results(), IsEmpty()) << "nothing new";
  }
  EXPECT_LE(pause, 30s);

  own_.run_timers(*own_.next_timer());
  write();
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed"));
  EXPECT_FALSE(own_.next_timer()) << "idle means no timer";
}

TEST_F(OwnRoutesTest, AChangeOfTheSurroundingsTriesAgainAtOnce) {
  desire("10.1.0.0/24", "192.0.2.2");
  write({{"create", ENETUNREACH}});

  own_.surroundings_changed(now_);

  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
}

TEST_F(OwnRoutesTest, WithoutPrivilegeNothingIsTriedAgain) {
  desire("10.1.0.0/24", "192.0.2.2");
  write({{"create", EPERM}});

  EXPECT_TRUE(own_.is_privilege_missing());
  EXPECT_FALSE(own_.next_timer());
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 gone error 1 why"));
}

TEST_F(OwnRoutesTest, AFailedRemovalIsTriedAgainToo) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  withdraw("10.1.0.0/24");
  write({{"remove", EBUSY}});

  own_.run_timers(*own_.next_timer());
  EXPECT_THAT(write(), ElementsAre("remove 10.1.0.0/24"));
  EXPECT_EQ(own_.size(), 0u);
}

TEST_F(OwnRoutesTest, WhatOthersRemoveIsWrittenAgainAtOnceAndThenWithPauses) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  results();

  told("10.1.0.0/24", "192.0.2.2", true);
  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
  told("10.1.0.0/24", "192.0.2.2", true);
  EXPECT_THAT(write(), IsEmpty()) << "somebody fights for it";
  now_ = *own_.next_timer();
  own_.run_timers(now_);
  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
  EXPECT_EQ(own_.take_healed(), 2u);
}

TEST_F(OwnRoutesTest, WhatTheKernelRemovesIsWrittenAgainButNotCounted) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();

  told("10.1.0.0/24", "192.0.2.2", true, 0);

  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
  EXPECT_EQ(own_.take_healed(), 0u);
}

TEST_F(OwnRoutesTest, NewsOfARemovalMayBeOlderThanOurLastWrite) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  // Here somebody removes it, and before we hear of that:
  desire("10.1.0.0/24", "192.0.2.3");
  EXPECT_THAT(write(), ElementsAre("replace 10.1.0.0/24 192.0.2.3"));

  told("10.1.0.0/24", "192.0.2.2", true);
  withdraw("10.1.0.0/24");
  EXPECT_THAT(write(), ElementsAre("remove 10.1.0.0/24")) << "ours stands";
  EXPECT_THAT(write(), IsEmpty());
}

TEST_F(OwnRoutesTest, NewsOfARemovalMayBeOlderThanOurLastWriteAlsoWhileItWaits) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  told("10.1.0.0/24", "192.0.2.2", true);
  write();
  told("10.1.0.0/24", "192.0.2.2", true);  // the second so soon waits for the retry
  EXPECT_THAT(write(), IsEmpty());

  withdraw("10.1.0.0/24");
  EXPECT_THAT(write(), ElementsAre("remove 10.1.0.0/24"));
}

TEST_F(OwnRoutesTest, ARemovalOfWhatNobodyWantsIsForgotten) {
  scan({{"10.1.0.0/24", "192.0.2.2"}});
  told("10.1.0.0/24", "192.0.2.2", true);

  EXPECT_EQ(own_.size(), 0u);
  EXPECT_FALSE(own_.has_pending());
}

TEST_F(OwnRoutesTest, InheritedRoutesAreAdoptedReplacedOrSwept) {
  scan({{"10.1.0.0/24", "192.0.2.2"}, {"10.2.0.0/24", "192.0.2.2"}, {"10.3.0.0/24", "192.0.2.2"}});
  EXPECT_THAT(write(), IsEmpty()) << "finding is not wishing";

  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "192.0.2.3");
  EXPECT_THAT(write(), ElementsAre("replace 10.2.0.0/24 192.0.2.3"));
  own_.sweep_inherited();
  EXPECT_THAT(write(), ElementsAre("remove 10.3.0.0/24"));
  own_.sweep_inherited();
  EXPECT_THAT(write(), IsEmpty());

  EXPECT_THAT(results(), testing::UnorderedElementsAre("10.1.0.0/24 installed", "10.2.0.0/24 installed",
                                                       "10.3.0.0/24 gone"));
}

TEST_F(OwnRoutesTest, AScanFindsWhatIsMissingAndWhatDiffers) {
  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "192.0.2.2");
  desire("10.3.0.0/24", "192.0.2.2");
  desire("2001:db8:a::/48", "fe80::2");
  write();

  scan({{"10.1.0.0/24", "192.0.2.2"}, {"10.2.0.0/24", "192.0.2.9"}});

  EXPECT_THAT(write(),
              testing::UnorderedElementsAre("replace 10.2.0.0/24 192.0.2.2", "create 10.3.0.0/24 192.0.2.2"));
}

TEST_F(OwnRoutesTest, AnEventDuringAScanIsNewerThanWhatTheScanShows) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();

  own_.begin_scan({.afi = rib::Afi::Ipv4});
  told("10.1.0.0/24", "192.0.2.2", true);
  RouteMessage stale;
  stale.prefix = prefix("10.1.0.0/24");
  stale.route = via("192.0.2.2");
  own_.found(stale);
  own_.end_scan(now_);

  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
}

TEST_F(OwnRoutesTest, AScanOfOneInterfaceSaysNothingAboutOthers) {
  desire("10.1.0.0/24", "192.0.2.2");  // through interface 3
  write();

  own_.begin_scan({.afi = rib::Afi::Ipv4, .table = 254, .interface_index = 4});
  own_.end_scan(now_);
  EXPECT_FALSE(own_.has_pending());
  own_.begin_scan({.afi = rib::Afi::Ipv4, .table = 254, .interface_index = 3});
  own_.end_scan(now_);
  EXPECT_TRUE(own_.has_pending());
}

TEST_F(OwnRoutesTest, WhereAForeignRouteStandsNothingIsWrittenUntilItGoes) {
  own_.foreign_stands(prefix("10.1.0.0/24"), 4, false);
  desire("10.1.0.0/24", "192.0.2.2");
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_THAT(
      results(),
      ElementsAre(
          "10.1.0.0/24 gone error 17 a foreign route (protocol 4) with the same metric stands there"));

  own_.foreign_gone(prefix("10.1.0.0/24"));
  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed"));
}

TEST_F(OwnRoutesTest, AForeignRouteThatWeDidNotKnowOfIsNotReplaced) {
  desire("10.1.0.0/24", "192.0.2.2");
  EXPECT_THAT(write({{"create", EEXIST}}), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
  EXPECT_THAT(results(), IsEmpty()) << "its event is about to be read";

  own_.foreign_stands(prefix("10.1.0.0/24"), 16, false);
  EXPECT_THAT(write(), IsEmpty());
  EXPECT_EQ(results().size(), 1u);
}

TEST_F(OwnRoutesTest, ARouteOfOursThatWeDidNotKnowOfIsReplaced) {
  desire("10.1.0.0/24", "192.0.2.2");
  write({{"create", EEXIST}});

  EXPECT_THAT(write(), ElementsAre("replace 10.1.0.0/24 192.0.2.2"));
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed"));
}

TEST_F(OwnRoutesTest, AStaleRouteBesideAForeignOneGoes) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  own_.foreign_stands(prefix("10.1.0.0/24"), 4, false);
  write();
  desire("10.1.0.0/24", "192.0.2.3");

  EXPECT_THAT(write(), ElementsAre("remove 10.1.0.0/24"));
  EXPECT_THAT(write(), IsEmpty());
}

TEST_F(OwnRoutesTest, Ipv6GatewayAndBlackholeReplaceOneAnother) {
  desire("2001:db8:a::/48", "fe80::2");
  write();
  own_.desire({prefix("2001:db8:a::/48"), rib::FibRoute{rib::RouteType::Blackhole, {}}});

  EXPECT_THAT(write(), ElementsAre("replace 2001:db8:a::/48")) << "without a moment of no route";
  EXPECT_THAT(results(), ElementsAre("2001:db8:a::/48 installed", "2001:db8:a::/48 installed"));
}

TEST_F(OwnRoutesTest, LostAnswersMeanWritingAgainInSmallPortions) {
  for (int i = 0; i < 100; ++i) desire("10.1." + std::to_string(i) + ".0/24", "192.0.2.2");
  own_.fill(batch_);
  EXPECT_EQ(batch_.size(), 100u);
  batch_.lose_answers();
  own_.complete(batch_, now_);
  EXPECT_THAT(results(), IsEmpty());

  std::size_t first = 0, written = 0;
  while (own_.has_pending()) {
    const auto lines = write();
    if (first == 0) first = lines.size();
    written += lines.size();
  }
  EXPECT_EQ(first, 50u);
  EXPECT_EQ(written, 100u);
  EXPECT_EQ(results().size(), 100u);

  for (int i = 0; i < 100; ++i) withdraw("10.1." + std::to_string(i) + ".0/24");
  EXPECT_EQ(write().size(), 100u) << "what was answered makes the portions grow again";
}

TEST_F(OwnRoutesTest, AWriteWhoseAnswerIsLostMayHaveBeenDone) {
  desire("10.1.0.0/24", "192.0.2.2");
  own_.fill(batch_);
  batch_.lose_answers();
  own_.complete(batch_, now_);
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 gone error 105 No buffer space available"));

  withdraw("10.1.0.0/24");
  EXPECT_THAT(write(), ElementsAre("remove 10.1.0.0/24"));
  EXPECT_EQ(own_.size(), 0u);
}

TEST_F(OwnRoutesTest, AfterTheSweepNothingIsInherited) {
  own_.sweep_inherited();
  scan({{"10.1.0.0/24", "192.0.2.2"}});
  EXPECT_THAT(write(), ElementsAre("remove 10.1.0.0/24"));
  told("10.2.0.0/24", "192.0.2.2", false);
  EXPECT_THAT(write(), ElementsAre("remove 10.2.0.0/24"));
  EXPECT_EQ(own_.size(), 0u);
}

TEST_F(OwnRoutesTest, ADatagramStaysBelowSixtyFourKilobytes) {
  for (std::uint32_t i = 0; i < 5000; ++i)
    own_.desire({rib::Prefix(rib::IpAddress::v4(0x0a000000u + (i << 8)), 24), via("192.0.2.2")});

  std::size_t written = 0;
  while (own_.has_pending()) {
    own_.fill(batch_);
    EXPECT_LE(batch_.datagram().size(), 65536u);
    written += batch_.size();
    own_.complete(batch_, now_);
  }
  EXPECT_EQ(written, 5000u);
}

TEST_F(OwnRoutesTest, WithoutWritingEveryWishIsAnsweredAsNotInstalled) {
  OwnRoutes own(RouteLocation{}, false);
  own.desire({prefix("10.1.0.0/24"), via("192.0.2.2")});
  own.desire({prefix("10.2.0.0/24"), std::nullopt});

  own.fill(batch_);
  EXPECT_TRUE(batch_.empty());
  const auto results = own.take_results();
  ASSERT_EQ(results.size(), 2u);
  EXPECT_EQ(results[0].prefix, prefix("10.1.0.0/24"));
  EXPECT_FALSE(results[0].installed || results[1].installed);
}

TEST_F(OwnRoutesTest, AnotherPlaceMeansEverythingAnew) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  results();

  own_.relocate({.table = 100, .metric = 5, .protocol = 75});

  own_.fill(batch_);
  MessageRange messages(batch_.datagram());
  RouteMessage message;
  ASSERT_TRUE(parse_route(*messages.next(), message));
  EXPECT_EQ(message.table, 100u);
  EXPECT_EQ(message.metric, 5u);
  own_.complete(batch_, now_);
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed"));
}

TEST_F(OwnRoutesTest, ARestartIsAccountedFor) {
  scan({{"10.1.0.0/24", "192.0.2.2"},
        {"10.2.0.0/24", "192.0.2.2"},
        {"10.3.0.0/24", "192.0.2.2"},
        {"10.4.0.0/24", "192.0.2.2"}});
  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "192.0.2.3");
  desire("10.9.0.0/24", "192.0.2.2");
  withdraw("10.3.0.0/24");
  write();

  const auto ledger = own_.sweep_inherited();

  EXPECT_EQ(ledger.kept, 1u);
  EXPECT_EQ(ledger.changed, 1u);
  EXPECT_EQ(ledger.added, 1u);
  EXPECT_EQ(ledger.swept, 2u);
  EXPECT_THAT(write(), ElementsAre("remove 10.4.0.0/24"));
}

TEST_F(OwnRoutesTest, WhatADumpShowsOtherwiseIsCountedByCauseAndRepaired) {
  own_.sweep_inherited();
  for (const auto* text : {"10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"}) desire(text, "192.0.2.2");
  write();

  scan({{"10.1.0.0/24", "192.0.2.2"}, {"10.2.0.0/24", "192.0.2.9"}, {"10.5.0.0/24", "192.0.2.2"}});

  EXPECT_EQ(own_.repairs().missing, 1u);
  EXPECT_EQ(own_.repairs().different, 1u);
  EXPECT_EQ(own_.repairs().unwanted, 1u);
  EXPECT_THAT(write(), testing::UnorderedElementsAre("replace 10.2.0.0/24 192.0.2.2", "remove 10.5.0.0/24",
                                                     "create 10.3.0.0/24 192.0.2.2"));
  scan({{"10.1.0.0/24", "192.0.2.2"}, {"10.2.0.0/24", "192.0.2.2"}, {"10.3.0.0/24", "192.0.2.2"}});
  EXPECT_EQ(own_.repairs().missing + own_.repairs().different + own_.repairs().unwanted, 3u);
}

TEST_F(OwnRoutesTest, WithdrawingAllLeavesNothing) {
  scan({{"10.1.0.0/24", "192.0.2.2"}, {"10.2.0.0/24", "192.0.2.2"}});
  desire("10.2.0.0/24", "192.0.2.2");
  desire("10.3.0.0/24", "192.0.2.2");
  write();
  desire("10.4.0.0/24", "192.0.2.2");  // not written yet

  own_.withdraw_all();

  EXPECT_THAT(write(), testing::UnorderedElementsAre("remove 10.1.0.0/24", "remove 10.2.0.0/24",
                                                     "remove 10.3.0.0/24"));
  EXPECT_EQ(own_.size(), 0u);
}

// --- next-hop objects

class OwnRoutesByObjectTest : public OwnRoutesTest {
 protected:
  void SetUp() override {
    own_.use_next_hop_objects(true);
    dump({});
  }
  void dump(const std::vector<NextHopMessage>& standing) {
    own_.objects().begin_dump();
    for (auto message : standing) own_.objects().shown(std::move(message));
    own_.end_next_hop_dump();
  }
  static NextHopMessage standing(ObjectId id, const std::string& gateway, std::uint8_t protocol = 75) {
    NextHopMessage message;
    message.id = id;
    message.protocol = protocol;
    message.object.hop = via(gateway).next_hops.front();
    return message;
  }
};

TEST_F(OwnRoutesByObjectTest, AnObjectIsMadeOnceBeforeTheFirstRouteThatNamesIt) {
  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "192.0.2.2");
  EXPECT_THAT(write(), ElementsAre("object 192.0.2.2", "create 10.1.0.0/24 by 192.0.2.2",
                                   "create 10.2.0.0/24 by 192.0.2.2"));
  desire("10.3.0.0/24", "192.0.2.2");
  EXPECT_THAT(write(), ElementsAre("create 10.3.0.0/24 by 192.0.2.2"));
  EXPECT_EQ(own_.objects().size(), 1u);

  for (const auto* text : {"10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"}) withdraw(text);
  write();
  EXPECT_EQ(own_.objects().size(), 0u);
}

TEST_F(OwnRoutesByObjectTest, SeveralNextHopsAreAGroupOfTheirObjects) {
  auto route = via("192.0.2.2");
  route.next_hops.push_back(via("192.0.2.3").next_hops.front());
  route.next_hops.back().weight = 2;
  own_.desire({prefix("10.1.0.0/24"), route});
  desire("10.2.0.0/24", "192.0.2.3");

  EXPECT_THAT(
      write(),
      ElementsAre("object 192.0.2.2", "object 192.0.2.3", "object (192.0.2.2 x1, 192.0.2.3 x2)",
                  "create 10.1.0.0/24 by (192.0.2.2 x1, 192.0.2.3 x2)", "create 10.2.0.0/24 by 192.0.2.3"));
  withdraw("10.1.0.0/24");
  write();
  EXPECT_EQ(own_.objects().size(), 1u) << "the group and the one that only it needed are gone";
}

TEST_F(OwnRoutesByObjectTest, AMovedNextHopTakesItsRoutesAlongInOneMessage) {
  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "192.0.2.2");
  write();
  results();

  own_.move({via("192.0.2.2"), via("192.0.2.3")});

  EXPECT_THAT(write(), ElementsAre("object 192.0.2.3"));
  EXPECT_FALSE(own_.has_pending());
  desire("10.1.0.0/24", "192.0.2.3");
  desire("10.2.0.0/24", "192.0.2.3");
  EXPECT_THAT(write(), IsEmpty()) << "they are there already";
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed", "10.2.0.0/24 installed"));
  EXPECT_EQ(own_.objects().size(), 1u);
}

TEST_F(OwnRoutesByObjectTest, AMoveThatFailsIsDoneRouteByRoute) {
  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "192.0.2.2");
  write();
  own_.move({via("192.0.2.2"), via("192.0.2.3")});

  EXPECT_THAT(write({{"object", ENETDOWN}}), ElementsAre("object 192.0.2.3"));

  EXPECT_THAT(write(), ElementsAre("object 192.0.2.3", "replace 10.1.0.0/24 by 192.0.2.3",
                                   "replace 10.2.0.0/24 by 192.0.2.3"));
}

TEST_F(OwnRoutesByObjectTest, NothingMovesWhereOthersNeedTheObjectOrItMayBeGone) {
  desire("10.1.0.0/24", "192.0.2.2");
  desire("10.2.0.0/24", "192.0.2.4");
  own_.desire({prefix("10.3.0.0/24"),
               rib::FibRoute{rib::RouteType::Unicast,
                             {via("192.0.2.4").next_hops.front(), via("192.0.2.5").next_hops.front()}}});
  write();

  own_.move({via("192.0.2.2"), via("192.0.2.4")});  // which is an object itself
  own_.move({via("192.0.2.4"), via("192.0.2.6")});  // the group needs it
  own_.move({via("192.0.2.7"), via("192.0.2.8")});  // of nobody
  own_.objects().doubt_interface(3);
  own_.move({via("192.0.2.2"), via("192.0.2.6")});

  EXPECT_FALSE(own_.has_pending());
}

TEST_F(OwnRoutesByObjectTest, ADoubtedObjectIsMadeAgainBeforeItsNextUse) {
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  const auto again = [&](const std::string& text) {
    desire(text, "192.0.2.2");
    return write();
  };

  own_.objects().doubt_interface(4);
  EXPECT_THAT(again("10.2.0.0/24"), testing::SizeIs(1));
  own_.objects().doubt_interface(3);
  EXPECT_THAT(again("10.3.0.0/24"), ElementsAre("object 192.0.2.2", "create 10.3.0.0/24 by 192.0.2.2"));
  EXPECT_FALSE(own_.next_hop_changed_by_others(last_object_ + 1));
  EXPECT_TRUE(own_.next_hop_changed_by_others(last_object_));
  EXPECT_THAT(again("10.4.0.0/24"), testing::SizeIs(2));
  dump({standing(last_object_, "192.0.2.2")});
  EXPECT_THAT(again("10.5.0.0/24"), testing::SizeIs(1)) << "the dump showed it as it should be";
  dump({});
  EXPECT_THAT(again("10.6.0.0/24"), testing::SizeIs(2));
}

TEST_F(OwnRoutesByObjectTest, ARouteThatFailsTellsTheObjectsErrorAndMakesItAgain) {
  desire("10.1.0.0/24", "192.0.2.2");
  write({{"object", ENETDOWN}, {"create", EINVAL}});
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 gone error 100 why"));

  now_ += 1s;
  own_.surroundings_changed(now_);
  own_.run_timers(now_);
  EXPECT_THAT(write(), ElementsAre("object 192.0.2.2", "create 10.1.0.0/24 by 192.0.2.2"));
}

TEST_F(OwnRoutesByObjectTest, ARefusalWithoutWordsHasThoseOfItsNumber) {
  words_ = "";
  desire("10.1.0.0/24", "192.0.2.2");
  write({{"create", EHOSTUNREACH}});
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 gone error 113 No route to host"));
}

TEST_F(OwnRoutesByObjectTest, AKernelWithoutObjectsGetsPlainRoutes) {
  desire("10.1.0.0/24", "192.0.2.2");
  write({{"object", EOPNOTSUPP}, {"create", EINVAL}});
  EXPECT_TRUE(own_.are_next_hop_objects_refused());

  own_.run_timers(now_ + 1s);
  EXPECT_THAT(write(), ElementsAre("create 10.1.0.0/24 192.0.2.2"));
  dump({});
  desire("10.2.0.0/24", "192.0.2.2");
  EXPECT_THAT(write(), ElementsAre("create 10.2.0.0/24 192.0.2.2"));
}

TEST_F(OwnRoutesByObjectTest, AFormerLifesObjectKeepsItsNumberAndUnusedOnesGo) {
  const ObjectId former = (75u << 24) + 1, unused = former + 1, others = former + 2, named = former + 3;
  dump({standing(former, "192.0.2.2"), standing(unused, "192.0.2.3"), standing(others, "192.0.2.4", 3),
        standing(named, "192.0.2.5")});
  desire("10.1.0.0/24", "192.0.2.2");
  write();
  EXPECT_EQ(last_object_, former);
  desire("10.2.0.0/24", "192.0.2.4");
  write();
  EXPECT_GT(last_object_, named) << "not another's, not one that stands for something else";

  own_.begin_search_for_unused_next_hops();
  RouteMessage inherited;
  inherited.prefix = prefix("10.3.0.0/24");
  inherited.object = named;
  own_.begin_scan({});
  own_.found(inherited);
  own_.end_scan(now_);
  own_.end_search_for_unused_next_hops();
  EXPECT_THAT(own_.take_unused_next_hops(), ElementsAre(unused));
}

TEST_F(OwnRoutesByObjectTest, WhatCameIntoUseSinceTheSearchStays) {
  dump({standing((75u << 24) + 1, "192.0.2.2")});
  own_.begin_search_for_unused_next_hops();
  own_.end_search_for_unused_next_hops();
  ASSERT_TRUE(own_.has_unused_next_hops());
  desire("10.1.0.0/24", "192.0.2.2");
  EXPECT_THAT(own_.take_unused_next_hops(), IsEmpty());
}

TEST_F(OwnRoutesByObjectTest, ARouteThatOnlyNamesItsObjectIsKnownByIt) {
  dump({standing((75u << 24) + 1, "192.0.2.2")});
  RouteMessage message;
  message.prefix = prefix("10.1.0.0/24");
  message.object = (75u << 24) + 1;
  own_.begin_scan({});
  own_.found(message);
  own_.end_scan(now_);

  desire("10.1.0.0/24", "192.0.2.2");
  EXPECT_THAT(write(), IsEmpty()) << "adopted as it stands";
  EXPECT_THAT(results(), ElementsAre("10.1.0.0/24 installed"));
}

TEST(OwnRoutes, MoreDifferentNextHopsThanCanBeCountedAreRefusedInWords) {
  OwnRoutes own(RouteLocation{}, true, 1);
  OwnRoutes::Batch batch;
  const auto write = [&] {
    own.fill(batch);
    const auto count = batch.size();
    if (count > 0) own.complete(batch, {});
    return count;
  };
  own.desire({prefix("10.1.0.0/24"), via("192.0.2.2")});
  EXPECT_EQ(write(), 1u);
  own.take_results();

  own.desire({prefix("10.2.0.0/24"), via("192.0.2.3")});
  EXPECT_EQ(write(), 0u);
  const auto results = own.take_results();
  ASSERT_EQ(results.size(), 1u);
  EXPECT_FALSE(results[0].installed);
  EXPECT_EQ(results[0].error, ENOSPC);
  EXPECT_EQ(own.size(), 1u) << "nothing is kept of it";

  own.desire({prefix("10.1.0.0/24"), std::nullopt});
  EXPECT_EQ(write(), 1u);
  own.desire({prefix("10.2.0.0/24"), via("192.0.2.3")});
  EXPECT_EQ(write(), 1u) << "there is room again";
}

}  // namespace
}  // namespace fib
