// What tests of aggregates are done with, once per family.
#pragma once

#include "rib/family.hpp"

namespace test {

struct AggregatedFamily {
  rib::Family family;
  const char *whole, *one, *two, *link;
};
inline constexpr AggregatedFamily kAggregatedFamilies[] = {
    {rib::Family::Ipv4Unicast, "10.0.0.0/8", "10.1.0.0/16", "10.2.0.0/16", "192.0.2.1"},
    {rib::Family::Ipv6Unicast, "2001:db8::/32", "2001:db8:1::/48", "2001:db8:2::/48", "2001:db8::1"}};

}  // namespace test
