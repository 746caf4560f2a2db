// The socket options of BGP, set on a file descriptor: time to live and its minimum (RFC 5082), the MD5
// signature (RFC 2385), how long unacknowledged data may wait. Errors are texts for people.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "bgpd/session/network.hpp"

namespace bgpd::session {

/// Packets go and come by this VRF device alone; "" leaves the socket free.
std::optional<std::string> bind_to_device(int socket, const std::string& device);
/// Every connection and listener: no Nagle delay, network control as traffic class.
void set_common_options(int socket, rib::Afi afi);
/// ACKs wait for the next message, until one had to leave because none came. See AckDelay.
void delay_acks(int socket);
/// Time to live, minimum of it, bound on unacknowledged data. The password is set apart, because listeners
/// need it too.
std::optional<std::string> apply_settings(int socket, rib::Afi afi, const TransportSettings& settings);
/// Segments from and to these addresses are signed; "" ends that.
std::optional<std::string> set_md5_password(int socket, const rib::Prefix& remotes,
                                            const std::string& password);
/// The kernel's counters of this network namespace, /proc/net/netstat.
std::optional<SignatureFailures> read_signature_failures();
/// The same from the file's text: lines of names and of values, each headed "TcpExt:".
std::optional<SignatureFailures> parse_signature_failures(std::string_view text);
/// An address of the interface to connect from; link-local when `remote` is. Nothing: it has none.
std::optional<rib::IpAddress> address_of_interface(const std::string& name, const rib::IpAddress& remote);

}  // namespace bgpd::session
