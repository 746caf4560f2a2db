#include "bgpd/originator.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "rib/engine.hpp"
#include "test/support/addresses.hpp"

namespace bgpd {
namespace {

using rib::LocalSource;
using testing::ElementsAre;
using testing::IsEmpty;
using testing::UnorderedElementsAre;

using ::test::prefix;

/// A host whose links and addresses change, and what it tells the engine.
class OriginatorTest : public testing::Test {
 protected:
  OriginatorTest() { bgp_.advertised_interfaces = {"docker0", "br-*"}; }

  void link(std::uint32_t index, const std::string& name, bool up = true, bool carrier = true) {
    fib::KernelEvent event;
    event.kind = fib::KernelEvent::Kind::LinkChanged;
    event.link.index = index;
    event.link.name = name;
    event.link.kind = "bridge";
    event.link.is_up = up;
    event.link.is_running = carrier;
    tell(event);
  }
  void link_gone(std::uint32_t index, const std::string& name) {
    fib::KernelEvent event;
    event.kind = fib::KernelEvent::Kind::LinkGone;
    event.link.index = index;
    event.link.name = name;
    tell(event);
  }
  void address(std::uint32_t index, const std::string& text, bool present = true, bool tentative = false) {
    fib::KernelEvent event;
    event.kind = present ? fib::KernelEvent::Kind::AddressAdded : fib::KernelEvent::Kind::AddressGone;
    event.address.interface_index = index;
    const auto slash = text.find('/');
    event.address.address = *rib::IpAddress::parse(text.substr(0, slash));
    event.address.prefix_length = static_cast<std::uint8_t>(std::stoi(text.substr(slash + 1)));
    event.address.is_tentative = tentative;
    tell(event);
  }
  void tell(const fib::KernelEvent& event) {
    links_.apply(event);
    update();
  }
  void update() {
    originator_.update(wanted_originations(
        bgp_, links_, [this](const rib::Prefix& asked) { return kernel_routes_.contains(asked); }));
  }
  std::vector<std::string> take_said() { return std::exchange(said_, {}); }

