#include "fib/links.hpp"

#include <fnmatch.h>

#include <algorithm>
#include <array>
#include <set>
#include <string>

namespace fib {

namespace {

using Kind = KernelEvent::Kind;

/// IFLA_INFO_KIND of devices that carry packets inside packets.
constexpr std::array<std::string_view, 19> kTunnelKinds{
    "tun", "ipip", "sit",  "gre", "gretap", "erspan", "ip6tnl",  "ip6gre",    "ip6gretap", "ip6erspan",
    "vti", "vti6", "xfrm", "ppp", "vxlan",  "geneve", "bareudp", "wireguard", "gtp"};

bool is_global(const rib::IpAddress& address) {
  return !address.is_link_local() && !address.is_loopback() && !address.is_unspecified();
}

}  // namespace

bool matches_interface(std::string_view pattern, std::string_view name) {
  return ::fnmatch(std::string(pattern).c_str(), std::string(name).c_str(), 0) == 0;
}

bool Links::apply(const KernelEvent& event) {
  switch (event.kind) {
    case Kind::LinkChanged: {
      const auto [known, is_new] = links_.try_emplace(event.link.index, event.link);
      if (!is_new && known->second == event.link) return false;
      known->second = event.link;
      return true;
    }
    case Kind::LinkGone:
      addresses_.erase(event.link.index);
      return links_.erase(event.link.index) > 0;
    case Kind::AddressAdded:
      return set_address(event.address);
    case Kind::AddressGone:
      return remove_address(event.address);
    case Kind::RouteChanged:
      return event.route.prefix.is_default() && set_route(event.route);
    case Kind::RouteGone:
      return event.route.prefix.is_default() && remove_route(event.route);
    default:
      return false;
  }
}

bool Links::set_address(const InterfaceAddress& address) {
  auto& list = addresses_[address.interface_index];
  const auto known = std::ranges::find(list, address.address, &InterfaceAddress::address);
  if (known == list.end()) {
    list.push_back(address);
    return true;
  }
  if (*known == address) return false;
  *known = address;
  return true;
}

bool Links::remove_address(const InterfaceAddress& address) {
  const auto list = addresses_.find(address.interface_index);
  if (list == addresses_.end()) return false;
  const bool found = std::erase_if(list->second, [&](auto& a) { return a.address == address.address; }) > 0;
  if (list->second.empty()) addresses_.erase(list);
  return found;
}

bool Links::set_route(const rib::KernelRoute& route) {
  std::vector<std::uint32_t> interfaces;
  for (const auto& hop : route.next_hops)
    if (hop.interface_index != 0) interfaces.push_back(hop.interface_index);
  auto& known = default_routes_[{route.prefix.afi(), route.metric, route.protocol}];
  if (known == interfaces) return false;
  known = std::move(interfaces);
  return true;
}

bool Links::remove_route(const rib::KernelRoute& route) {
  return default_routes_.erase({route.prefix.afi(), route.metric, route.protocol}) > 0;
}

const Link* Links::find(std::uint32_t index) const {
  const auto link = links_.find(index);
  return link == links_.end() ? nullptr : &link->second;
}

const Link* Links::find(std::string_view name) const {
  const auto link = std::ranges::find_if(links_, [&](const auto& item) { return item.second.name == name; });
  return link == links_.end() ? nullptr : &link->second;
}

std::span<const InterfaceAddress> Links::addresses(std::uint32_t index) const {
  const auto list = addresses_.find(index);
  if (list == addresses_.end()) return {};
  return list->second;
}

std::vector<rib::Prefix> Links::connected_subnets(std::uint32_t index) const {
  std::set<rib::Prefix> subnets;
  for (const auto& address : addresses(index))
    if (is_global(address.address) && !address.subnet().is_host()) subnets.insert(address.subnet());
  return {subnets.begin(), subnets.end()};
}

std::optional<rib::IpAddress> Links::global_address(std::uint32_t index, rib::Afi afi) const {
  for (const auto& address : addresses(index))
    if (address.address.afi() == afi && is_global(address.address) && !address.is_tentative)
      return address.address;
  return std::nullopt;
}

std::optional<rib::IpAddress> Links::link_local_address(std::uint32_t index, rib::Afi afi) const {
  for (const auto& address : addresses(index))
    if (address.address.afi() == afi && address.address.is_link_local() && !address.is_tentative)
      return address.address;
  return std::nullopt;
}

std::uint32_t Links::holder_of(const rib::IpAddress& address) const {
  for (const auto& [index, list] : addresses_)
    if (std::ranges::find(list, address, &InterfaceAddress::address) != list.end()) return index;
  return 0;
}

std::uint32_t Links::connected_to(const rib::IpAddress& address) const {
  std::uint32_t best = 0;
  int length = -1;
  for (const auto& [index, list] : addresses_) {
    const auto* link = find(index);
    if (link == nullptr || !link->is_up) continue;
    for (const auto& own : list)
      if (own.prefix_length > length && own.subnet().contains(address)) {
        best = index;
        length = own.prefix_length;
      }
  }
  return best;
}

std::string Links::vrf_of(std::uint32_t index) const {
  const auto* link = find(index);
  for (int depth = 0; link && depth < kMaximumMasterDepth; ++depth) {
    if (link->vrf_table != 0) return link->name;
    link = find(link->master);
  }
  return {};
}

bool Links::is_bridge(std::uint32_t index) const {
  const auto* link = find(index);
  return link != nullptr && link->kind == "bridge";
}

bool Links::is_bridge_port(std::uint32_t index) const {
  const auto* link = find(index);
  return link != nullptr && link->master != 0 && is_bridge(link->master);
}

bool Links::is_tunnel(std::uint32_t index) const {
  const auto* link = find(index);
  if (link == nullptr) return false;
  return link->is_point_to_point || std::ranges::find(kTunnelKinds, link->kind) != kTunnelKinds.end();
}

std::vector<std::uint32_t> Links::matching(std::span<const std::string> patterns) const {
  std::vector<std::uint32_t> result;
  for (const auto& [index, link] : links_)
    if (std::ranges::any_of(patterns,
                            [&](const auto& pattern) { return matches_interface(pattern, link.name); }))
      result.push_back(index);
  return result;
}

std::vector<std::uint32_t> Links::uplinks() const {
  std::set<std::uint32_t> result;
  for (const auto& [name, interfaces] : default_routes_)
    for (const auto index : interfaces)
      if (links_.contains(index)) result.insert(index);
  if (!result.empty()) return {result.begin(), result.end()};

  const auto has_global_address = [this](std::uint32_t index) {
    return global_address(index, rib::Afi::Ipv4) || global_address(index, rib::Afi::Ipv6);
  };
  for (const auto& [index, link] : links_)
    if (link.is_up && !link.is_loopback && link.vrf_table == 0 && !is_bridge(index) &&
        !is_bridge_port(index) && !is_tunnel(index) && has_global_address(index))
      result.insert(index);
  return {result.begin(), result.end()};
}

}  // namespace fib
