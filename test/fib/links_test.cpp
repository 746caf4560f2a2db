#include "fib/links.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace fib {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using Kind = KernelEvent::Kind;

class LinksTest : public testing::Test {
 protected:
  std::uint32_t link(const std::string& name, const std::string& kind = "", std::uint32_t master = 0) {
    KernelEvent event{};
    event.kind = Kind::LinkChanged;
    event.link.index = ++last_index_;
    event.link.name = name;
    event.link.kind = kind;
    event.link.master = master;
    event.link.is_up = event.link.is_running = true;
    event.link.is_loopback = name == "lo";
    links_.apply(event);
    return last_index_;
  }
  void set_up(std::uint32_t index, bool is_up) {
    KernelEvent event{};
    event.kind = Kind::LinkChanged;
    event.link = *links_.find(index);
    event.link.is_up = is_up;
    links_.apply(event);
  }
  void gone(std::uint32_t index) {
    KernelEvent event{};
    event.kind = Kind::LinkGone;
    event.link.index = index;
    links_.apply(event);
  }
  void address(Kind kind, std::uint32_t index, const std::string& text, bool is_tentative = false) {
    const auto slash = text.find('/');
    KernelEvent event{};
    event.kind = kind;
    event.address.interface_index = index;
    event.address.address = *rib::IpAddress::parse(text.substr(0, slash));
    event.address.prefix_length = static_cast<std::uint8_t>(std::stoi(text.substr(slash + 1)));
    event.address.is_tentative = is_tentative;
    links_.apply(event);
  }
  void add(std::uint32_t index, const std::string& text, bool is_tentative = false) {
    address(Kind::AddressAdded, index, text, is_tentative);
  }
  void remove(std::uint32_t index, const std::string& text) { address(Kind::AddressGone, index, text); }
  void route(Kind kind, const std::string& prefix, std::vector<std::uint32_t> interfaces,
             std::uint32_t metric = 0) {
    KernelEvent event{};
    event.kind = kind;
    event.route.prefix = *rib::Prefix::parse(prefix);
    event.route.metric = metric;
    for (const auto index : interfaces)
      event.route.next_hops.push_back({.gateway = {}, .interface_index = index});
    links_.apply(event);
  }

  Links links_;
  std::uint32_t last_index_ = 0;
};

TEST_F(LinksTest, UplinksAreTheInterfacesOfDefaultRoutes) {
  const auto eth0 = link("eth0"), eth1 = link("eth1"), wlan0 = link("wlan0");
  add(wlan0, "192.0.2.1/24");

  route(Kind::RouteChanged, "0.0.0.0/0", {eth0}, 100);
  EXPECT_THAT(links_.uplinks(), ElementsAre(eth0));
  route(Kind::RouteChanged, "::/0", {eth1}, 1024);
  EXPECT_THAT(links_.uplinks(), ElementsAre(eth0, eth1));
  route(Kind::RouteChanged, "10.0.0.0/8", {wlan0});
  EXPECT_THAT(links_.uplinks(), ElementsAre(eth0, eth1));
  route(Kind::RouteGone, "0.0.0.0/0", {eth0}, 100);
  EXPECT_THAT(links_.uplinks(), ElementsAre(eth1));
  route(Kind::RouteGone, "::/0", {eth1}, 1024);
  EXPECT_THAT(links_.uplinks(), ElementsAre(wlan0)) << "without a default route";
}

TEST_F(LinksTest, WithoutDefaultRouteUplinksHaveAGlobalAddressAndCarryNothingInside) {
  add(link("lo"), "127.0.0.1/8");
  const auto eth0 = link("eth0", "veth");
  add(eth0, "192.0.2.1/24");
  const auto docker0 = link("docker0", "bridge");
  add(docker0, "172.17.0.1/16");
  add(link("veth1234", "veth", docker0), "198.51.100.1/24");
  add(link("tun0", "tun"), "10.8.0.1/24");
  add(link("vxlan9", "vxlan"), "10.9.0.1/24");
  add(link("wg0", "wireguard"), "10.10.0.1/24");
  add(link("eth1"), "fe80::1/64");
  const auto eth2 = link("eth2");
  add(eth2, "2001:db8::1/64");

  EXPECT_THAT(links_.uplinks(), ElementsAre(eth0, eth2));
  set_up(eth2, false);
  EXPECT_THAT(links_.uplinks(), ElementsAre(eth0));
  set_up(eth2, true);
  remove(eth0, "192.0.2.1/24");
  EXPECT_THAT(links_.uplinks(), ElementsAre(eth2));
}

