#include "bgpd/mesh/uplinks.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "test/support/addresses.hpp"

namespace bgpd::mesh {
namespace {

using testing::ElementsAre;
using testing::IsEmpty;
using testing::SizeIs;

using ::test::address;

class UplinksTest : public testing::Test {
 protected:
  void link(std::uint32_t index, const std::string& name, const std::string& kind, std::uint32_t master = 0) {
    links_.apply(changed(value(index, name, kind, master)));
  }
  static fib::KernelEvent changed(const fib::Link& link) {
    fib::KernelEvent event;
    event.kind = fib::KernelEvent::Kind::LinkChanged;
    event.link = link;
    return event;
  }
  static fib::Link value(std::uint32_t index, const std::string& name, const std::string& kind,
                         std::uint32_t master) {
    fib::Link link;
    link.index = index;
    link.name = name;
    link.kind = kind;
    link.master = master;
    link.is_up = link.is_running = link.is_multicast = true;
    return link;
  }
  void own(std::uint32_t index, const std::string& text, std::uint8_t length, bool tentative = false) {
    fib::KernelEvent event;
    event.kind = fib::KernelEvent::Kind::AddressAdded;
    event.address.interface_index = index;
    event.address.address = address(text);
    event.address.prefix_length = length;
    event.address.is_tentative = tentative;
    links_.apply(event);
  }
  std::vector<std::string> names(std::vector<std::string> patterns = {}) {
    std::vector<std::string> names;
    for (const auto& uplink : uplinks_of(links_, patterns)) names.push_back(uplink.name);
    return names;
  }

  fib::Links links_;
};

TEST_F(UplinksTest, AreNotBridgesTheirPortsOrTunnels) {
  link(2, "eth0", "veth");
  link(3, "docker0", "bridge");
  link(4, "veth1", "veth", 3);
  link(5, "tun0", "tun");
  for (std::uint32_t index = 2; index <= 5; ++index) own(index, "10.0." + std::to_string(index) + ".1", 24);

  EXPECT_THAT(names(), ElementsAre("eth0"));
}

TEST_F(UplinksTest, AreThoseTheOperatorNames) {
  link(2, "eth0", "");
  link(3, "eth1", "");
  own(2, "10.0.2.1", 24);
  own(3, "10.0.3.1", 24);

  EXPECT_THAT(names({"eth1"}), ElementsAre("eth1"));
  EXPECT_THAT(names({"eth*"}), ElementsAre("eth0", "eth1"));
  EXPECT_THAT(names({"wlan*"}), IsEmpty());
}

TEST_F(UplinksTest, ThatAreDownOrCannotMulticastAreLeftOut) {
  auto down = value(2, "eth0", "", 0);
  down.is_up = false;
  links_.apply(changed(down));
  auto deaf = value(3, "eth1", "", 0);
  deaf.is_multicast = false;
  links_.apply(changed(deaf));
  own(2, "10.0.2.1", 24);
  own(3, "10.0.3.1", 24);

  EXPECT_THAT(names({"eth*"}), IsEmpty());
}

TEST_F(UplinksTest, HaveTheirFinishedAddressesSorted) {
  link(2, "eth0", "");
  own(2, "fe80::2", 64, true);
  own(2, "fd00::2", 64);
  own(2, "10.0.2.9", 24);
  own(2, "10.0.2.1", 24);

  const auto uplinks = uplinks_of(links_, {});

  ASSERT_THAT(uplinks, SizeIs(1));
  EXPECT_THAT(uplinks[0].addresses,
              ElementsAre(UplinkAddress{address("10.0.2.1"), 24}, UplinkAddress{address("10.0.2.9"), 24},
                          UplinkAddress{address("fd00::2"), 64}));
}

}  // namespace
}  // namespace bgpd::mesh
