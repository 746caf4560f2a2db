#include "cli/show/format.hpp"

#include <gtest/gtest.h>

#include "cli/show/json.hpp"
#include "cli/show/system.hpp"
#include "test/cli/show/replies.hpp"

namespace cli::show {
namespace {

TEST(AgeText, ChangesItsFormWithTheAge) {
  EXPECT_EQ(age_text(std::nullopt), "never");
  EXPECT_EQ(age_text(0), "00:00:00");
  EXPECT_EQ(age_text(7 * 60 * kSecond), "00:07:00");
  EXPECT_EQ(age_text(kDay - 1), "23:59:59");
  EXPECT_EQ(age_text(kDay + 2 * kHour + 180 * kSecond), "1d02h03m");
  EXPECT_EQ(age_text(21 * kDay + 5 * kHour), "03w0d05h");
  EXPECT_EQ(age_text(UINT64_MAX).empty(), false);
}

TEST(MemoryText, UsesTheUnitThatFits) {
  EXPECT_EQ(memory_text(960), "960 bytes");
  EXPECT_EQ(memory_text(1448 * 1024), "1448 KiB");
  EXPECT_EQ(memory_text(20u << 20), "20 MiB");
}

TEST(AddressText, OfOddOctetsIsEmpty) {
  EXPECT_EQ(address_text(""), "");
  EXPECT_EQ(address_text("abc"), "");
  EXPECT_EQ(address_text(octets("2001:db8::1")), "2001:db8::1");
}

TEST(Reasons, OfANewerDaemonReadAsTheFirst) {
  EXPECT_EQ(reason_of(static_cast<api::BestReason>(99)), rib::BestReason::None);
  EXPECT_EQ(state_of(static_cast<api::PathState>(-1)), rib::PathState::Accepted);
}

TEST(Reasons, EachHasItsWords) {
  for (int value = 0; value <= api::BestReason_MAX; ++value) {
    const auto reason = reason_of(static_cast<api::BestReason>(value));
    EXPECT_EQ(static_cast<int>(reason), value);
    EXPECT_NE(rib::name_of(reason), "?") << value;
  }
  for (int value = 0; value <= api::PathState_MAX; ++value) {
    const auto state = state_of(static_cast<api::PathState>(value));
    EXPECT_EQ(static_cast<int>(state), value);
    EXPECT_NE(rib::name_of(state), "?") << value;
  }
  for (int value = 0; value <= api::FibState_MAX; ++value) {
    const auto state = state_of(static_cast<api::FibState>(value));
    EXPECT_EQ(static_cast<int>(state), value);
    EXPECT_NE(rib::name_of(state), "?") << value;
  }
}

TEST(InterfaceBrief, LooksAsInFrr) {
  api::Interfaces interfaces;
  auto& eth0 = *interfaces.add_interfaces();
  eth0.set_name("eth0");
  eth0.set_is_up(true);
  for (const auto* text : {"192.168.77.1", "2001:db8::1", "fe80::1"}) {
    auto& address = *eth0.add_addresses();
    address.set_address(octets(text));
    address.set_length(text[0] == '1' ? 24 : 64);
  }
  interfaces.add_interfaces()->set_name("lo");

  EXPECT_EQ(interfaces_text(interfaces),
            "Interface       Status  VRF             Addresses\n"
            "---------       ------  ---             ---------\n"
            "eth0            up      default         192.168.77.1/24\n"
            "                                        + 2001:db8::1/64\n"
            "lo              down    default         \n"
            "\n");
}

TEST(Interface, IsToldInFrrsWords) {
  api::Interfaces interfaces;
  auto& eth0 = *interfaces.add_interfaces();
  eth0.set_name("eth0");
  eth0.set_kind("veth");
  eth0.set_index(2);
  eth0.set_mtu(1500);
  eth0.set_is_up(true);
  auto& address = *eth0.add_addresses();
  address.set_address(octets("192.168.77.1"));
  address.set_length(24);

  EXPECT_EQ(interface_details_text(interfaces),
            "Interface eth0 is up, line protocol is down\n"
            "  vrf: default\n"
            "  index 2 mtu 1500\n"
            "  inet 192.168.77.1/24\n"
            "  Interface Type VETH\n");
  const auto json = Json::parse(interface_details_json(interfaces))["eth0"];
  EXPECT_EQ(json["operationalStatus"], "down");
  EXPECT_EQ(json["ipAddresses"][0]["address"], "192.168.77.1/24");
}

TEST(NextHops, SayThroughWhat) {
  api::NextHops next_hops;
  auto& good = *next_hops.add_next_hops();
  good.set_address(octets("192.168.77.2"));
  good.set_resolved(true);
  good.set_paths(2);
  *good.mutable_through() = prefix("192.168.77.0/24");
  good.add_kernel_next_hops()->set_interface("eth0");
  next_hops.add_next_hops()->set_address(octets("2001:db8::9"));

  EXPECT_EQ(next_hops_text(next_hops),
            "Current BGP nexthop cache:\n"
            " 192.168.77.2 valid [IGP metric 0], #paths 2\n"
            "  Resolved prefix 192.168.77.0/24\n"
            "  if eth0\n"
            "\n"
            " 2001:db8::9 invalid, #paths 0\n"
            "  No route to it\n"
            "\n");
}

TEST(NextHops, AreTrackedAsZebraTellsIt) {
  api::NextHops next_hops;
  auto& here = *next_hops.add_next_hops();
  here.set_address(octets("192.168.77.2"));
  here.set_resolved(true);
  auto& link = *here.add_kernel_next_hops();
  link.set_gateway(octets("192.168.77.2"));
  link.set_interface("eth0");
  auto& far = *next_hops.add_next_hops();
  far.set_address(octets("10.9.0.1"));
  far.set_resolved(true);
  far.set_source(api::STATIC);
  *far.add_kernel_next_hops() = link;
  next_hops.add_next_hops()->set_address(octets("2001:db8::9"));

  EXPECT_EQ(next_hop_tracking_text(next_hops),
            "192.168.77.2\n"
            " resolved via connected\n"
            " is directly connected, eth0\n"
            " Client list: bgp\n"
            "10.9.0.1\n"
            " resolved via static\n"
            " via 192.168.77.2, eth0\n"
            " Client list: bgp\n"
            "2001:db8::9\n"
            " unresolved\n"
            " Client list: bgp\n");
}

}  // namespace
}  // namespace cli::show
