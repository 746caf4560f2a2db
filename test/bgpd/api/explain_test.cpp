#include <gtest/gtest.h>

#include "bgpd/api/handlers.hpp"
#include "test/bgpd/api/fake_backend.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::api {
namespace {

using Verdict = proto::Explanation;
using Outcome = fib::FoundRoute::Outcome;

using ::test::prefix;

/// What the kernel says of a route of ours.
fib::FoundRoute ours(const char* text) {
  fib::FoundRoute found;
  found.outcome = Outcome::Unicast;
  found.prefix = prefix(text);
  found.protocol = fib::KernelOptions{}.protocol;
  found.taken = rib::NextHop{.gateway = rib::IpAddress::parse("192.168.77.2"), .interface_index = 2};
  return found;
}

struct ExplainedFamily {
  const char *link, *peer, *next_hop, *prefix, *around, *inside, *elsewhere, *default_route;
};

/// A node with one neighbor on its link, which has the next hops of both families.
class Explain : public testing::TestWithParam<ExplainedFamily> {
 protected:
  void SetUp() override {
    backend_.connect(GetParam().link);
    peer_ = backend_.establish(GetParam().peer);
    backend_.kernel_says.outcome = Outcome::NoRoute;
  }
  void receive(const char* text, const char* next_hop = nullptr) {
    backend_.receive(peer_, text, next_hop ? next_hop : GetParam().next_hop);
  }
  void acknowledge(const char* text, int error = 0, const char* why = "") {
    backend_.acknowledge(text, error, why);
  }
  proto::Explanation ask(proto::Explain question) {
    Replies replies;
    const auto end = handle_explain(question, backend_, replies);
    EXPECT_EQ(end.code(), proto::Done::OK) << end.message();
    return replies.empty() ? proto::Explanation() : replies.front().explanation();
  }
  proto::Explanation ask(const char* text) {
    proto::Explain question;
    put_prefix(prefix(text), *question.mutable_prefix());
    return ask(question);
  }

