#include "fib/forwarding.hpp"

#include <gtest/gtest.h>

#include "test/fib/network_namespace.hpp"

namespace fib::test {
namespace {

class ForwardingTest : public testing::TestWithParam<rib::Afi> {
 protected:
  void SetUp() override {
    if (!space_.problem().empty()) GTEST_SKIP() << space_.problem();
  }

 private:
  NetworkNamespace space_;
};
INSTANTIATE_TEST_SUITE_P(Families, ForwardingTest, testing::Values(rib::Afi::Ipv4, rib::Afi::Ipv6));

TEST_P(ForwardingTest, IsTurnedOnAndSeen) {
  const char* name =
      GetParam() == rib::Afi::Ipv4 ? "net.ipv4.ip_forward=0" : "net.ipv6.conf.all.forwarding=0";
  ASSERT_TRUE(run(std::string("sysctl -qw ") + name));
  ASSERT_FALSE(forwarding_enabled(GetParam()));

  const auto result = enable_forwarding(GetParam());
  EXPECT_TRUE(result) << result.error();
  EXPECT_TRUE(forwarding_enabled(GetParam()));
  EXPECT_TRUE(enable_forwarding(GetParam())) << "again";
}

TEST_P(ForwardingTest, KeepsListeningToRouterAdvertisements) {  // RFC 4861 §6.3.4 as Linux reads it
  ASSERT_TRUE(
      run("ip link add eth0 type veth peer name far0 && sysctl -qw net.ipv6.conf.eth0.accept_ra=1 "
          "net.ipv6.conf.far0.accept_ra=0"));
  ASSERT_TRUE(enable_forwarding(GetParam()));

  const char* expected = GetParam() == rib::Afi::Ipv6 ? "2\n0\n" : "1\n0\n";
  EXPECT_EQ(output_of("sysctl -n net.ipv6.conf.eth0.accept_ra net.ipv6.conf.far0.accept_ra"), expected);
}

}  // namespace
}  // namespace fib::test
