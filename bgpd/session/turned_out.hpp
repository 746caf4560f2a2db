// What a session turned out to be, where its settings left that open.
#pragma once

#include "bgpd/session/peer.hpp"

namespace bgpd::session {

/// The peer's settings, with what its session has in place of what was asked for, wherever `after` is content
/// with that: the neighbor's AS, our address. What then differs is what the session must end for. The
/// settings as they are, unless Established.
PeerSettings as_turned_out(const Peer& peer, const PeerSettings& after);

}  // namespace bgpd::session
