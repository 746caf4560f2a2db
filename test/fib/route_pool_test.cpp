#include "fib/route_pool.hpp"

#include <gtest/gtest.h>

namespace fib {
namespace {

rib::FibRoute via(const char* gateway) {
  rib::NextHop hop;
  hop.gateway = rib::IpAddress::parse(gateway);
  hop.interface_index = 3;
  return {rib::RouteType::Unicast, {hop}};
}

TEST(RoutePool, HasNoNumberForMoreThanItCanCount) {
  RoutePool pool({}, 2);
  const auto first = pool.acquire(rib::Afi::Ipv4, via("192.0.2.1"));
  const auto second = pool.acquire(rib::Afi::Ipv4, via("192.0.2.2"));

  EXPECT_EQ(pool.acquire(rib::Afi::Ipv4, via("192.0.2.3")), kNoRoute);
  EXPECT_EQ(pool.acquire(rib::Afi::Ipv4, via("192.0.2.1")), first) << "one that has a number keeps it";
  pool.release(second);
  EXPECT_EQ(pool.acquire(rib::Afi::Ipv4, via("192.0.2.3")), second) << "a number that is free is given again";
}

}  // namespace
}  // namespace fib
