// From a session's settings and what it negotiated to the key of its update groups. Pure.
#pragma once

#include <optional>

#include "bgpd/session/negotiation.hpp"
#include "bgpd/session/settings.hpp"
#include "fib/links.hpp"
#include "rib/export_profile.hpp"

namespace bgpd {

/// Where a session's two ends are.
struct SessionEnds {
  rib::IpAddress local, remote;
  std::uint32_t interface_index = 0;  // of the link the peer is on; 0: behind a router
};

/// The link of the session: that of a link-local peer, else the one whose subnet holds the peer; 0 when the
/// peer is not on any link of ours.
std::uint32_t link_of_peer(const session::PeerSettings& settings, const rib::IpAddress& remote,
                           const fib::Links& links);

rib::ExportProfile export_profile(rib::Family family, const session::LocalSettings& local,
                                  const session::PeerSettings& settings,
                                  const session::Negotiated& negotiated, const SessionEnds& ends,
                                  const fib::Links& links);

}  // namespace bgpd
