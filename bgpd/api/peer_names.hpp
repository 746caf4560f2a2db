// What paths need to know of the peers they came from: names, by the engine's handle. Made for one answer.
#pragma once

#include <unordered_map>

#include "bgpd/api/convert.hpp"

namespace bgpd::api {

class PeerNames {
 public:
  explicit PeerNames(const Backend& backend) {
    backend.visit_neighbors([&](const NeighborView& neighbor) {
      if (!neighbor.handle) return;
      auto& entry = names_[neighbor.handle->index];
      put_name(neighbor, *entry.mutable_name());
      if (neighbor.received && neighbor.received->hostname)
        entry.set_hostname(readable_text(*neighbor.received->hostname));
    });
  }

  /// nullptr: of a session that is over.
  const proto::AdvertisedTo* find(rib::PeerHandle peer) const {
    const auto found = names_.find(peer.index);
    return found == names_.end() ? nullptr : &found->second;
  }
  /// The path with the name of who sent it.
  void put(const rib::PathView& path, rib::TimePoint now, proto::Path& to) const {
    put_path(path, now, to);
    const auto* peer = path.peer ? find(*path.peer) : nullptr;
    if (!peer) return;
    *to.mutable_peer() = peer->name();
    to.set_peer_hostname(peer->hostname());
  }

 private:
  std::unordered_map<std::uint32_t, proto::AdvertisedTo> names_;
};

}  // namespace bgpd::api