  FakeBackend backend_;
  rib::PeerHandle peer_;
};
INSTANTIATE_TEST_SUITE_P(Families, Explain,
                         testing::Values(ExplainedFamily{"192.168.77.0/24", "192.168.77.2", "192.168.77.2",
                                                         "10.1.2.0/24", "10.1.0.0/16", "10.1.2.9",
                                                         "10.9.0.0/16", "0.0.0.0/0"},
                                         ExplainedFamily{"fd77::/64", "fd77::2", "fd77::2", "fd01:0:2::/48",
                                                         "fd01::/32", "fd01:0:2::9", "fd09::/32", "::/0"}));

TEST_P(Explain, AnInstalledRouteIsReachableAndItsChainIsTold) {
  receive(GetParam().prefix);
  acknowledge(GetParam().prefix);
  backend_.kernel_says = ours(GetParam().prefix);

  const auto answer = ask(GetParam().prefix);

  EXPECT_EQ(answer.verdict(), Verdict::REACHABLE);
  EXPECT_TRUE(answer.reachable());
  ASSERT_EQ(answer.destination().paths_size(), 1);
  const auto& path = answer.destination().paths(0);
  EXPECT_EQ(path.peer().address(), octets(GetParam().peer));
  EXPECT_EQ(prefix_from(path.tracked().through())->to_string(), GetParam().link);
  EXPECT_EQ(path.tracked().kernel_next_hops(0).interface(), "eth0");
  ASSERT_EQ(answer.routes_size(), 1);
  EXPECT_TRUE(answer.routes(0).installed());
  ASSERT_EQ(answer.neighbors_size(), 1);
  EXPECT_EQ(answer.neighbors(0).export_(), proto::EXPORT_FROM_SAME_PEER);
  EXPECT_TRUE(answer.kernel().ours());
}

TEST_P(Explain, AnAddressIsThatOfItsLongestPrefixAndTheKernelIsAskedForIt) {
  receive(GetParam().around);
  receive(GetParam().prefix);
  proto::Explain question;
  question.set_address(octets(GetParam().inside));

  const auto answer = ask(question);

  EXPECT_EQ(prefix_from(answer.prefix())->to_string(), GetParam().prefix);
  EXPECT_EQ(backend_.asked, std::vector{*rib::IpAddress::parse(GetParam().inside)});
}

TEST_P(Explain, WhatTheKernelRefusedHasItsWords) {
  receive(GetParam().prefix);
  EXPECT_EQ(ask(GetParam().prefix).verdict(), Verdict::PENDING);
  acknowledge(GetParam().prefix, 101, "Nexthop has invalid gateway");

  const auto answer = ask(GetParam().prefix);

  EXPECT_EQ(answer.verdict(), Verdict::REFUSED);
  EXPECT_FALSE(answer.reachable());
  EXPECT_EQ(answer.routes(0).error_text(), "Nexthop has invalid gateway");
  EXPECT_EQ(answer.destination().fib(), proto::FIB_FAILED);
}

TEST_P(Explain, ARejectedPathSaysWhyAndWhatCarriesThePacketsInstead) {
  const bool is_v4 = prefix(GetParam().prefix).afi() == rib::Afi::Ipv4;
  receive(GetParam().prefix, is_v4 ? "203.0.113.1" : "2001:db8::1");

  auto answer = ask(GetParam().prefix);
  EXPECT_EQ(answer.verdict(), Verdict::REJECTED);
  EXPECT_FALSE(answer.reachable());
  EXPECT_EQ(answer.destination().paths(0).state(), proto::PATH_NEXT_HOP_UNREACHABLE);
  EXPECT_FALSE(answer.destination().paths(0).tracked().resolved());

  receive(GetParam().around);
  acknowledge(GetParam().around);
  backend_.kernel_says = ours(GetParam().around);
  answer = ask(GetParam().prefix);
  EXPECT_EQ(answer.verdict(), Verdict::REJECTED);
  EXPECT_TRUE(answer.reachable());
  EXPECT_EQ(prefix_from(answer.covered_by().prefix())->to_string(), GetParam().around);
}

TEST_P(Explain, WhatNobodyAnnouncesIsSaidWithWhoCouldHave) {
  receive(GetParam().elsewhere);

  auto answer = ask(GetParam().prefix);
  EXPECT_EQ(answer.verdict(), Verdict::NOT_ANNOUNCED);
  EXPECT_FALSE(answer.has_destination());
  ASSERT_EQ(answer.neighbors_size(), 1);
  EXPECT_EQ(answer.neighbors(0).received(), 1u);

  backend_.engine().peer_down(peer_, backend_.time);
  backend_.settle();
  backend_.neighbors[0].handle.reset();
  backend_.neighbors[0].state = SessionState::Active;
  backend_.neighbors[0].last_error = "Connection refused";
  backend_.neighbors[0].last_reset.cause = LastResetView::Cause::HoldTimerExpired;
  answer = ask(GetParam().prefix);
  EXPECT_EQ(answer.verdict(), Verdict::NO_NEIGHBOR);
  EXPECT_EQ(answer.neighbors(0).last_error(), "Connection refused");
  EXPECT_EQ(answer.neighbors(0).last_reset().cause(), proto::LastReset::HOLD_TIMER_EXPIRED);
}

TEST_P(Explain, ALessSpecificRouteCoversButADefaultRouteDoesNot) {
  receive(GetParam().default_route);
  acknowledge(GetParam().default_route);
  backend_.kernel_says = ours(GetParam().default_route);
  auto answer = ask(GetParam().prefix);
  EXPECT_EQ(answer.verdict(), Verdict::NOT_ANNOUNCED);
  EXPECT_FALSE(answer.reachable());

  receive(GetParam().around);
  acknowledge(GetParam().around);
  backend_.kernel_says = ours(GetParam().around);
  answer = ask(GetParam().prefix);
  EXPECT_EQ(answer.verdict(), Verdict::COVERED);
  EXPECT_TRUE(answer.reachable());
  EXPECT_EQ(ask(GetParam().default_route).verdict(), Verdict::KERNEL_DIFFERS)
      << "that one is asked about itself";
}

TEST_P(Explain, AnotherSourceWinsByDistance) {
  backend_.connect(GetParam().prefix);
  receive(GetParam().prefix);
  backend_.kernel_says.outcome = Outcome::Unicast;

  const auto answer = ask(GetParam().prefix);

  EXPECT_EQ(answer.verdict(), Verdict::OWN);
  EXPECT_EQ(answer.destination().fib(), proto::FIB_LOSES_TO_CONNECTED);
  ASSERT_EQ(answer.routes_size(), 2);
  EXPECT_TRUE(answer.routes(0).selected());
  EXPECT_FALSE(answer.routes(1).selected());
}

TEST_P(Explain, TheKernelHasTheLastWord) {
  receive(GetParam().prefix);
  acknowledge(GetParam().prefix);
  backend_.kernel_says = ours(GetParam().prefix);

  backend_.switches.forwarding = false;
  EXPECT_EQ(ask(GetParam().prefix).verdict(), Verdict::FORWARDING_OFF);
  EXPECT_FALSE(ask(GetParam().prefix).reachable());

  backend_.kernel_says.protocol = 4;
  backend_.switches.forwarding = true;
  EXPECT_EQ(ask(GetParam().prefix).verdict(), Verdict::KERNEL_DIFFERS);

  backend_.kernel_says.outcome = Outcome::Blackhole;
  EXPECT_EQ(ask(GetParam().prefix).verdict(), Verdict::KERNEL_DROPS);
  EXPECT_FALSE(ask(GetParam().prefix).reachable());
}

TEST_P(Explain, OneNeighborCanBeAskedAboutAndAStrangerIsAnError) {
  receive(GetParam().prefix);
  proto::Explain question;
  put_prefix(prefix(GetParam().prefix), *question.mutable_prefix());
  question.mutable_from()->set_address(octets("192.168.77.99"));
  Replies replies;
  EXPECT_EQ(handle_explain(question, backend_, replies).code(), proto::Done::NOT_FOUND);

  question.mutable_from()->set_address(octets(GetParam().peer));
  question.mutable_to()->set_address(octets(GetParam().peer));
  const auto answer = ask(question);
  EXPECT_EQ(answer.destination().paths_size(), 1);
  EXPECT_EQ(answer.neighbors_size(), 1);

  backend_.add_neighbor("192.168.77.98");
  question.mutable_from()->set_address(octets("192.168.77.98"));
  EXPECT_EQ(ask(question).destination().paths_size(), 0) << "it sent nothing";
}

TEST_P(Explain, TheLosersOfTheContestSayWhereTheyLost) {
  const bool is_v4 = prefix(GetParam().prefix).afi() == rib::Afi::Ipv4;
  receive(GetParam().prefix);
  peer_ = backend_.establish(is_v4 ? "192.168.77.3" : "fd77::3");
  receive(GetParam().prefix);

  const auto answer = ask(GetParam().prefix);
  const auto& destination = answer.destination();

  ASSERT_EQ(destination.paths_size(), 2);
  EXPECT_EQ(destination.paths(0).lost_at(), proto::BEST_NONE);
  EXPECT_EQ(destination.paths(1).lost_at(), proto::BEST_PEER_ADDRESS);
}

}  // namespace
}  // namespace bgpd::api
