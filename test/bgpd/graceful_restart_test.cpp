// What stays of a neighbor whose session ended, and until when. RFC 4724 §4.2, RFC 8538 §4, RFC 7313 §4.
#include "bgpd/graceful_restart.hpp"

#include <gtest/gtest.h>

namespace bgpd {
namespace {

using namespace std::chrono_literals;
using rib::Family;
using rib::FamilySet;
using session::EndReason;
using End = EndReason::Kind;

constexpr rib::TimePoint kNow{};
constexpr FamilySet kBoth{Family::Ipv4Unicast, Family::Ipv6Unicast};

session::Negotiated negotiated(bool notification = false, bool preserved = true) {
  session::Negotiated result;
  result.families = kBoth;
  result.graceful_notification = notification;
  auto& restart = result.peer_graceful_restart.emplace();
  restart.restart_time = 120;
  for (const auto family : rib::kFamilies) restart.families.push_back({family, preserved});
  return result;
}
const EndReason kTcpFailed{End::TcpFailed, {}, "Connection reset by peer"};

struct EndCase {
  EndReason reason;
  bool stays, stays_with_notification;
};
class HowItEnded : public ::testing::TestWithParam<EndCase> {};

TEST_P(HowItEnded, DecidesWhetherRoutesStay) {
  const auto& [reason, stays, stays_with_notification] = GetParam();

  EXPECT_EQ(retained_families(negotiated(false), reason), stays ? kBoth : FamilySet{});
  EXPECT_EQ(retained_families(negotiated(true), reason), stays_with_notification ? kBoth : FamilySet{});
}

const wire::Notification kHoldTimer{wire::ErrorCode::HoldTimerExpired, 0};
const wire::Notification kShutdown{wire::CeaseReason::AdministrativeShutdown};
INSTANTIATE_TEST_SUITE_P(
    All, HowItEnded,
    ::testing::Values(EndCase{kTcpFailed, true, true},
                      EndCase{{End::NotificationSent, kHoldTimer, {}}, false, true},
                      EndCase{{End::NotificationReceived, kHoldTimer, {}}, false, true},
                      EndCase{{End::NotificationReceived, kShutdown, {}}, false, true},
                      EndCase{{End::NotificationReceived, wire::hard_reset(kShutdown), {}}, false, false},
                      EndCase{{End::NotificationSent, wire::hard_reset(kShutdown), {}}, false, false},
                      EndCase{{End::SendHoldTimerExpired, {}, {}}, false, true},
                      EndCase{{End::LocalStop, {}, {}}, false, false}));

TEST(RetainedFamilies, AreThoseThatThePeerListsAndBothCarry) {
  auto session = negotiated();
  EXPECT_EQ(retained_families(session, kTcpFailed), kBoth);
  session.peer_graceful_restart->families.pop_back();
  EXPECT_EQ(retained_families(session, kTcpFailed), FamilySet{Family::Ipv4Unicast});
  session.families = {Family::Ipv6Unicast};
  EXPECT_TRUE(retained_families(session, kTcpFailed).empty());
  session.peer_graceful_restart.reset();
  EXPECT_TRUE(retained_families(session, kTcpFailed).empty());
}

TEST(StaleRoutes, AreForgottenWhenTheRestartTimeIsOver) {
  StaleRoutes stale;
  stale.lost(negotiated(), kTcpFailed, kNow);

  EXPECT_TRUE(stale.is_waiting());
  EXPECT_EQ(stale.deadline(), kNow + 120s);
  EXPECT_TRUE(stale.expire(kNow + 119s).over.empty());
  EXPECT_EQ(stale.expire(kNow + 120s).over, kBoth);
  EXPECT_FALSE(stale.is_waiting());
  EXPECT_EQ(stale.deadline(), StaleRoutes::kNever);
}

TEST(StaleRoutes, WaitForTheTableOfAPeerThatIsBack) {
  StaleRoutes stale;
  stale.lost(negotiated(), kTcpFailed, kNow);

  EXPECT_EQ(stale.returned(negotiated(), 360s, kNow + 10s), kBoth);
  EXPECT_FALSE(stale.is_waiting());
  EXPECT_EQ(stale.deadline(), kNow + 370s);
  EXPECT_TRUE(stale.end_of_rib(Family::Ipv4Unicast));
  EXPECT_FALSE(stale.end_of_rib(Family::Ipv4Unicast));
  EXPECT_EQ(stale.expire(kNow + 370s).over, FamilySet{Family::Ipv6Unicast});
}

TEST(StaleRoutes, GoWithoutTheForwardingBitOrWithoutTheCapability) {
  auto without_capability = negotiated();
  without_capability.peer_graceful_restart.reset();
  for (const auto& back : {negotiated(false, false), without_capability}) {
    StaleRoutes stale;
    stale.lost(negotiated(), kTcpFailed, kNow);
    EXPECT_TRUE(stale.returned(back, 360s, kNow).empty());
    EXPECT_EQ(stale.deadline(), StaleRoutes::kNever);
  }
}

TEST(StaleRoutes, OfARefreshEndWithItOrWithTheTime) {
  StaleRoutes stale;
  EXPECT_FALSE(stale.refresh_ends(Family::Ipv4Unicast));  // none began
  EXPECT_TRUE(stale.refresh_begins(Family::Ipv4Unicast, 60s, kNow));
  EXPECT_TRUE(stale.refresh_begins(Family::Ipv4Unicast, 60s, kNow + 10s));
  EXPECT_FALSE(stale.end_of_rib(Family::Ipv4Unicast));
  EXPECT_TRUE(stale.refresh_ends(Family::Ipv4Unicast));
  EXPECT_TRUE(stale.refresh_begins(Family::Ipv4Unicast, 60s, kNow));
  EXPECT_EQ(stale.expire(kNow + 60s).over, FamilySet{Family::Ipv4Unicast});
}

TEST(StaleRoutes, ARefreshDoesNotBeginWhileTheTableOfARestartIsUnderWay) {  // RFC 7313 §4
  StaleRoutes stale;
  stale.lost(negotiated(), kTcpFailed, kNow);
  stale.returned(negotiated(), 360s, kNow);

  EXPECT_FALSE(stale.refresh_begins(Family::Ipv4Unicast, 60s, kNow));
  EXPECT_TRUE(stale.end_of_rib(Family::Ipv4Unicast));
}

// --- long-lived, RFC 9494 §4.2 -----------------------------------------------------------------------------

constexpr auto kV4 = Family::Ipv4Unicast;

session::Negotiated long_lived(std::chrono::seconds stale_time, bool preserved = true) {
  auto result = negotiated();
  result.peer_long_lived = true;
  for (auto& time : result.long_lived_stale_time) time = stale_time;
  if (preserved) result.long_lived_preserved = kBoth;
  return result;
}

TEST(LongLivedRoutes, LiveOnWhenTheRestartTimeIsOver) {
  StaleRoutes stale;
  stale.lost(long_lived(1000s), kTcpFailed, kNow);
  const auto expired = stale.expire(kNow + 120s);

  EXPECT_EQ(expired.long_lived, kBoth);
  EXPECT_TRUE(expired.over.empty());
  EXPECT_TRUE(stale.is_waiting());
  EXPECT_EQ(stale.phase(kV4), StaleRoutes::Phase::LongLived);
  EXPECT_EQ(stale.deadline(), kNow + 1120s);
  EXPECT_EQ(stale.expire(kNow + 1120s).over, kBoth);
  EXPECT_FALSE(stale.is_waiting());
}

TEST(LongLivedRoutes, BeginAtOnceInFamiliesThatGracefulRestartLeavesOut) {
  auto session = long_lived(1000s);
  session.peer_graceful_restart->families.pop_back();
  StaleRoutes stale;

  EXPECT_EQ(stale.lost(session, kTcpFailed, kNow), kBoth);
  EXPECT_EQ(stale.expire(kNow).long_lived, FamilySet{Family::Ipv6Unicast});
  EXPECT_EQ(stale.phase(kV4), StaleRoutes::Phase::Restarting);
}

TEST(LongLivedRoutes, AreNotOfFamiliesWithoutATime) {
  auto session = long_lived(1000s);
  session.long_lived_stale_time[rib::index_of(Family::Ipv6Unicast)] = 0s;
  StaleRoutes stale;
  stale.lost(session, kTcpFailed, kNow);
  const auto expired = stale.expire(kNow + 120s);

  EXPECT_EQ(expired.over, FamilySet{Family::Ipv6Unicast});
  EXPECT_EQ(expired.long_lived, FamilySet{kV4});
}

TEST(LongLivedRoutes, StayWhenThePeerIsBackWithItsOwnFBitOnly) {
  for (const bool preserved : {false, true}) {
    StaleRoutes stale;
    stale.lost(long_lived(1000s), kTcpFailed, kNow);
    stale.expire(kNow + 120s);

    EXPECT_EQ(stale.returned(long_lived(1000s, preserved), 360s, kNow + 500s),
              preserved ? kBoth : FamilySet{});
  }
}

TEST(LongLivedRoutes, TheTimeRunsOnUntilTheEndOfTheTable) {
  StaleRoutes stale;
  stale.lost(long_lived(1000s), kTcpFailed, kNow);
  stale.expire(kNow + 120s);
  stale.returned(long_lived(1000s), 3600s, kNow + 500s);
  EXPECT_EQ(stale.deadline(), kNow + 1120s);

  stale.lost(long_lived(1000s), kTcpFailed, kNow + 600s);  // a second loss does not begin it anew
  stale.expire(kNow + 720s);
  EXPECT_EQ(stale.until(kV4), kNow + 1120s);

  stale.returned(long_lived(1000s), 3600s, kNow + 800s);
  EXPECT_TRUE(stale.end_of_rib(kV4));
  EXPECT_TRUE(stale.end_of_rib(Family::Ipv6Unicast));
  EXPECT_EQ(stale.deadline(), StaleRoutes::kNever);
}

TEST(LongLivedRoutes, EndWithTheirTimeWhileThePeerRestartsAgain) {
  StaleRoutes stale;
  stale.lost(long_lived(1000s), kTcpFailed, kNow);
  stale.expire(kNow + 120s);
  stale.returned(long_lived(1000s), 3600s, kNow + 1000s);
  stale.lost(long_lived(1000s), kTcpFailed, kNow + 1100s);
  const auto expired = stale.expire(kNow + 1120s);

  EXPECT_EQ(expired.long_lived_over, kBoth);
  EXPECT_TRUE(expired.over.empty());  // what it announced in between has its restart time
  EXPECT_EQ(stale.expire(kNow + 1220s).long_lived, kBoth);
  EXPECT_EQ(stale.until(kV4), kNow + 2220s);
}

}  // namespace
}  // namespace bgpd
