#include "fib/route_message.hpp"

#include <gtest/gtest.h>
#include <linux/rtnetlink.h>

#include <cstring>

#include "fib/netlink_socket.hpp"
#include "test/fib/next_hop.hpp"
#include "test/support/addresses.hpp"

namespace fib {
namespace {

using ::test::prefix;

rib::NextHop direct(std::uint32_t interface_index) {
  return {.gateway = std::nullopt, .interface_index = interface_index, .weight = 1, .onlink = false};
}

RouteMessage decoded(const std::vector<std::byte>& datagram) {
  MessageRange messages(datagram);
  const auto* header = messages.next();
  RouteMessage message;
  EXPECT_NE(header, nullptr);
  EXPECT_TRUE(header != nullptr && parse_route(*header, message));
  EXPECT_EQ(messages.next(), nullptr);
  return message;
}

struct RoundTrip {
  const char* name;
  const char* prefix;
  rib::FibRoute route;
};

class RouteMessageRoundTrip : public testing::TestWithParam<RoundTrip> {};

INSTANTIATE_TEST_SUITE_P(
    Routes, RouteMessageRoundTrip,
    testing::Values(
        RoundTrip{"Ipv4Gateway", "10.1.2.0/24", {rib::RouteType::Unicast, {hop("192.0.2.2", 3)}}},
        RoundTrip{"Ipv6Gateway", "2001:db8:a::/48", {rib::RouteType::Unicast, {hop("fe80::2", 3)}}},
        RoundTrip{"Ipv4Default", "0.0.0.0/0", {rib::RouteType::Unicast, {hop("192.0.2.2", 3)}}},
        RoundTrip{"Ipv6Default", "::/0", {rib::RouteType::Unicast, {hop("fe80::2", 3)}}},
        RoundTrip{"Ipv4Host", "10.1.2.3/32", {rib::RouteType::Unicast, {hop("192.0.2.2", 3)}}},
        RoundTrip{"Ipv4Onlink", "10.1.2.0/24", {rib::RouteType::Unicast, {hop("203.0.113.1", 3, 1, true)}}},
        RoundTrip{"Ipv4Direct", "10.1.2.0/24", {rib::RouteType::Unicast, {direct(5)}}},
        RoundTrip{"Ipv6Direct", "2001:db8:a::/48", {rib::RouteType::Unicast, {direct(5)}}},
        RoundTrip{"Ipv4PreferredSource",
                  "10.1.2.0/24",
                  {rib::RouteType::Unicast, {hop("192.0.2.2", 3)}, rib::IpAddress::parse("10.255.0.1")}},
        RoundTrip{"Ipv6PreferredSource",
                  "2001:db8:a::/48",
                  {rib::RouteType::Unicast, {hop("fe80::2", 3)}, rib::IpAddress::parse("fd00::1")}},
        RoundTrip{"Ipv4Multipath",
                  "10.1.2.0/24",
                  {rib::RouteType::Unicast,
                   {hop("192.0.2.2", 3, 1), hop("192.0.2.3", 3, 7, true), hop("198.51.100.2", 4, 255)}}},
        RoundTrip{"Ipv6Multipath",
                  "2001:db8:a::/48",
                  {rib::RouteType::Unicast, {hop("2001:db8::2", 3, 1), hop("fe80::3", 4, 2)}}},
        RoundTrip{
            "Ipv4ThroughIpv6", "10.1.2.0/24", {rib::RouteType::Unicast, {hop("fe80::2", 3)}}},  // RFC 8950
        RoundTrip{"Ipv4MultipathThroughIpv6",
                  "10.1.2.0/24",
                  {rib::RouteType::Unicast, {hop("192.0.2.2", 3), hop("fe80::2", 4)}}},
        RoundTrip{"Ipv4Blackhole", "10.1.2.0/24", {rib::RouteType::Blackhole, {}}},
        RoundTrip{"Ipv6Unreachable", "2001:db8:a::/48", {rib::RouteType::Unreachable, {}}},
        RoundTrip{"Ipv4Prohibit", "10.1.2.0/24", {rib::RouteType::Prohibit, {}}}),
    [](const auto& parameter) { return parameter.param.name; });

TEST_P(RouteMessageRoundTrip, DecodesToWhatWasEncoded) {
  for (const std::uint32_t table : {254u, 100u, 4711u}) {
    const RouteLocation place{.table = table, .metric = 20, .protocol = 75};
    const auto destination = prefix(GetParam().prefix);

    std::vector<std::byte> datagram;
    add_route(datagram, encode_route(destination.afi(), GetParam().route, place), destination, NLM_F_REPLACE,
              7);
    const auto message = decoded(datagram);

    EXPECT_EQ(message.prefix, destination);
    EXPECT_EQ(message.table, table);
    EXPECT_EQ(message.metric, 20u);
    EXPECT_EQ(message.protocol, 75);
    EXPECT_FALSE(message.is_removal);
    EXPECT_TRUE(message.is_replacement);
    EXPECT_TRUE(message.stands_at(place));
    EXPECT_EQ(message.route, GetParam().route);
  }
}

TEST_P(RouteMessageRoundTrip, RemovalNamesPrefixTableMetricAndProtocol) {
  const RouteLocation place{.table = 4711, .metric = 33, .protocol = 75};

  std::vector<std::byte> datagram;
  add_route(datagram, encode_removal(prefix(GetParam().prefix).afi(), place), prefix(GetParam().prefix), 0,
            9);
  const auto message = decoded(datagram);

  EXPECT_TRUE(message.is_removal);
  EXPECT_EQ(message.prefix, prefix(GetParam().prefix));
  EXPECT_EQ(message.protocol, 75);
  EXPECT_TRUE(message.stands_at(place));
  EXPECT_TRUE(message.route.next_hops.empty());
}

TEST(RouteMessage, MessagesOfADatagramFollowOneAnother) {
  const RouteLocation place;
  const auto encoded = encode_route(rib::Afi::Ipv4, {rib::RouteType::Unicast, {hop("192.0.2.2", 3)}}, place);
  std::vector<std::byte> datagram;
  add_route(datagram, encoded, prefix("10.1.0.0/24"), NLM_F_CREATE | NLM_F_EXCL, 1);
  add_route(datagram, encode_removal(prefix("10.2.0.0/24").afi(), place), prefix("10.2.0.0/24"), 0, 2);
  add_route(datagram, encoded, prefix("10.3.0.0/24"), NLM_F_CREATE, 3);

  MessageRange messages(datagram);
  std::vector<std::string> prefixes;
  for (std::uint32_t sequence = 1; const auto* header = messages.next(); ++sequence) {
    RouteMessage message;
    ASSERT_TRUE(parse_route(*header, message));
    EXPECT_EQ(header->nlmsg_seq, sequence);
    prefixes.push_back(message.prefix.to_string());
  }
  EXPECT_EQ(prefixes, (std::vector<std::string>{"10.1.0.0/24", "10.2.0.0/24", "10.3.0.0/24"}));
}

TEST(RouteMessage, NothingIsReadBeyondACutMessage) {
  std::vector<std::byte> whole;
  add_route(whole,
            encode_route(rib::Afi::Ipv6,
                         {rib::RouteType::Unicast, {hop("2001:db8::2", 3), hop("fe80::3", 4, 2)}}, {}),
            prefix("2001:db8:a::/48"), 0, 1);
  for (std::size_t length = 0; length < whole.size(); ++length) {
    const std::vector<std::byte> cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(length));
    EXPECT_EQ(MessageRange(cut).next(), nullptr);
    if (length < sizeof(nlmsghdr)) continue;

    auto shortened = cut;
    reinterpret_cast<nlmsghdr*>(shortened.data())->nlmsg_len = static_cast<std::uint32_t>(length);
    RouteMessage message;
    MessageRange messages(shortened);
    if (const auto* header = messages.next()) (void)parse_route(*header, message);
  }
}

TEST(RouteMessage, MetricZeroOfIpv6IsTheKernelsDefault) {
  const RouteLocation place{.table = 254, .metric = 0, .protocol = 75};
  EXPECT_EQ(place.metric_of(rib::Afi::Ipv4), 0u);
  EXPECT_EQ(place.metric_of(rib::Afi::Ipv6), 1024u);
}

TEST(Normalise, RoutesThatForwardAlikeAreEqual) {
  rib::FibRoute a{rib::RouteType::Unicast, {hop("192.0.2.3", 3, 2), hop("192.0.2.2", 3, 0)}};
  rib::FibRoute b{rib::RouteType::Unicast, {hop("192.0.2.2", 3, 1), hop("192.0.2.3", 3, 2)}};
  normalise(a);
  normalise(b);
  EXPECT_EQ(a, b);

  rib::FibRoute one{rib::RouteType::Unicast, {hop("192.0.2.2", 3, 9)}};
  normalise(one);
  EXPECT_EQ(one.next_hops.front().weight, 1) << "there is no choice";

  rib::FibRoute blackhole{rib::RouteType::Blackhole, {direct(1)}};
  normalise(blackhole);
  EXPECT_TRUE(blackhole.next_hops.empty()) << "IPv6 shows it with the loopback";
}

TEST(Acknowledgement, CarriesTheErrorAndTheKernelsText) {
  const std::string text = "Nexthop has invalid gateway";
  std::vector<std::byte> datagram(NLMSG_HDRLEN + sizeof(nlmsgerr) + 4 + NLMSG_ALIGN(text.size() + 1));
  auto& header = *reinterpret_cast<nlmsghdr*>(datagram.data());
  header.nlmsg_len = static_cast<std::uint32_t>(datagram.size());
  header.nlmsg_type = NLMSG_ERROR;
  header.nlmsg_flags = NLM_F_CAPPED | NLM_F_ACK_TLVS;
  auto& body = *reinterpret_cast<nlmsgerr*>(datagram.data() + NLMSG_HDRLEN);
  body.error = -ENETUNREACH;
  body.msg.nlmsg_seq = 42;
  body.msg.nlmsg_type = RTM_NEWROUTE;
  auto& attribute = *reinterpret_cast<nlattr*>(datagram.data() + NLMSG_HDRLEN + sizeof(nlmsgerr));
  attribute.nla_type = NLMSGERR_ATTR_MSG;
  attribute.nla_len = static_cast<std::uint16_t>(4 + text.size() + 1);
  std::memcpy(reinterpret_cast<std::byte*>(&attribute) + 4, text.c_str(), text.size() + 1);

  const auto acknowledgement = parse_acknowledgement(header);

  EXPECT_EQ(acknowledgement.sequence, 42u);
  EXPECT_EQ(acknowledgement.type, RTM_NEWROUTE);
  EXPECT_EQ(acknowledgement.error, ENETUNREACH);
  EXPECT_EQ(acknowledgement.text, text);
}

}  // namespace
}  // namespace fib
