// What stays of a neighbor whose session ended, and until when. RFC 4724 §4.2, RFC 8538 §4, RFC 7313 §4.
#include "bgpd/graceful_restart.hpp"

#include <gtest/gtest.h>

namespace bgpd {
namespace {

using namespace std::chrono_literals;
using rib::Family;
using rib::FamilySet;
using session::EndReason;
using Kind = EndReason::Kind;

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
const EndReason kTcpFailed{Kind::TcpFailed, {}, "Connection reset by peer"};

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
                      EndCase{{Kind::NotificationSent, kHoldTimer, {}}, false, true},
                      EndCase{{Kind::NotificationReceived, kHoldTimer, {}}, false, true},
                      EndCase{{Kind::NotificationReceived, kShutdown, {}}, false, true},
                      EndCase{{Kind::NotificationReceived, wire::hard_reset(kShutdown), {}}, false, false},
                      EndCase{{Kind::NotificationSent, wire::hard_reset(kShutdown), {}}, false, false},
                      EndCase{{Kind::SendHoldTimerExpired, {}, {}}, false, true},
                      EndCase{{Kind::LocalStop, {}, {}}, false, false}));

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
  EXPECT_TRUE(stale.expire(kNow + 119s).empty());
  EXPECT_EQ(stale.expire(kNow + 120s), kBoth);
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
  EXPECT_EQ(stale.expire(kNow + 370s), FamilySet{Family::Ipv6Unicast});
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
  EXPECT_EQ(stale.expire(kNow + 60s), FamilySet{Family::Ipv4Unicast});
}

TEST(StaleRoutes, ARefreshDoesNotBeginWhileTheTableOfARestartIsUnderWay) {  // RFC 7313 §4
  StaleRoutes stale;
  stale.lost(negotiated(), kTcpFailed, kNow);
  stale.returned(negotiated(), 360s, kNow);

  EXPECT_FALSE(stale.refresh_begins(Family::Ipv4Unicast, 60s, kNow));
  EXPECT_TRUE(stale.end_of_rib(Family::Ipv4Unicast));
}

}  // namespace
}  // namespace bgpd
