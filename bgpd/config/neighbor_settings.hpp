// From the configuration to what a session and the routing engine are told: pure functions of plain values.
#pragma once

#include <cstdint>
#include <expected>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

#include "bgpd/session/settings.hpp"
#include "cli/config/config.hpp"
#include "rib/messages.hpp"

namespace bgpd::config {

/// The index of an interface by its name, 0 when there is none. Asked for link-local neighbors only.
using InterfaceIndex = std::function<std::uint32_t(std::string_view name)>;

/// A neighbor's session, or why it cannot have one, in words for `show` and the log. `neighbor` is resolved
/// (cli::resolved): group and defaults filled in.
std::expected<session::PeerSettings, std::string> neighbor_settings(const cli::Bgp& bgp,
                                                                    const rib::IpAddress& address,
                                                                    const cli::Neighbor& neighbor,
                                                                    const InterfaceIndex& interface_index);

/// The same of `neighbor eth0 interface …`: its address is left open (PeerManager knows who was heard on the
/// link), its interface_index is 0 while there is no such link.
std::expected<session::PeerSettings, std::string> interface_neighbor_settings(
    const cli::Bgp& bgp, const std::string& name, const cli::Neighbor& neighbor,
    const InterfaceIndex& interface_index);

/// All of them, resolved here.
std::map<std::string, std::expected<session::PeerSettings, std::string>> all_interface_neighbor_settings(
    const cli::Config& config, const InterfaceIndex& interface_index);

/// `bgp listen range`: each with its group's settings, or why nobody can come from there.
std::map<rib::Prefix, std::expected<session::ListenRange, std::string>> listen_ranges(
    const cli::Config& config);

/// own: the neighbor's mode where it has one.
session::GracefulRestartSettings graceful_restart_settings(
    const cli::Bgp& bgp, std::optional<cli::GracefulRestartMode> own = std::nullopt);

/// All configured neighbors, resolved here. Those without remote-as and the like have their error.
std::map<rib::IpAddress, std::expected<session::PeerSettings, std::string>> all_neighbor_settings(
    const cli::Config& config, const InterfaceIndex& interface_index);

/// Adds discovered peers to configured ones. Of an address that both have the configured one stays: the
/// operator knows.
std::vector<session::PeerSettings> merged_peers(std::vector<session::PeerSettings> configured,
                                                std::vector<session::PeerSettings> discovered);

struct SpeakerSettings {
  rib::Speaker speaker;
  session::LocalSettings local;
  bool operator==(const SpeakerSettings&) const = default;
};

/// Ourselves. identifier: what serves without `bgp router-id`. hostname: the system's, unless configured.
/// Without `router bgp` all is zero and nothing must be started.
SpeakerSettings speaker_settings(const cli::Config& config, rib::BgpIdentifier identifier,
                                 const std::string& hostname, std::uint16_t port);

}  // namespace bgpd::config