  cli::Bgp bgp_;
  fib::Links links_;
  std::set<rib::Prefix> kernel_routes_;
  std::vector<std::string> said_;
  Originator originator_{[this](const Origination& origination, bool announce) {
    said_.push_back((announce ? "+" : "-") + origination.prefix.to_string() +
                    (origination.source == LocalSource::Network ? " network" : ""));
  }};
};

TEST_F(OriginatorTest, RedistributesHostAddressesOfLoopbacksAndTheLike) {
  link(1, "lo");
  address(1, "127.0.0.1/8");
  address(1, "203.0.113.7/32");
  address(1, "2001:db8::7/128");
  link(2, "dummy0");
  address(2, "203.0.113.7/32");
  address(2, "10.9.0.1/24");  // the kernel has a route for it
  EXPECT_THAT(take_said(), IsEmpty());

  bgp_.redistributed[0][rib::RouteSource::Connected] = {};
  update();
  EXPECT_THAT(take_said(), ElementsAre("+203.0.113.7/32"));
  bgp_.redistributed[1][rib::RouteSource::Connected] = {};
  update();
  EXPECT_THAT(take_said(), ElementsAre("+2001:db8::7/128"));
  address(1, "203.0.113.7/32", false);
  EXPECT_THAT(take_said(), ElementsAre("-203.0.113.7/32", "+203.0.113.7/32"));  // another link's
  address(2, "203.0.113.7/32", false);
  EXPECT_THAT(take_said(), ElementsAre("-203.0.113.7/32"));
  bgp_.redistributed[1].clear();
  update();
  EXPECT_THAT(take_said(), ElementsAre("-2001:db8::7/128"));
}

class OriginatorFamilyTest : public OriginatorTest, public testing::WithParamInterface<bool> {
 protected:
  const std::string first_ = GetParam() ? "10.1.1.1/24" : "fd00:1::1/64";
  const std::string first_subnet_ = GetParam() ? "10.1.1.0/24" : "fd00:1::/64";
  const std::string second_ = GetParam() ? "10.1.9.1/24" : "fd00:9::1/64";
  const std::string second_subnet_ = GetParam() ? "10.1.9.0/24" : "fd00:9::/64";
};
INSTANTIATE_TEST_SUITE_P(Families, OriginatorFamilyTest, testing::Values(true, false),
                         [](const auto& instance) { return instance.param ? "Ipv4" : "Ipv6"; });

TEST_P(OriginatorFamilyTest, AnnouncesTheSubnetOfABridgeThatAppears) {
  link(3, "docker0");
  address(3, first_);

  EXPECT_THAT(take_said(), ElementsAre("+" + first_subnet_));
}

TEST_P(OriginatorFamilyTest, AnnouncesABridgeWithoutCarrier) {
  link(3, "docker0", true, false);
  address(3, first_);

  EXPECT_THAT(take_said(), ElementsAre("+" + first_subnet_));
}

TEST_P(OriginatorFamilyTest, WithdrawsABridgeThatGoes) {
  link(3, "docker0");
  address(3, first_);
  take_said();

  link_gone(3, "docker0");

  EXPECT_THAT(take_said(), ElementsAre("-" + first_subnet_));
}

TEST_P(OriginatorFamilyTest, WithdrawsABridgeThatIsSetDownAndAnnouncesItWhenUpAgain) {
  link(3, "docker0");
  address(3, first_);
  take_said();

  link(3, "docker0", false, false);
  EXPECT_THAT(take_said(), ElementsAre("-" + first_subnet_));

  link(3, "docker0", true, false);
  EXPECT_THAT(take_said(), ElementsAre("+" + first_subnet_));
}

TEST_P(OriginatorFamilyTest, FollowsAChangeOfAddress) {
  link(3, "docker0");
  address(3, first_);
  take_said();

  address(3, first_, false);
  EXPECT_THAT(take_said(), ElementsAre("-" + first_subnet_));

  address(3, second_);
  EXPECT_THAT(take_said(), ElementsAre("+" + second_subnet_));
}

TEST_P(OriginatorFamilyTest, WithdrawsASubnetWithItsLastAddressOnly) {
  link(3, "docker0");
  link(4, "br-1234");
  address(3, first_);
  address(4, first_);
  EXPECT_THAT(take_said(), ElementsAre("+" + first_subnet_));

  link_gone(3, "docker0");
  EXPECT_THAT(take_said(), IsEmpty());

  link_gone(4, "br-1234");
  EXPECT_THAT(take_said(), ElementsAre("-" + first_subnet_));
}

TEST_P(OriginatorFamilyTest, AnnouncesANetworkAlways) {
  bgp_.networks[prefix(second_subnet_)] = {};
  update();
  EXPECT_THAT(take_said(), ElementsAre("+" + second_subnet_ + " network"));

  bgp_.networks.clear();
  update();
  EXPECT_THAT(take_said(), ElementsAre("-" + second_subnet_ + " network"));
}

TEST_P(OriginatorFamilyTest, AnnouncesANetworkWithImportCheckWhileTheKernelHasIt) {
  bgp_.network_import_check = true;
  bgp_.networks[prefix(second_subnet_)] = {};
  update();
  EXPECT_THAT(take_said(), IsEmpty());

  kernel_routes_.insert(prefix(second_subnet_));
  update();
  EXPECT_THAT(take_said(), ElementsAre("+" + second_subnet_ + " network"));

  kernel_routes_.clear();
  update();
  EXPECT_THAT(take_said(), ElementsAre("-" + second_subnet_ + " network"));
}

TEST(HasKernelRoute, AStaticRouteCountsWhilePacketsGoByIt) {
  std::vector<rib::RouteView> routes(1);
  EXPECT_FALSE(has_kernel_route({}));
  routes[0].source = rib::RouteSource::Bgp;
  routes[0].selected = routes[0].installed = true;
  EXPECT_FALSE(has_kernel_route(routes));

  routes.emplace_back().source = rib::RouteSource::Static;
  EXPECT_FALSE(has_kernel_route(routes));
  routes[1].selected = true;  // the kernel may not have answered yet
  EXPECT_TRUE(has_kernel_route(routes));

  routes[1] = {};
  routes[1].source = rib::RouteSource::Connected;
  routes[1].installed = true;
  EXPECT_TRUE(has_kernel_route(routes));
}

TEST_P(OriginatorFamilyTest, NetworkAndInterfaceAreTwoReasonsForOnePrefix) {
  bgp_.networks[prefix(first_subnet_)] = {};
  link(3, "docker0");
  address(3, first_);
  EXPECT_THAT(take_said(), UnorderedElementsAre("+" + first_subnet_ + " network", "+" + first_subnet_));

  link_gone(3, "docker0");
  EXPECT_THAT(take_said(), ElementsAre("-" + first_subnet_));
}

TEST_F(OriginatorTest, FollowsTheConfiguredPatterns) {
  link(3, "docker0");
  link(4, "br-1234");
  link(5, "cni0");
  address(3, "10.1.1.1/24");
  address(4, "10.1.2.1/24");
  address(5, "10.1.3.1/24");
  EXPECT_THAT(take_said(), ElementsAre("+10.1.1.0/24", "+10.1.2.0/24"));

  bgp_.advertised_interfaces = {"cni*"};
  update();
  EXPECT_THAT(take_said(), ElementsAre("-10.1.1.0/24", "-10.1.2.0/24", "+10.1.3.0/24"));

  bgp_.advertised_interfaces.clear();
  update();
  EXPECT_THAT(take_said(), ElementsAre("-10.1.3.0/24"));
}

TEST_F(OriginatorTest, FollowsARename) {
  link(3, "docker0");
  address(3, "10.1.1.1/24");
  take_said();

  link(3, "other0");
  EXPECT_THAT(take_said(), ElementsAre("-10.1.1.0/24"));
}

TEST_F(OriginatorTest, NeverAnnouncesLinkLocalOrLoopbackSubnets) {
  bgp_.advertised_interfaces = {"docker0", "lo"};
  link(1, "lo");
  link(3, "docker0");
  address(1, "127.0.0.1/8");
  address(1, "::1/128");
  address(3, "fe80::1/64");
  address(3, "169.254.1.1/16");

  EXPECT_THAT(take_said(), IsEmpty());
}

TEST_F(OriginatorTest, AnnouncesHostAddressesOfAnInterfaceThatIsNamedOnly) {
  bgp_.advertised_interfaces = {"lo", "br-*"};
  link(1, "lo");
  link(4, "br-1234");
  address(1, "10.255.0.1/32");
  address(1, "fd00::1/128");
  address(4, "10.255.0.2/32");
  address(4, "fd00::2/128");

  EXPECT_THAT(take_said(), ElementsAre("+10.255.0.1/32", "+fd00::1/128"));
}

TEST_F(OriginatorTest, AnnouncesTheSubnetOfATentativeAddressAndStaysQuietWhenItIsFinished) {
  link(3, "docker0", true, false);
  address(3, "fd00:1::1/64", true, true);
  EXPECT_THAT(take_said(), ElementsAre("+fd00:1::/64"));

  address(3, "fd00:1::1/64", true, false);
  EXPECT_THAT(take_said(), IsEmpty());
}

TEST_F(OriginatorTest, WithdrawsBeforeItAnnounces) {
  bgp_.networks[prefix("10.9.0.0/16")] = {};
  update();
  take_said();

  bgp_.networks = {{prefix("10.1.0.0/16"), {}}};
  update();

  EXPECT_THAT(take_said(), ElementsAre("-10.9.0.0/16 network", "+10.1.0.0/16 network"));
}

}  // namespace
}  // namespace bgpd
