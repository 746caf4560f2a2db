// What a commit would do, from what does it: the plan of peers, what is originated, import policy.
#include <algorithm>
#include <set>

#include "bgpd/config/differences.hpp"
#include "bgpd/daemon.hpp"

namespace bgpd {
namespace {

/// Destinations whose routes are shown to a changed policy: one turn of the loop, some tens of milliseconds.
constexpr std::size_t kAskedDestinations = 20000;

std::uint64_t accepted_by(const rib::Engine& engine, const session::Peer& peer) {
  if (!peer.is_established()) return 0;
  const auto counters = engine.counters(peer.rib_handle);
  return std::uint64_t{counters.accepted[0]} + counters.accepted[1];
}

/// What is in every OPEN and would be another.
std::optional<std::string> local_reason(const session::LocalSettings& before,
                                        const session::LocalSettings& after) {
  if (before.as != after.as) return "AS changed";
  if (before.confederation_id != after.confederation_id ||
      before.confederation_peers != after.confederation_peers)
    return "confederation changed";
  if (before.identifier != after.identifier) return "router-id changed";
  return std::nullopt;
}

std::string name_of(const session::PeerSettings& settings) {
  return settings.interface_name.empty() ? settings.address.to_string() : settings.interface_name;
}

/// An established peer whose import policy would be another, or say something else.
struct AskedPeer {
  api::ConsequencesView::Neighbor counts;
  rib::PolicyChain policies[rib::kFamilyCount];
};

void ask_about(const rib::DestinationView& destination, const rib::Policies& policies,
               std::map<rib::PeerHandle, AskedPeer>& peers) {
  for (const auto& path : destination.paths) {
    if (!path.peer || !path.received) continue;
    const auto at = peers.find(*path.peer);
    if (at == peers.end()) continue;
    const auto& chain = at->second.policies[index_of(destination.prefix.family())];
    auto attributes = *path.received;
    const bool permits =
        policies.apply(chain, {.prefix = destination.prefix, .peer = &path.peer_address}, attributes)
            .permitted;
    const bool denied = path.state == rib::PathState::PolicyDenied;
    if (path.state == rib::PathState::Accepted && !permits) ++at->second.counts.refused;
    if (denied && permits) ++at->second.counts.accepted;
  }
}

}  // namespace

api::ConsequencesView Daemon::consequences(const cli::Config& after) const {
  api::ConsequencesView view;
  view.bgp_removed = config_.bgp && !after.bgp;
  add_peer_consequences(after, view);
  add_origination_consequences(after, view);
  add_policy_consequences(after, view);
  return view;
}

void Daemon::add_peer_consequences(const cli::Config& after, api::ConsequencesView& view) const {
  for (const auto& [name, settings] : usable_and_not(after))
    if (!settings) view.unusable.push_back({name, settings.error()});
  const auto reason =
      local_reason(config::speaker_settings(config_, own_identifier_, hostname_, options_.bgp_port).local,
                   config::speaker_settings(after, own_identifier_, hostname_, options_.bgp_port).local);
  const auto plan = plan_peers(configured_peers(after));
  std::set<const session::Peer*> reset;
  const auto resets = [&](const session::Peer& peer, const std::string& why) {
    if (peer.is_established() && reset.insert(&peer).second)
      view.resets.push_back({peer.name(), why, accepted_by(engine(), peer)});
  };
  for (const auto* peer : plan.removed) {
    view.removed.push_back({peer->name(), "", accepted_by(engine(), *peer)});
    resets(*peer, view.bgp_removed ? "router bgp removed" : "neighbor removed");
  }
  for (const auto& [peer, settings] : plan.changed) {
    const auto why = config::reset_reason(peer->settings(), speaker_->peers().completed(settings));
    if (why)
      resets(*peer, *why);
    else
      ++view.changed_neighbors;
  }
  for (const auto& settings : plan.added) view.added.push_back({name_of(settings), ""});
  if (reason && after.bgp)
    std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) { resets(peer, *reason); });
}

void Daemon::add_origination_consequences(const cli::Config& after, api::ConsequencesView& view) const {
  const auto has_route = [&](const rib::Prefix& prefix) {
    return has_kernel_route(engine().routes_for(prefix));
  };
  const auto prefixes = [&](const cli::Config& config) {
    std::set<rib::Prefix> wanted;
    for (const auto& origination : wanted_originations(config.bgp.value_or(cli::Bgp{}), links_, has_route))
      wanted.insert(origination.prefix);
    if (config.bgp)
      for (const auto& [prefix, rule] : config.bgp->aggregates) wanted.insert(prefix);
    return wanted;
  };
  const auto before = prefixes(config_), then = prefixes(after);
  std::ranges::set_difference(before, then, std::back_inserter(view.withdrawn));
  std::ranges::set_difference(then, before, std::back_inserter(view.announced));
}

void Daemon::add_policy_consequences(const cli::Config& after, api::ConsequencesView& view) const {
  const rib::Policies policies(cli::policy_in_force(after)), before(cli::policy_in_force(config_));
  std::map<rib::PeerHandle, AskedPeer> peers;
  std::map<std::string, session::PeerSettings> wanted;
  for (auto& settings : configured_peers(after)) wanted.emplace(name_of(settings), settings);
  std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) {
    const auto at = wanted.find(peer.name());
    if (!peer.is_established() || at == wanted.end() || at->second.shutdown) return;
    AskedPeer asked{.counts = {peer.name(), ""}, .policies = {}};
    bool differs = false;
    for (const auto family : rib::kFamilies) {
      const auto& chain = at->second.imports[index_of(family)].policy;
      asked.policies[index_of(family)] = chain;
      differs = differs || chain != peer.settings().imports[index_of(family)].policy ||
                before.differs(chain, policies);
    }
    if (differs) peers.emplace(peer.rib_handle, std::move(asked));
  });
  if (peers.empty()) return;
  for (const auto family : rib::kFamilies) {
    const auto prefixes = engine().prefixes(family, std::nullopt, kAskedDestinations + 1);
    view.policies_are_partial = view.policies_are_partial || prefixes.size() > kAskedDestinations;
    for (std::size_t i = 0; i < prefixes.size() && i < kAskedDestinations; ++i)
      if (const auto destination = engine().destination(prefixes[i]))
        ask_about(*destination, policies, peers);
  }
  for (auto& [handle, asked] : peers) view.policies.push_back(std::move(asked.counts));
}

}  // namespace bgpd
