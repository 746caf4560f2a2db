// The tables that the benchmarks announce: prefixes in groups that share a set of attributes. The same
// numbers always make the same table, on every machine.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "rib/path_attributes.hpp"
#include "rib/prefix.hpp"

namespace bench {

/// SplitMix64: small, and the same everywhere, which the standard library's distributions are not.
class Random {
 public:
  explicit Random(std::uint64_t seed) : state_(seed) {}
  std::uint64_t next();
  /// 0 to `end` - 1.
  std::uint32_t below(std::uint32_t end) { return static_cast<std::uint32_t>((next() >> 32) * end >> 32); }
  bool one_in(std::uint32_t n) { return below(n) == 0; }

 private:
  std::uint64_t state_;
};

/// Neighbors in `prefixes` that every sender announces with one set of attributes.
struct RouteGroup {
  std::uint32_t first = 0, count = 0;
};

struct RouteTable {
  std::vector<rib::Prefix> prefixes;  // all different
  std::vector<RouteGroup> groups;     // cover `prefixes` in order

  rib::Family family() const { return prefixes.front().family(); }

  std::span<const rib::Prefix> of(const RouteGroup& group) const {
    return std::span(prefixes).subspan(group.first, group.count);
  }
};

/// Like the internet's table: three in five a /24, IPv6 with near half of them a /48, and one set of
/// attributes for six prefixes.
RouteTable internet_table(std::size_t prefixes, std::uint64_t seed = 1,
                          rib::Family family = rib::Family::Ipv4Unicast);

/// /24s in a row from 16.0.0.0 on, or /64s from 2001:db8:: on, six to a set of attributes: a receiver counts
/// them without a search.
RouteTable plain_table(std::size_t prefixes, rib::Family family = rib::Family::Ipv4Unicast);

/// Who announces: what its attributes depend on.
struct Announcer {
  std::uint32_t number = 0;  // among the senders: AS paths differ by it
  rib::AsNumber as = 0;
  bool is_internal = false;  // to the daemon: LOCAL_PREF instead of its own AS in front
  rib::IpAddress address;    // next hop
};

/// The attributes of the group's prefixes as this sender has them: an AS path of 2 to 8 ASes that ends at one
/// origin for all senders, communities on every second group, MED on some.
rib::PathAttributes attributes_of(std::uint32_t group, const Announcer& announcer);

}  // namespace bench
