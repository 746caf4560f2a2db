// The interfaces of this machine as the owner of a Kernel knows them: a value built from its events.
// Mesh and originator ask it which links are bridges, which are uplinks, and which subnets are connected
// where.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <span>
#include <string_view>
#include <utility>
#include <vector>

#include "fib/kernel.hpp"

namespace fib {

/// True when `name` is meant by `pattern`, a shell pattern as in `advertise interface br-*`. fnmatch(3).
bool matches_interface(std::string_view pattern, std::string_view name);

class Links {
 public:
  /// Takes what concerns links, addresses and default routes; other events are ignored. True when something
  /// changed.
  bool apply(const KernelEvent& event);

  /// Borrowed until the next apply(); nullptr when there is none.
  const Link* find(std::uint32_t index) const;
  const Link* find(std::string_view name) const;
  const std::map<std::uint32_t, Link>& all() const { return links_; }

  /// In order of arrival; empty for an unknown index.
  std::span<const InterfaceAddress> addresses(std::uint32_t index) const;
  /// Subnets of the link's addresses without link-local, loopback, and host addresses' own; sorted, no
  /// duplicates.
  std::vector<rib::Prefix> connected_subnets(std::uint32_t index) const;
  /// The first finished address of the family that is not link-local.
  std::optional<rib::IpAddress> global_address(std::uint32_t index, rib::Afi afi) const;
  /// The finished link-local address, fe80::/10 or 169.254.0.0/16.
  std::optional<rib::IpAddress> link_local_address(std::uint32_t index, rib::Afi afi) const;
  /// The link that holds the address, 0 when none does.
  std::uint32_t holder_of(const rib::IpAddress& address) const;
  /// The up link whose subnet contains the address, longest subnet first; 0 when none does.
  std::uint32_t connected_to(const rib::IpAddress& address) const;

  /// The name of the VRF that the link is, or is in by its masters; "": none.
  std::string vrf_of(std::uint32_t index) const;
  bool is_bridge(std::uint32_t index) const;
  bool is_bridge_port(std::uint32_t index) const;
  /// Encapsulating or point-to-point: never a place to look for neighbours unless it is an uplink.
  bool is_tunnel(std::uint32_t index) const;
  /// Links whose name some pattern means, by index.
  std::vector<std::uint32_t> matching(std::span<const std::string> patterns) const;

  /// The interfaces of default routes; without one, every interface that is up, has a global address, and is
  /// neither loopback, a VRF, a bridge, a bridge's port, nor a tunnel. Indexes in order.
  std::vector<std::uint32_t> uplinks() const;

 private:
  struct RouteName {
    rib::Afi afi;
    std::uint32_t metric;
    std::uint8_t protocol;
    auto operator<=>(const RouteName&) const = default;
  };
  bool set_address(const InterfaceAddress& address);
  bool remove_address(const InterfaceAddress& address);
  bool set_route(const rib::KernelRoute& route);
  bool remove_route(const rib::KernelRoute& route);

  std::map<std::uint32_t, Link> links_;
  std::map<std::uint32_t, std::vector<InterfaceAddress>> addresses_;
  std::map<RouteName, std::vector<std::uint32_t>> default_routes_;  // interfaces of their next hops
};

}  // namespace fib
