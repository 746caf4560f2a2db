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
  /// Who sent the path: by its address alone when its session is over. path.peer must be set.
  void put(const rib::PathView& path, proto::AdvertisedTo& to) const {
    if (const auto* peer = find(*path.peer))
      to = *peer;
    else
      to.mutable_name()->set_address(octets_of(path.peer_address));
  }
  void put(const rib::PathView& path, proto::Path& to) const {
    proto::AdvertisedTo sender;
    put(path, sender);
    *to.mutable_peer() = sender.name();
    to.set_peer_hostname(sender.hostname());
  }
  /// The whole path with its attributes and the name of who sent it.
  void put(const rib::PathView& path, rib::TimePoint now, proto::Path& to) const {
    put_path(path, now, to);
    if (path.attributes) put_attributes(*path.attributes, *to.mutable_attributes());
    if (path.peer) put(path, to);
  }

 private:
  std::unordered_map<std::uint32_t, proto::AdvertisedTo> names_;
};

}  // namespace bgpd::api
