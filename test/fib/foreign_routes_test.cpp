#include "fib/foreign_routes.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <set>

#include "test/fib/next_hop.hpp"

namespace fib {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;

class RouteBuilder {
 public:
  explicit RouteBuilder(const char* prefix) {
    message_.prefix = *rib::Prefix::parse(prefix);
    message_.table = RT_TABLE_MAIN;
    message_.protocol = RTPROT_STATIC;
    message_.kernel_type = RTN_UNICAST;
  }
  RouteBuilder& via(const char* gateway, std::uint32_t index = 3) {
    message_.route.next_hops.push_back(hop(gateway, index));
    return *this;
  }
  RouteBuilder& dev(std::uint32_t index) { return via(nullptr, index); }
  RouteBuilder& metric(std::uint32_t value) {
    message_.metric = value;
    return *this;
  }
  RouteBuilder& table(std::uint32_t value) {
    message_.table = value;
    return *this;
  }
  RouteBuilder& protocol(std::uint8_t value) {
    message_.protocol = value;
    return *this;
  }
  RouteBuilder& scope(std::uint8_t value) {
    message_.scope = value;
    return *this;
  }
  RouteBuilder& type(std::uint8_t value) {
    message_.kernel_type = value;
    return *this;
  }
  RouteBuilder& replacing() {
    message_.is_replacement = true;
    return *this;
  }
  operator RouteMessage() const { return message_; }  // NOLINT: reads as the message it builds

 private:
  RouteMessage message_;
};
RouteBuilder route(const char* prefix) { return RouteBuilder(prefix); }

class ForeignRoutesTest : public testing::Test {
 protected:
  /// "10.1.0.0/24 static via 192.0.2.2", "10.1.0.0/24 gone"; clears the events.
  std::vector<std::string> told() {
    std::vector<std::string> lines;
    for (const auto& event : events_) {
      auto line = event.route.prefix.to_string();
      if (event.kind == KernelEvent::Kind::RouteGone) {
        line += " gone";
      } else {
        line += event.route.source == rib::RouteSource::Connected ? " connected"
                : event.route.source == rib::RouteSource::Static  ? " static"
                                                                  : " kernel";
        for (const auto& next : event.route.next_hops)
          line += next.gateway ? " via " + next.gateway->to_string()
                               : " dev " + std::to_string(next.interface_index);
        if (!event.route.usable) line += " unusable";
      }
      lines.push_back(std::move(line));
    }
    events_.clear();
    return lines;
  }
  void changed(const RouteMessage& message) { routes_.changed(message, events_); }
  void removed(const RouteMessage& message) { routes_.removed(message, events_); }
  void scan(const std::vector<RouteMessage>& found) {
    routes_.begin_scan({});
    for (const auto& message : found) routes_.found(message, events_);
    routes_.end_scan(events_);
  }