TEST_F(LinksTest, ABridgeWithTheDefaultRouteIsAnUplink) {
  const auto br0 = link("br0", "bridge");
  route(Kind::RouteChanged, "0.0.0.0/0", {br0});
  EXPECT_THAT(links_.uplinks(), ElementsAre(br0));
  gone(br0);
  EXPECT_THAT(links_.uplinks(), IsEmpty());
}

TEST_F(LinksTest, ConnectedSubnetsFollowTheAddresses) {
  const auto docker0 = link("docker0", "bridge");
  add(docker0, "10.1.1.1/24");
  add(docker0, "10.1.1.2/24");
  add(docker0, "fd00:1::1/64", true);  // a bridge without carrier never finishes duplicate address detection
  add(docker0, "fe80::1/64");
  add(docker0, "192.0.2.9/32");

  EXPECT_THAT(links_.connected_subnets(docker0),
              ElementsAre(*rib::Prefix::parse("10.1.1.0/24"), *rib::Prefix::parse("fd00:1::/64")));
  remove(docker0, "10.1.1.1/24");
  EXPECT_EQ(links_.connected_subnets(docker0).size(), 2u) << "another address holds it";
  remove(docker0, "10.1.1.2/24");
  remove(docker0, "fd00:1::1/64");
  EXPECT_THAT(links_.connected_subnets(docker0), IsEmpty());
}

TEST_F(LinksTest, PatternsNameInterfaces) {
  link("eth0");
  const auto docker0 = link("docker0", "bridge"), br = link("br-3f2a", "bridge");
  link("docker00", "bridge");
  const std::vector<std::string> patterns{"docker0", "br-*"};

  EXPECT_THAT(links_.matching(patterns), ElementsAre(docker0, br));
  EXPECT_TRUE(matches_interface("cni?", "cni0"));
  EXPECT_FALSE(matches_interface("br-*", "br0"));
}

TEST_F(LinksTest, AddressesAreFoundByLinkAndByValue) {
  const auto eth0 = link("eth0"), eth1 = link("eth1");
  add(eth0, "fe80::1/64");
  add(eth0, "2001:db8::1/64", true);
  add(eth0, "10.0.0.1/8");
  add(eth1, "10.1.0.1/16");
  add(eth1, "2001:db8:1::1/64");

  EXPECT_EQ(links_.global_address(eth0, rib::Afi::Ipv4), rib::IpAddress::parse("10.0.0.1"));
  EXPECT_EQ(links_.global_address(eth0, rib::Afi::Ipv6), std::nullopt) << "duplicate address detection runs";
  EXPECT_EQ(links_.link_local_address(eth0, rib::Afi::Ipv6), rib::IpAddress::parse("fe80::1"));
  EXPECT_EQ(links_.holder_of(*rib::IpAddress::parse("10.1.0.1")), eth1);
  EXPECT_EQ(links_.holder_of(*rib::IpAddress::parse("10.1.0.2")), 0u);
  EXPECT_EQ(links_.connected_to(*rib::IpAddress::parse("10.1.0.2")), eth1) << "the longer subnet";
  EXPECT_EQ(links_.connected_to(*rib::IpAddress::parse("10.2.0.2")), eth0);
  EXPECT_EQ(links_.connected_to(*rib::IpAddress::parse("192.0.2.1")), 0u);
}

TEST_F(LinksTest, ALinkThatGoesTakesItsAddressesAlong) {
  const auto eth0 = link("eth0");
  add(eth0, "192.0.2.1/24");
  gone(eth0);

  EXPECT_EQ(links_.find(eth0), nullptr);
  EXPECT_EQ(links_.find("eth0"), nullptr);
  EXPECT_TRUE(links_.addresses(eth0).empty());
}

TEST_F(LinksTest, PortsOfABridgeAreNotThoseOfABond) {
  const auto docker0 = link("docker0", "bridge"), bond0 = link("bond0", "bond");
  EXPECT_TRUE(links_.is_bridge_port(link("veth1", "veth", docker0)));
  EXPECT_FALSE(links_.is_bridge_port(link("eth0", "", bond0)));
  EXPECT_TRUE(links_.is_bridge(docker0));
  EXPECT_FALSE(links_.is_bridge(bond0));
}

}  // namespace
}  // namespace fib
