#include <gmock/gmock.h>

#include "bgpd/api/handlers.hpp"
#include "test/bgpd/api/fake_backend.hpp"
#include "test/support/addresses.hpp"

namespace bgpd::api {
namespace {

using Difference = proto::ComparedPrefix;

using ::test::prefix;

fib::FoundRoute kernel_route(const char* text, const char* gateway, std::uint8_t protocol = 75) {
  fib::FoundRoute found;
  found.outcome = fib::FoundRoute::Outcome::Unicast;
  found.prefix = prefix(text);
  found.protocol = protocol;
  found.next_hops.push_back({.gateway = rib::IpAddress::parse(gateway), .interface_index = 2});
  return found;
}

struct ComparedFamily {
  const char *link, *next_hop, *prefix, *longer, *other_gateway;
};

class Compare : public testing::TestWithParam<ComparedFamily> {
 protected:
  void SetUp() override {
    backend_.connect(GetParam().link);
    peer_ = backend_.establish("192.168.77.2");
  }
  void receive(const char* text, const char* next_hop) { backend_.receive(peer_, text, next_hop); }
  void acknowledge(const char* text) { backend_.acknowledge(text); }
  Difference::Difference difference(const char* text) {
    proto::ListCompared request;
    put_prefix(prefix(text), *request.mutable_prefix());
    Replies replies;
    EXPECT_EQ(handle_compare(request, {}, backend_, replies).code(), proto::Done::OK);
    return replies.at(0).comparison().prefixes(0).difference();
  }

  FakeBackend backend_;
  rib::PeerHandle peer_;
};
INSTANTIATE_TEST_SUITE_P(Families, Compare,
                         testing::Values(ComparedFamily{"192.168.77.0/24", "192.168.77.2", "10.1.0.0/16",
                                                        "10.1.0.0/24", "192.168.77.9"},
                                         ComparedFamily{"fd77::/64", "fd77::2", "fd01::/32", "fd01::/48",
                                                        "fd77::9"}));

TEST_P(Compare, WhatIsTheSameEverywhereIsNotMarked) {
  receive(GetParam().prefix, GetParam().next_hop);
  EXPECT_EQ(difference(GetParam().prefix), Difference::NOT_INSTALLED);
  acknowledge(GetParam().prefix);
  backend_.kernel_routes = {kernel_route(GetParam().prefix, GetParam().next_hop)};

  EXPECT_EQ(difference(GetParam().prefix), Difference::NONE);
}

TEST_P(Compare, TheKernelsSideIsMarkedWhereItIsAnother) {
  receive(GetParam().prefix, GetParam().next_hop);
  acknowledge(GetParam().prefix);
  EXPECT_EQ(difference(GetParam().prefix), Difference::MISSING);

  backend_.kernel_routes = {kernel_route(GetParam().prefix, GetParam().other_gateway)};
  EXPECT_EQ(difference(GetParam().prefix), Difference::DIFFERENT);

  backend_.kernel_routes = {kernel_route(GetParam().prefix, GetParam().next_hop, 4)};
  EXPECT_EQ(difference(GetParam().prefix), Difference::DIFFERENT) << "another's route";
}

TEST_P(Compare, LongerPrefixesInsideDoNotHideIt) {
  receive(GetParam().prefix, GetParam().next_hop);
  acknowledge(GetParam().prefix);
  backend_.kernel_routes = {kernel_route(GetParam().longer, GetParam().other_gateway),
                            kernel_route(GetParam().prefix, GetParam().next_hop)};

  EXPECT_EQ(difference(GetParam().prefix), Difference::NONE);
}

TEST_P(Compare, WhatIsNotAcceptedOrNotSelectedSaysSo) {
  const bool is_v4 = prefix(GetParam().prefix).afi() == rib::Afi::Ipv4;
  receive(GetParam().prefix, is_v4 ? "203.0.113.1" : "2001:db8::1");
  EXPECT_EQ(difference(GetParam().prefix), Difference::NOT_ACCEPTED);

  backend_.kernel_routes = {kernel_route(GetParam().prefix, GetParam().next_hop)};
  EXPECT_EQ(difference(GetParam().prefix), Difference::UNWANTED);

  receive(GetParam().prefix, GetParam().next_hop);
  backend_.connect(GetParam().prefix);
  backend_.kernel_routes[0].next_hops[0].gateway.reset();
  EXPECT_EQ(difference(GetParam().prefix), Difference::NOT_SELECTED);
}

TEST_P(Compare, AllPrefixesOfBothTablesComeInPages) {
  receive(GetParam().prefix, GetParam().next_hop);
  receive(GetParam().longer, GetParam().next_hop);
  proto::ListCompared request;
  request.set_family(family_of(prefix(GetParam().prefix).family()));
  for (const std::uint32_t limit : {1u, 2u, 3u, 100u}) {
    request.set_limit(limit);
    request.clear_after();
    std::vector<std::string> listed;
    Lookahead ahead;
    for (;;) {
      Replies replies;
      ASSERT_EQ(handle_compare(request, {.ahead = &ahead}, backend_, replies).code(), proto::Done::OK);
      const auto page = replies.at(0).comparison();
      for (const auto& each : page.prefixes()) listed.push_back(prefix_from(each.prefix())->to_string());
      if (!page.has_next()) break;
      *request.mutable_after() = page.next();
    }
    EXPECT_THAT(listed, testing::UnorderedElementsAre(GetParam().prefix, GetParam().longer, GetParam().link));
    EXPECT_TRUE(std::ranges::is_sorted(
        listed, [](auto& a, auto& b) { return *rib::Prefix::parse(a) < *rib::Prefix::parse(b); }));
  }
}

}  // namespace
}  // namespace bgpd::api
