#include "bgpd/session/turned_out.hpp"

#include "bgpd/session/tcp_options.hpp"

namespace bgpd::session {
namespace {

bool is_content_with_as(const Peer& peer, const PeerSettings& after) {
  const auto& session = *peer.negotiated();
  if (after.any_as) return true;
  return after.remote_as ? session.peer_as == *after.remote_as : session.peer_as != session.local_as;
}

/// Without `update-source` any address will do.
bool is_content_with_address(const Peer& peer, const PeerSettings& after) {
  const auto& ours = peer.local().address;
  if (after.local_address) return ours == *after.local_address;
  return after.local_interface.empty() ||
         address_of_interface(after.local_interface, peer.remote().address) == ours;
}

}  // namespace

PeerSettings as_turned_out(const Peer& peer, const PeerSettings& after) {
  auto settings = peer.settings();
  if (!peer.is_established()) return settings;
  if (is_content_with_as(peer, after)) {
    settings.remote_as = after.remote_as;
    settings.any_as = after.any_as;
  }
  if (is_content_with_address(peer, after)) {
    settings.local_address = after.local_address;
    settings.local_interface = after.local_interface;
  }
  return settings;
}

}  // namespace bgpd::session
