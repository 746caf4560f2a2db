// What changed between two configurations, as a plain value: the only thing that acts on a running daemon.
// Also what `commit check` shows, because it can be had without doing anything.
//
// Whoever applies it does so in the order of the members: remove, change, add.
#pragma once

#include <string>
#include <vector>

#include "bgpd/config/neighbor_settings.hpp"
#include "cli/config/config.hpp"
#include "fib/kernel.hpp"

namespace bgpd::config {

/// A session that cannot go on with the new configuration.
struct SessionReset {
  rib::IpAddress address;
  std::string reason;  // "remote-as changed", for people
  bool operator==(const SessionReset&) const = default;
};

/// A neighbor that has no session, and why.
struct UnusableNeighbor {
  rib::IpAddress address;
  std::string reason;
  bool operator==(const UnusableNeighbor&) const = default;
};

struct Differences {
  /// `no router bgp`: every session ends, every route goes. Then nothing below up to `originations` matters.
  bool bgp_removed = false;
  std::vector<session::PeerSettings> removed_neighbors;  // with their old settings
  /// AS, identifier, decision process, reflection: Engine::set_speaker and PeerManager::set_local with the
  /// new values.
  bool speaker_changed = false;
  std::vector<session::PeerSettings> changed_neighbors;  // new settings; also those that need no reset
  std::vector<session::PeerSettings> added_neighbors;
  std::vector<UnusableNeighbor> unusable_neighbors;  // in the new configuration
  /// Established sessions that will end: of removed and changed neighbors, and of all when AS or identifier
  /// change.
  std::vector<SessionReset> resets;
  bool discovery_changed = false;  // or what the mesh takes from `router bgp`: AS, timers, graceful restart
  bool originations_changed = false;  // networks, advertised interfaces, import check
  bool fib_options_changed = false;   // metric, table
  bool forwarding_changed = false;    // ip forwarding, ipv6 forwarding
  bool logging_changed = false;

  bool operator==(const Differences&) const = default;
  bool empty() const;
};

/// before, after: whole configurations. identifier and hostname: what serves where they are not configured.
Differences differences(const cli::Config& before, const cli::Config& after, rib::BgpIdentifier identifier,
                        const std::string& hostname, const InterfaceIndex& interface_index);

/// Why a session with these settings must end to take those, nothing when it need not. In accord with
/// session::needs_reset, with the reason named.
std::optional<std::string> reset_reason(const session::PeerSettings& before,
                                        const session::PeerSettings& after);

/// fib metric, fib table; `write`: what the command line said.
fib::KernelOptions kernel_options(const cli::Config& config, bool write);

}  // namespace bgpd::config
