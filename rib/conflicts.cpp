#include "rib/conflicts.hpp"

#include <algorithm>

namespace rib {
namespace {

bool is_own_subnet(const Path& path) {
  return path.is_local() &&
         (path.local_sources & static_cast<unsigned>(LocalSource::AdvertisedInterface)) != 0;
}

}  // namespace

bool Conflicts::add_own_subnet(const Prefix& prefix) {
  if (std::find(own_subnets_.begin(), own_subnets_.end(), prefix) != own_subnets_.end()) return false;
  own_subnets_.push_back(prefix);
  return peers_.mesh_members() > 0;
}

bool Conflicts::remove_own_subnet(const Prefix& prefix) {
  return std::erase(own_subnets_, prefix) > 0 && peers_.mesh_members() > 0;
}

bool Conflicts::overlaps_own_subnet(const Prefix& prefix) const {
  return std::any_of(own_subnets_.begin(), own_subnets_.end(),
                     [&](auto& own) { return own.overlaps(prefix); });
}

bool Conflicts::is_claim(const Path& path, bool we_claim, bool overlaps) const {
  if (path.is_local() || !path.is_feasible()) return false;
  const auto& peer = peers_[path.peer];
  if (!peer.is_internal()) return false;
  const bool is_mesh_member = peer.up.guard.is_mesh_member;
  if (is_mesh_member && overlaps) return true;
  return (is_mesh_member || we_claim) && path.attributes->as_path.empty();
}

bool Conflicts::evaluate(Destination& destination) {
  const bool was = destination.has(Destination::Conflict);
  if (!was && peers_.mesh_members() == 0 && own_subnets_.empty()) return false;

  bool we_claim = false, may_claim = false;
  for (const auto& path : destination.paths()) {
    if (path.is_local()) {
      we_claim |= is_own_subnet(path);
    } else {
      may_claim |= peers_[path.peer].is_internal();
    }
  }
  if (!was && !may_claim) return false;

  const bool overlaps = !we_claim && !own_subnets_.empty() && overlaps_own_subnet(destination.prefix);
  std::vector<Claimant> claimants;
  for (const auto& path : destination.paths()) {
    if (!is_claim(path, we_claim, overlaps)) continue;
    const Claimant claimant{path.attributes->rare->originator_id.value_or(peers_[path.peer].up.identifier),
                            path.peer};
    if (claimant.originator == speaker_.identifier) continue;
    const bool is_known = std::any_of(claimants.begin(), claimants.end(),
                                      [&](auto& other) { return other.originator == claimant.originator; });
    if (!is_known) claimants.push_back(claimant);
  }
  const bool is_conflict = claimants.size() + (we_claim || overlaps) > 1;
  if (!is_conflict) claimants.clear();
  if (was || is_conflict) {
    for (auto& path : destination.paths()) {
      if (!path.is_feasible() || path.is_local()) continue;
      path.state = is_conflict && is_claim(path, we_claim, overlaps) ? PathState::DuplicateSubnet
                                                                     : PathState::Accepted;
    }
    tell(destination.prefix, std::move(claimants));
  }
  destination.set(Destination::Conflict, is_conflict);
  return was != is_conflict;
}

void Conflicts::tell(const Prefix& prefix, std::vector<Claimant> claimants) {
  if (claimants.empty()) {
    if (told_.erase(prefix) > 0) {
      notices_.push_back({Notice::Kind::DuplicateSubnetGone, prefix, std::nullopt, 0, {}});
    }
    return;
  }
  auto& told = told_[prefix];
  for (const auto& claimant : claimants) {
    if (std::find(told.begin(), told.end(), claimant.originator) != told.end()) continue;
    notices_.push_back({Notice::Kind::DuplicateSubnet, prefix, peers_.handle(claimant.peer),
                        claimant.originator,
                        "claimed by node " + IpAddress::v4(claimant.originator).to_string() +
                            ", heard from " + peers_[claimant.peer].up.name});
  }
  // Only who claims now is remembered: bounded by the paths there are.
  told.clear();
  for (const auto& claimant : claimants) told.push_back(claimant.originator);
}

}  // namespace rib
