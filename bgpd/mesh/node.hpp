// The two values between the parts of the mesh: an uplink of ours, and a node that some source of nodes
// knows.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "rib/path_attributes.hpp"
#include "rib/prefix.hpp"

namespace bgpd::mesh {

/// An address of ours with its subnet.
struct UplinkAddress {
  rib::IpAddress address;
  std::uint8_t prefix_length = 0;
  rib::Prefix subnet() const { return {address, prefix_length}; }
  bool operator==(const UplinkAddress&) const = default;
};

/// An interface on which we meet other nodes: chosen by fib::Links, never a container bridge, its ports or a
/// tunnel. Addresses that the kernel does not let us use yet (IPv6 tentative) are left out.
struct Uplink {
  std::uint32_t interface_index = 0;
  std::string name;
  std::vector<UplinkAddress> addresses;
  bool operator==(const Uplink&) const = default;
};

/// Where a node is: an address of its own, on the link behind this interface of ours.
struct NodeAddress {
  std::uint32_t interface_index = 0;
  rib::IpAddress address;
  auto operator<=>(const NodeAddress&) const = default;
};

/// Another member of the mesh as a source of nodes knows it. Discovery is one source; seeds and stores are
/// others.
struct Node {
  rib::BgpIdentifier identifier = 0;
  std::uint64_t instance = 0;  // differs after each restart of the node
  rib::AsNumber as = 0;
  std::uint16_t bgp_port = 179;
  std::string hostname;
  std::vector<NodeAddress> addresses;  // sorted
  bool operator==(const Node&) const = default;
};

}  // namespace bgpd::mesh
