#include "bgpd/mesh/uplinks.hpp"

#include <algorithm>

namespace bgpd::mesh {

std::vector<Uplink> uplinks_of(const fib::Links& links, std::span<const std::string> patterns) {
  std::vector<Uplink> uplinks;
  for (const auto index : patterns.empty() ? links.uplinks() : links.matching(patterns)) {
    const auto* link = links.find(index);
    if (!link || !link->is_up || !link->is_multicast || link->is_loopback) continue;
    Uplink uplink{.interface_index = index, .name = link->name, .addresses = {}};
    for (const auto& own : links.addresses(index))
      if (!own.is_tentative && !own.address.is_martian_host())
        uplink.addresses.push_back({own.address, own.prefix_length});
    std::ranges::sort(uplink.addresses, {},
                      [](const UplinkAddress& own) { return std::pair(own.address, own.prefix_length); });
    if (!uplink.addresses.empty()) uplinks.push_back(std::move(uplink));
  }
  return uplinks;
}

}  // namespace bgpd::mesh
