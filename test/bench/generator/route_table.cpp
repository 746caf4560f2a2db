#include "test/bench/generator/route_table.hpp"

#include <algorithm>
#include <array>
#include <boost/unordered/unordered_flat_set.hpp>

#include "test/bench/generator/prefix_numbers.hpp"

namespace bench {
namespace {

struct LengthShare {
  std::uint8_t length;
  std::uint16_t per_mille;
};

// About what public collectors show of the IPv4 table in this decade; sums to 1000.
constexpr std::array<LengthShare, 14> kLengths{{{24, 620},
                                                {23, 100},
                                                {22, 110},
                                                {21, 50},
                                                {20, 45},
                                                {19, 27},
                                                {18, 15},
                                                {17, 10},
                                                {16, 15},
                                                {15, 3},
                                                {14, 2},
                                                {13, 1},
                                                {12, 1},
                                                {11, 1}}};

// The same of IPv6.
constexpr std::array<LengthShare, 14> kLengths6{{{48, 460},
                                                 {32, 110},
                                                 {44, 95},
                                                 {40, 95},
                                                 {36, 60},
                                                 {29, 45},
                                                 {47, 30},
                                                 {46, 30},
                                                 {42, 25},
                                                 {45, 15},
                                                 {38, 10},
                                                 {34, 10},
                                                 {33, 10},
                                                 {28, 5}}};

constexpr std::uint32_t kPrefixesOfGroup = 6;  // on average

std::uint8_t draw_length(Random& random, std::span<const LengthShare> lengths) {
  auto left = random.below(1000);
  for (const auto& share : lengths) {
    if (left < share.per_mille) return share.length;
    left -= share.per_mille;
  }
  return lengths.front().length;
}

/// Of 1.0.0.0 to 223.255.255.255, without 10/8, 100.64/10, 127/8, 169.254/16, 172.16/12 and 192.168/16.
bool is_public(std::uint32_t address) {
  const auto inside = [&](std::uint32_t network, unsigned length) {
    return (address ^ network) >> (32 - length) == 0;
  };
  const auto top = address >> 24;
  return top != 0 && top < 224 && top != 10 && top != 127 && !inside(0x64400000, 10) &&
         !inside(0xa9fe0000, 16) && !inside(0xac100000, 12) && !inside(0xc0a80000, 16);
}

rib::Prefix prefix6(std::uint64_t first_half, std::uint8_t length) {
  std::array<std::uint8_t, 16> octets{};
  for (std::size_t i = 0; i < 8; ++i) octets[i] = static_cast<std::uint8_t>(first_half >> (56 - 8 * i));
  return {*rib::IpAddress::from_bytes(octets), length};
}

/// Near `neighborhood`, mostly; nothing when it is none that the internet would have.
std::optional<rib::Prefix> draw_prefix(Random& random, std::uint64_t neighborhood) {
  const auto length = draw_length(random, kLengths);
  const auto wide = random.one_in(4) ? 0xffffffffu : 0x000fffffu;
  const auto address =
      (static_cast<std::uint32_t>(neighborhood) ^ (static_cast<std::uint32_t>(random.next()) & wide)) &
      ~std::uint32_t{0} << (32 - length);
  if (!is_public(address)) return std::nullopt;
  return rib::Prefix(rib::IpAddress::v4(address), length);
}

/// Of 2000::/3.
rib::Prefix draw_prefix6(Random& random, std::uint64_t neighborhood) {
  const auto length = draw_length(random, kLengths6);
  const auto wide = random.one_in(4) ? ~std::uint64_t{0} : 0x000000ffffffffffu;
  const auto drawn = 0x2000000000000000u | (neighborhood ^ (random.next() & wide)) >> 3;
  return prefix6(drawn & ~std::uint64_t{0} << (64 - length), length);
}

/// 1 to 4 * kPrefixesOfGroup, few mostly: an AS with one prefix is the commonest.
std::uint32_t draw_group_size(Random& random) {
  std::uint32_t size = 1;
  while (size < 4 * kPrefixesOfGroup && !random.one_in(kPrefixesOfGroup)) ++size;
  return size;
}

}  // namespace

std::uint64_t Random::next() {
  auto z = state_ += 0x9e3779b97f4a7c15;
  z = (z ^ z >> 30) * 0xbf58476d1ce4e5b9;
  z = (z ^ z >> 27) * 0x94d049bb133111eb;
  return z ^ z >> 31;
}

RouteTable internet_table(std::size_t prefixes, std::uint64_t seed, rib::Family family) {
  Random random(seed);
  RouteTable table;
  table.prefixes.reserve(prefixes);
  boost::unordered_flat_set<std::uint64_t> taken;
  taken.reserve(prefixes);

  while (table.prefixes.size() < prefixes) {
    RouteGroup group;
    group.first = static_cast<std::uint32_t>(table.prefixes.size());
    const auto left = prefixes - table.prefixes.size();
    const auto size = std::min<std::size_t>(draw_group_size(random), left);
    // The prefixes of one origin lie near one another, as registries give them out.
    const auto neighborhood = random.next();
    while (group.count < size) {
      const auto prefix = family == rib::Family::Ipv4Unicast
                              ? draw_prefix(random, neighborhood)
                              : std::optional(draw_prefix6(random, neighborhood));
      if (!prefix || !taken.insert(PrefixNumbers::key_of(*prefix)).second) continue;
      table.prefixes.push_back(*prefix);
      ++group.count;
    }
    table.groups.push_back(group);
  }
  return table;
}

RouteTable plain_table(std::size_t prefixes, rib::Family family) {
  RouteTable table;
  table.prefixes.reserve(prefixes);
  for (std::uint32_t i = 0; i < prefixes; ++i)
    table.prefixes.push_back(family == rib::Family::Ipv4Unicast
                                 ? rib::Prefix(rib::IpAddress::v4(0x10000000 + (i << 8)), 24)
                                 : prefix6(0x20010db800000000 + i, 64));
  for (std::uint32_t first = 0; first < prefixes; first += kPrefixesOfGroup) {
    const auto left = static_cast<std::uint32_t>(prefixes) - first;
    table.groups.push_back({first, std::min(kPrefixesOfGroup, left)});
  }
  return table;
}

rib::PathAttributes attributes_of(std::uint32_t group, const Announcer& announcer) {
  Random of_group(group + 1);
  Random of_both((std::uint64_t{announcer.number} << 32) + group + 1);

  rib::PathAttributes attributes;
  attributes.origin = of_group.one_in(8) ? rib::Origin::Incomplete : rib::Origin::Igp;
  attributes.next_hop = announcer.address;

  rib::AsPath::Segment path{rib::AsPath::SegmentType::Sequence, {}};
  if (!announcer.is_internal) path.as_numbers.push_back(announcer.as);
  const auto transit = 1 + of_both.below(3) + of_both.below(3) + (of_both.one_in(8) ? of_both.below(3) : 0);
  for (std::uint32_t i = 0; i < transit; ++i) path.as_numbers.push_back(1000 + of_both.below(4000));
  path.as_numbers.push_back(100000 + of_group.below(70000));
  attributes.as_path = rib::AsPath({&path, 1});

  if (of_group.one_in(2)) {
    std::vector<rib::Community> communities(1 + of_group.below(8));
    for (auto& community : communities)
      community.value = (1000 + of_both.below(4000)) << 16 | of_both.below(1000);
    std::sort(communities.begin(), communities.end());
    communities.erase(std::unique(communities.begin(), communities.end()), communities.end());
    attributes.communities = rib::CompactArray<rib::Community>(std::span<const rib::Community>(communities));
  }
  if (of_group.one_in(10)) attributes.med = of_both.below(200);
  if (announcer.is_internal) attributes.local_pref = 100;
  return attributes;
}

}  // namespace bench
