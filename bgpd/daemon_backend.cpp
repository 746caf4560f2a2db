// What the API shows of the daemon, and does to it.
#include <algorithm>

#include "bgpd/daemon.hpp"
#include "bgpd/neighbor_view.hpp"
#include "fib/forwarding.hpp"
#include "kulan_version.hpp"

namespace bgpd {

api::DaemonView Daemon::daemon() const {
  return {.version = kVersion,
          .commit = kCommit,
          .hostname = config_.hostname.value_or(hostname_),
          .config_file = options_.config,
          .config_built_in = config_is_built_in_,
          .writes_kernel = !options_.no_kernel,
          .started = started_,
          .session_bytes = speaker_->peers().size() * sizeof(session::Peer),
          .output_bytes = speaker_->output_memory()};
}

log::Settings Daemon::log_settings() const { return log_settings_of(config_); }

void Daemon::visit_neighbors(const std::function<void(const api::NeighborView&)>& visit) const {
  std::as_const(speaker_->peers()).visit([&](const session::Peer& peer) {
    visit(neighbor_view(peer, *speaker_, links_, now()));
  });
}

std::vector<api::InterfaceView> Daemon::interfaces() const {
  std::vector<api::InterfaceView> views;
  const auto advertised =
      config_.bgp ? links_.matching(config_.bgp->advertised_interfaces) : std::vector<std::uint32_t>{};
  for (const auto& [index, link] : links_.all()) {
    const auto addresses = links_.addresses(index);
    views.push_back({.link = link,
                     .addresses = {addresses.begin(), addresses.end()},
                     .advertised = std::ranges::find(advertised, index) != advertised.end(),
                     .vrf = links_.vrf_of(index)});
  }
  std::ranges::sort(views, {}, [](const api::InterfaceView& view) { return view.link.name; });
  return views;
}

std::string Daemon::interface_name(std::uint32_t index) const {
  const auto* link = links_.find(index);
  return link ? link->name : static_tables_->interface_name(index);
}

std::vector<api::TableView> Daemon::tables() const {
  const auto* device = config_.fib_vrf.empty() ? nullptr : links_.find(config_.fib_vrf);
  api::TableView own;
  own.table = config_.fib_vrf.empty() ? config_.fib_table : device ? device->vrf_table : 0;
  own.vrf = config_.fib_vrf;
  own.vrf_index = device ? device->index : 0;
  own.engine = &speaker_->engine();
  if (fib_view_.last_audit) {
    own.routes = fib_view_.last_audit->routes;
    own.failed = fib_view_.last_audit->failed;
  }
  own.missing = fib_view_.missing;
  own.different = fib_view_.different;
  own.unwanted = fib_view_.unwanted;
  auto tables = static_tables_->views();
  tables.insert(tables.begin(), own);
  return tables;
}

std::expected<fib::RouteLookup*, std::string> Daemon::route_lookup() const {
  if (!route_lookup_) {
    auto opened = fib::RouteLookup::open();
    if (!opened) return std::unexpected(opened.error());
    route_lookup_.emplace(std::move(*opened));
  }
  route_lookup_->set_vrf(config_.fib_vrf.empty() ? 0 : interface_index()(config_.fib_vrf));
  return &*route_lookup_;
}

fib::FoundRoute Daemon::way_to(const rib::IpAddress& address) const {
  const auto lookup = route_lookup();
  return lookup ? (*lookup)->way_to(address) : fib::FoundRoute::not_asked(lookup.error());
}

fib::FoundRoute Daemon::route_for(const rib::IpAddress& address) const {
  const auto lookup = route_lookup();
  return lookup ? (*lookup)->route_for(address) : fib::FoundRoute::not_asked(lookup.error());
}

api::KernelSwitches Daemon::kernel_switches(rib::Afi afi, const std::string& interface) const {
  api::KernelSwitches switches;
  switches.forwarding = fib::forwarding_enabled(afi);
  if (afi == rib::Afi::Ipv4 && !interface.empty())
    switches.reverse_path_filter = fib::reverse_path_filter(interface);
  return switches;
}

std::size_t Daemon::clear(const api::ClearOrder& order) {
  using Action = api::ClearOrder::Action;
  const auto time = now();
  std::size_t count = 0;
  speaker_->peers().visit([&](session::Peer& peer) {
    const auto& settings = peer.settings();
    if (order.address && *order.address != settings.address) return;
    if (!order.interface.empty()) {
      const auto name = order.address ? interface_name(settings.interface_index) : settings.interface_name;
      if (name != order.interface) return;
    }
    const auto as = peer.negotiated() ? peer.negotiated()->peer_as : settings.remote_as;
    if (order.remote_as && as != order.remote_as) return;
    if (!order.peer_group.empty() && settings.peer_group != order.peer_group) return;
    if (order.only_external && as == speaker_->local().as) return;
    ++count;
    if (order.action == Action::Counters) return peer.clear_counters();
    if (order.action == Action::Hard) {
      peer.clear(time);
      return;
    }
    if (!peer.is_established()) return;
    for (const auto family : rib::kFamilies) {
      if (!order.families.contains(family) || !peer.negotiated()->families.contains(family)) continue;
      if (order.action != Action::SoftOut) peer.request_refresh(family, time);
      if (order.action != Action::SoftIn) speaker_->send_again(peer, family);
    }
  });
  return count;
}

}  // namespace bgpd
