// The speaker's BGP Identifier, RFC 6286: configured, or kept in the state directory from an earlier start,
// or derived once from what this machine has for itself.
#pragma once

#include <optional>
#include <string>

#include "rib/path_attributes.hpp"

namespace bgpd {

struct RouterIdentifier {
  enum class Origin : std::uint8_t { Configured, Stored, Derived };
  rib::BgpIdentifier value = 0;
  Origin origin = Origin::Derived;
  /// For the log: a state directory that cannot be read or written, a file that makes no sense. Never fatal.
  std::string warning;
};

/// An unreadable or missing file is replaced by a derived identifier; `seed` is what it is derived from
/// (machine_seed()). Never throws.
RouterIdentifier router_identifier(std::optional<rib::BgpIdentifier> configured,
                                   const std::string& state_directory, const std::string& seed);

/// /etc/machine-id and the hardware address of the first interface that has one. The machine-id alone is not
/// enough: clones, containers of one image and network namespaces of one host share it. Something random when
/// there is neither, so that two such hosts still differ.
std::string machine_seed();

/// The same for the same seed. Looks like a host's address: not 0.x, 127.x, multicast or above, not ending in
/// 0 or 255.
rib::BgpIdentifier derived_identifier(const std::string& seed);

}  // namespace bgpd