  std::set<std::uint32_t> down_;
  OwnRoutes own_{RouteLocation{}, true};
  ForeignRoutes routes_{[this](std::uint32_t index) { return !down_.contains(index); }, own_};
  std::vector<KernelEvent> events_;
};

TEST_F(ForeignRoutesTest, TellsComingAndGoing) {
  changed(route("10.1.0.0/24").via("192.0.2.2"));
  EXPECT_THAT(told(), ElementsAre("10.1.0.0/24 static via 192.0.2.2"));
  changed(route("10.1.0.0/24").via("192.0.2.2"));
  EXPECT_THAT(told(), IsEmpty()) << "nothing new";
  removed(route("10.1.0.0/24").via("192.0.2.2"));
  EXPECT_THAT(told(), ElementsAre("10.1.0.0/24 gone"));
  EXPECT_EQ(routes_.size(), 0u);
}

TEST_F(ForeignRoutesTest, NamesTheSource) {
  changed(route("192.0.2.0/24").dev(3).protocol(RTPROT_KERNEL).scope(RT_SCOPE_LINK));
  changed(route("2001:db8::/64").dev(3).protocol(RTPROT_KERNEL).metric(256));
  changed(route("10.1.0.0/24").via("192.0.2.2").protocol(RTPROT_DHCP));
  changed(route("10.2.0.0/24").via("192.0.2.2").protocol(RTPROT_BOOT));

  EXPECT_THAT(told(), ElementsAre("192.0.2.0/24 connected dev 3", "2001:db8::/64 connected dev 3",
                                  "10.1.0.0/24 kernel via 192.0.2.2", "10.2.0.0/24 kernel via 192.0.2.2"));
}

TEST_F(ForeignRoutesTest, ARouteIsUsableWhileOneOfItsLinksRuns) {
  down_ = {3};
  changed(route("10.1.0.0/24").via("192.0.2.2", 3).via("198.51.100.2", 4));
  changed(route("172.17.0.0/16").dev(3).protocol(RTPROT_KERNEL).scope(RT_SCOPE_LINK));
  EXPECT_THAT(told(), ElementsAre("10.1.0.0/24 static via 192.0.2.2 via 198.51.100.2",
                                  "172.17.0.0/16 connected dev 3 unusable"));

  down_ = {3, 4};
  routes_.link_changed(4, events_);
  EXPECT_THAT(told(), ElementsAre("10.1.0.0/24 static via 192.0.2.2 via 198.51.100.2 unusable"));
  down_ = {};
  routes_.link_changed(3, events_);
  EXPECT_EQ(told().size(), 2u);
}

TEST_F(ForeignRoutesTest, OfTwoAppendedRoutesTheOtherStaysWhenOneGoes) {
  changed(route("0.0.0.0/0").via("192.0.2.2", 3));
  changed(route("0.0.0.0/0").via("198.51.100.2", 4));
  EXPECT_THAT(told(), ElementsAre("0.0.0.0/0 static via 192.0.2.2"));

  removed(route("0.0.0.0/0").via("192.0.2.2", 3));
  EXPECT_THAT(told(), ElementsAre("0.0.0.0/0 static via 198.51.100.2"));
  removed(route("0.0.0.0/0").via("198.51.100.2", 4));
  EXPECT_THAT(told(), ElementsAre("0.0.0.0/0 gone"));
}

TEST_F(ForeignRoutesTest, Ipv6NextHopsComeAndGoOneByOne) {
  changed(route("::/0").via("fe80::1", 3));
  changed(route("::/0").via("fe80::1", 3).via("fe80::2", 3));
  EXPECT_THAT(told(), ElementsAre("::/0 static via fe80::1", "::/0 static via fe80::1 via fe80::2"));

  removed(route("::/0").via("fe80::1", 3));
  EXPECT_THAT(told(), ElementsAre("::/0 static via fe80::2"));
  removed(route("::/0").via("fe80::2", 3));
  EXPECT_THAT(told(), ElementsAre("::/0 gone"));
}

TEST_F(ForeignRoutesTest, AReplaceTakesTheRouteOfAnotherProtocolAway) {
  changed(route("10.1.0.0/24").via("192.0.2.2"));
  told();
  changed(route("10.1.0.0/24").via("192.0.2.3").protocol(RTPROT_DHCP).replacing());
  EXPECT_THAT(told(), ElementsAre("10.1.0.0/24 gone", "10.1.0.0/24 kernel via 192.0.2.3"));
}

TEST_F(ForeignRoutesTest, AScanTellsOnlyTheDifferences) {
  changed(route("10.1.0.0/24").via("192.0.2.2"));
  changed(route("10.2.0.0/24").via("192.0.2.2"));
  changed(route("10.3.0.0/24").via("192.0.2.2"));
  told();

  scan({route("10.1.0.0/24").via("192.0.2.2"), route("10.2.0.0/24").via("192.0.2.9"),
        route("10.4.0.0/24").via("192.0.2.2")});

  EXPECT_THAT(told(), testing::UnorderedElementsAre("10.2.0.0/24 static via 192.0.2.9", "10.3.0.0/24 gone",
                                                    "10.4.0.0/24 static via 192.0.2.2"));
}

TEST_F(ForeignRoutesTest, AnEventDuringAScanIsNewerThanWhatTheScanShows) {
  changed(route("10.1.0.0/24").via("192.0.2.2"));
  told();

  routes_.begin_scan({});
  removed(route("10.1.0.0/24").via("192.0.2.2"));
  changed(route("10.2.0.0/24").via("192.0.2.2"));
  routes_.found(route("10.1.0.0/24").via("192.0.2.2"), events_);
  routes_.end_scan(events_);

  EXPECT_THAT(told(), ElementsAre("10.1.0.0/24 gone", "10.2.0.0/24 static via 192.0.2.2"));
}

TEST_F(ForeignRoutesTest, AScanOfOneInterfaceOrFamilySaysNothingAboutOthers) {
  changed(route("10.1.0.0/24").via("192.0.2.2", 3));
  changed(route("10.2.0.0/24").via("198.51.100.2", 4));
  changed(route("2001:db8::/48").via("fe80::1", 3));
  told();

  routes_.begin_scan({.afi = rib::Afi::Ipv4, .table = 254, .interface_index = 3});
  routes_.end_scan(events_);

  EXPECT_THAT(told(), ElementsAre("10.1.0.0/24 gone"));
}

TEST_F(ForeignRoutesTest, WhatStandsAtOurPlaceStopsOurWrite) {
  own_.desire({*rib::Prefix::parse("10.1.0.0/24"), rib::FibRoute{rib::RouteType::Blackhole, {}}});
  changed(route("10.1.0.0/24").via("192.0.2.2").metric(20));
  OwnRoutes::Batch batch;
  own_.fill(batch);
  EXPECT_TRUE(batch.empty());
  EXPECT_EQ(own_.take_results().size(), 1u);

  removed(route("10.1.0.0/24").via("192.0.2.2").metric(20));
  own_.fill(batch);
  EXPECT_EQ(batch.size(), 1u);
}

TEST_F(ForeignRoutesTest, ForgetsTablesThatAreNotLookedAtAnyMore) {
  changed(route("10.1.0.0/24").via("192.0.2.2"));
  changed(route("10.2.0.0/24").via("192.0.2.2").table(10));
  changed(route("10.1.0.0/24").via("192.0.2.3").table(10).metric(5));
  told();

  routes_.keep_tables({RT_TABLE_MAIN}, events_);

  EXPECT_THAT(told(), testing::UnorderedElementsAre("10.2.0.0/24 gone", "10.1.0.0/24 gone"));
  EXPECT_EQ(routes_.size(), 1u);
}

TEST(IsOfInterest, LeavesOutWhatNoNextHopResolvesThrough) {
  EXPECT_TRUE(is_of_interest(route("10.1.0.0/24").via("192.0.2.2")));
  EXPECT_TRUE(is_of_interest(route("0.0.0.0/0").via("192.0.2.2")));
  EXPECT_TRUE(is_of_interest(route("::/0").via("fe80::1")));
  EXPECT_TRUE(is_of_interest(route("10.1.0.0/24").type(RTN_BLACKHOLE)));
  EXPECT_FALSE(is_of_interest(route("10.1.0.1/32").dev(1).type(RTN_LOCAL)));
  EXPECT_FALSE(is_of_interest(route("10.1.0.255/32").dev(3).type(RTN_BROADCAST)));
  EXPECT_FALSE(is_of_interest(route("ff00::/8").dev(3).type(RTN_MULTICAST)));
  EXPECT_FALSE(is_of_interest(route("fe80::/64").dev(3)));
  EXPECT_FALSE(is_of_interest(route("::1/128").dev(1)));
  EXPECT_FALSE(is_of_interest(route("::/0").dev(1).type(RTN_UNREACHABLE).metric(0xffffffff)));
}

}  // namespace
}  // namespace fib
