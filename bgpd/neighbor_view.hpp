// A session as the API shows it. Pure.
#pragma once

#include "bgpd/api/backend.hpp"
#include "bgpd/session/peer.hpp"
#include "bgpd/speaker.hpp"

namespace bgpd {

api::NeighborView neighbor_view(const session::Peer& peer, const Speaker& speaker, const fib::Links& links,
                                rib::TimePoint now);

/// What ended a session, for the API and the history.
api::LastResetView::Cause cause_of(const session::EndReason& reason);

}  // namespace bgpd
