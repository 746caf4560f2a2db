// What a commit would do, from what does it: the plan of peers, and a walk over the routes with the
// configuration to be (forecast.hpp).
#include <algorithm>
#include <map>
#include <set>
#include <tuple>

#include "bgpd/config/differences.hpp"
#include "bgpd/daemon.hpp"
#include "bgpd/static_routes.hpp"

namespace bgpd {
namespace {

using session::PeerSettings;

std::uint64_t accepted_by(const Speaker& speaker, const session::Peer& peer) {
  const auto* routes = speaker.routes_of(peer);
  if (!routes) return 0;
  const auto counters = speaker.engine().counters(routes->handle);
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

std::string name_of(const PeerSettings& settings) {
  return settings.interface_name.empty() ? settings.address.to_string() : settings.interface_name;
}

/// What of `router bgp` makes routes of our own.
auto local_rules(const cli::Config& config) {
  const auto bgp = config.bgp.value_or(cli::Bgp{});
  return std::tuple(bgp.networks, bgp.aggregates, bgp.redistributed[0], bgp.redistributed[1]);
}

/// A walk, or none where nothing can come of it.
class Walk final : public api::Foresight {
 public:
  Walk(api::ConsequencesView view, std::unique_ptr<Forecast> forecast)
      : view_(std::move(view)), forecast_(std::move(forecast)) {}

  bool step() override {
    if (!forecast_) return false;
    if (forecast_->step()) return true;
    view_.routes = forecast_->neighbors();
    view_.own = forecast_->own();
    forecast_.reset();
    return false;
  }
  const api::ConsequencesView& view() const override { return view_; }

 private:
  api::ConsequencesView view_;
  std::unique_ptr<Forecast> forecast_;
};

}  // namespace

/// What becomes of the peers that are there. Who is not mentioned stays as it is.
struct Daemon::PeersToBe {
  std::map<const session::Peer*, std::optional<PeerSettings>> changed;  // nothing: it goes
  std::set<const session::Peer*> reset;
};

std::unique_ptr<api::Foresight> Daemon::foresee(const cli::Config& after) const {
  api::ConsequencesView view;
  view.bgp_removed = config_.bgp && !after.bgp;
  const auto peers = peers_to_be(after, view);
  std::unique_ptr<Forecast> forecast;
  if (may_change_routes(after, peers))
    forecast = std::make_unique<Forecast>(engine(), forecast_settings(after, peers), now());
  return std::make_unique<Walk>(std::move(view), std::move(forecast));
}

Daemon::PeersToBe Daemon::peers_to_be(const cli::Config& after, api::ConsequencesView& view) const {
  for (const auto& [name, settings] : usable_and_not(after))
    if (!settings) view.unusable.push_back({name, settings.error()});
  PeersToBe peers;
  const auto plan = plan_peers(configured_peers(after));
  for (const auto* peer : plan.removed) peers.changed.emplace(peer, std::nullopt);
  for (const auto& [peer, settings] : plan.changed)
    peers.changed.emplace(peer, speaker_->peers().completed(settings));
  for (const auto& settings : plan.added) view.added.push_back({name_of(settings), ""});
  foresee_ranges(after, peers);

  const auto all_reset =
      local_reason(config::speaker_settings(config_, own_identifier_, hostname_, options_.bgp_port).local,
                   config::speaker_settings(after, own_identifier_, hostname_, options_.bgp_port).local);
  std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) {
    const auto at = peers.changed.find(&peer);
    const bool goes = at != peers.changed.end() && !at->second;
    const bool is_dynamic = peer.settings().source == session::PeerSource::Dynamic;
    auto why = all_reset && after.bgp ? all_reset : std::nullopt;
    if (goes)
      why = view.bgp_removed ? "router bgp removed"
            : is_dynamic     ? "listen range removed"
                             : "neighbor removed";
    else if (at != peers.changed.end() && !why)
      why = config::reset_reason(peer.settings_beside(*at->second), *at->second);
    if (goes) view.removed.push_back({peer.name(), "", accepted_by(*speaker_, peer)});
    if (at != peers.changed.end() && !why) ++view.changed_neighbors;
    if (!why || !peer.is_established()) return;
    peers.reset.insert(&peer);
    view.resets.push_back({peer.name(), *why, accepted_by(*speaker_, peer)});
  });
  return peers;
}

/// Who came from a listen range goes with it, or takes the settings of the one it is in then.
void Daemon::foresee_ranges(const cli::Config& after, PeersToBe& peers) const {
  const auto ranges = config::listen_ranges(after);
  std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) {
    if (peer.settings().source != session::PeerSource::Dynamic || peers.changed.contains(&peer)) return;
    const session::ListenRange* longest = nullptr;
    for (const auto& [range, settings] : ranges)
      if (settings && range.contains(peer.settings().address) &&
          (!longest || range.length() > longest->range.length()))
        longest = &*settings;
    if (!longest) {
      peers.changed.emplace(&peer, std::nullopt);
      return;
    }
    auto settings = longest->settings;
    settings.address = peer.settings().address;
    settings.interface_index = peer.settings().interface_index;
    if (settings != peer.settings()) peers.changed.emplace(&peer, std::move(settings));
  });
}

bool Daemon::may_change_routes(const cli::Config& after, const PeersToBe& peers) const {
  const auto originations = [&](const cli::Config& config) {
    return wanted_originations(config.bgp.value_or(cli::Bgp{}), links_, [&](const rib::Prefix& prefix) {
      return has_kernel_route(engine().routes_for(prefix));
    });
  };
  const auto speaker = [&](const cli::Config& config) {
    return config::speaker_settings(config, own_identifier_, hostname_, options_.bgp_port).speaker;
  };
  return !peers.changed.empty() || !peers.reset.empty() || speaker(config_) != speaker(after) ||
         cli::policy_in_force(config_) != cli::policy_in_force(after) ||
         local_rules(config_) != local_rules(after) || originations(config_) != originations(after) ||
         own_static_lines(config_) != own_static_lines(after);
}

Forecast::Settings Daemon::forecast_settings(const cli::Config& after, const PeersToBe& peers) const {
  const auto ours = config::speaker_settings(after, own_identifier_, hostname_, options_.bgp_port);
  Forecast::Settings settings;
  settings.speaker = ours.speaker;
  settings.policies_before = cli::policy_in_force(config_);
  settings.policies = cli::policy_in_force(after);
  settings.bgp = after.bgp.value_or(cli::Bgp{});
  settings.originations = wanted_originations(settings.bgp, links_, [&](const rib::Prefix& prefix) {
    return has_kernel_route(engine().routes_for(prefix));
  });
  settings.static_routes = static_routes(own_static_lines(after), links_);
  std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) {
    const auto at = peers.changed.find(&peer);
    const bool goes = at != peers.changed.end() && !at->second;
    const auto& to_be = at == peers.changed.end() || goes ? peer.settings() : *at->second;
    if (const auto* session = speaker_->routes_of(peer)) {
      auto up = speaker_->peer_up_of(peer, *peer.negotiated(), to_be, ours.local);
      const bool is_there = !goes && !to_be.shutdown;
      settings.peers.push_back({session->handle, peer.name(),
                                is_there ? std::optional(std::move(up)) : std::nullopt,
                                is_there && !peers.reset.contains(&peer)});
    } else if (const auto* stale = speaker_->stale_of(peer); stale && !goes) {
      // Expected back: its routes count, and it is told nothing.
      if (auto up = engine().peer(stale->handle))
        settings.peers.push_back({stale->handle, peer.name(), std::move(up), false});
    }
  });
  return settings;
}

}  // namespace bgpd
