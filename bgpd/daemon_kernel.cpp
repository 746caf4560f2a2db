// What the daemon does about the kernel's events: links, addresses, others' routes, answers to our own
// writes.
#include <net/if.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "bgpd/daemon.hpp"
#include "bgpd/log.hpp"
#include "bgpd/router_identifier.hpp"

namespace bgpd {

namespace asio = boost::asio;

void Daemon::kernel_events(std::vector<fib::KernelEvent> events) {
  using Kind = fib::KernelEvent::Kind;
  const auto time = now();
  bool links_differ = false, routes_differ = false, is_first_dump_complete = false;
  std::vector<std::uint32_t> carrier_is_back, carrier_is_lost;
  speaker_->with_engine([&](rib::Engine& engine) {
    for (auto& event : events) {
      if (const auto* known = links_.find(event.link.index);
          event.kind == Kind::LinkChanged && event.link.is_running && known && !known->is_running)
        carrier_is_back.push_back(event.link.index);
      else if (event.kind == Kind::LinkGone ||
               (event.kind == Kind::LinkChanged && !event.link.is_running && known && known->is_running))
        carrier_is_lost.push_back(event.link.index);
      links_differ |= links_.apply(event);
      if (debug_log_.is_on()) debug_log_.kernel_event(event);
      switch (event.kind) {
        case Kind::RouteChanged:
          if (!event.route.next_hops.empty())
            event.route.interface_name = interface_name(event.route.next_hops.front().interface_index);
          engine.kernel_route(event.route, time);
          static_tables_->own_route_changed(event.route.prefix);
          routes_differ = true;
          break;
        case Kind::RouteGone:
          engine.kernel_route_gone(event.route, time);
          static_tables_->own_route_changed(event.route.prefix);
          routes_differ = true;
          break;
        case Kind::Written:
          for (const auto& result : event.results) {
            engine.fib_result(result, time);
            if (result.error != 0) note_written(result);
          }
          break;
        case Kind::Audited:
          note_audit(*event.audit, time);
          break;
        case Kind::Swept:
          note_sweep(*event.ledger);
          break;
        case Kind::Inherited:
          inherited_.insert(event.prefix.family());
          break;
        case Kind::Synchronised:
          is_first_dump_complete = true;
          break;
        case Kind::Warning:
          log::fib().warn("{}", event.text);
          break;
        case Kind::Failed:
          kernel_failed(event.text);
          break;
        default:
          break;
      }
    }
  });
  if (links_differ) static_tables_->own_links_changed();
  for (const auto index : carrier_is_lost) end_sessions_on(index);
  for (const auto index : carrier_is_back) connect_over(index);
  if (is_first_dump_complete && !kernel_is_known_) {
    kernel_is_known_ = true;
    const auto identifier = router_identifier(std::nullopt, options_.state_directory, machine_seed());
    if (!identifier.warning.empty()) log::daemon().warn("{}", identifier.warning);
    own_identifier_ = identifier.value;
    begin_after_restart(time);
    apply(config_);
  } else if (kernel_is_known_) {
    if (links_differ)
      links_changed();
    else if (routes_differ && config_.bgp && config_.bgp->network_import_check)
      announce_own_subnets();
  }
  settle_static_tables();
}

void Daemon::kernel_failed(const std::string& text) {
  log::fib().critical("{}", text);
  exit_status_ = 1;
  asio::post(io_, [this] { stop(); });
}

/// After the first work: gateways may be behind static routes of our own table.
void Daemon::settle_static_tables() {
  if (kernel_is_known_ && !speaker_->engine().has_work()) return static_tables_->begin();
  static_tables_->settle();
}

void Daemon::end_sessions_on(std::uint32_t interface_index) {
  const auto time = now();
  speaker_->peers().visit([&](session::Peer& peer) {
    const auto& settings = peer.settings();
    if (peer.is_established() && !settings.interface_name.empty() &&
        settings.interface_index == interface_index)
      peer.close(wire::cease_with_text(wire::CeaseReason::AdministrativeReset, "the interface is down"),
                 time);
  });
}

/// Some speakers say End-of-RIB before their first UPDATE (FRR by its coalesce-time, about a second): what
/// the kernel has of the former life stays a little longer than the RFC asks, so that no packet is lost.
void Daemon::sweep_later() {
  constexpr std::chrono::seconds kGrace{3};
  sweep_timer_.expires_after(kGrace);
  sweep_timer_.async_wait([this](const boost::system::error_code& cancelled) {
    if (!cancelled) kernel_->sweep_inherited();
  });
}

/// RFC 4724 §4.1: who has restarted finds routes of its own in the kernel; a first start waits for nobody.
void Daemon::begin_after_restart(rib::TimePoint time) {
  if (inherited_.empty()) return kernel_->sweep_inherited();  // from now on nothing is
  const auto settings = config_.bgp.value_or(cli::Bgp{}).graceful_restart;
  const bool defers = settings.mode == cli::GracefulRestartMode::Restarter;
  speaker_->set_forwarding_preserved(inherited_, time);
  speaker_->restarted(
      defers, std::chrono::seconds(defers ? settings.select_defer_seconds : settings.rib_stale_seconds),
      time);
  log::daemon().info(
      "routes of a former life are in the kernel: they stay until the neighbors have told theirs");
}

void Daemon::connect_over(std::uint32_t interface_index) {
  const auto time = now();
  speaker_->peers().visit([&](session::Peer& peer) {
    const auto& settings = peer.settings();
    if (!peer.is_established() && link_of_peer(settings, settings.address, links_) == interface_index)
      peer.hurry(time);
  });
}

void Daemon::listen_to_links() {
  std::vector<std::uint32_t> wanted;
  if (config_.bgp)
    for (const auto& [name, neighbor] : config_.bgp->interface_neighbors)
      if (const auto* link = links_.find(name);
          link && link->is_up && link->is_running &&
          !cli::resolved(*config_.bgp, neighbor).shutdown.value_or(false))
        wanted.push_back(link->index);
  neighbor_finder_->set_links(wanted);
}

void Daemon::note_session(const rib::SessionEvent& event) {
  speaker_->with_engine([&](rib::Engine& engine) { engine.note_session(event, now()); });
}

void Daemon::note_written(const rib::FibResult& result) {
  log::fib().warn("the kernel refused {}: {}", result.prefix.to_string(), result.text);
}

void Daemon::note_audit(const fib::AuditReport& report, rib::TimePoint time) {
  auto& view = fib_view_;
  ++view.audits;
  view.last_audit = report;
  view.last_audit_at = time;
  view.missing += report.missing;
  view.different += report.different;
  view.unwanted += report.unwanted;
  if (report.missing + report.different + report.unwanted > 0)
    log::fib().warn("audit of {} routes: {} missing, {} different, {} unwanted; repaired", report.routes,
                    report.missing, report.different, report.unwanted);
}

void Daemon::note_sweep(const fib::RestartLedger& ledger) {
  if (inherited_.empty()) return;
  const auto seconds = std::chrono::duration<double>(now() - started_);
  fib_view_.restart = ledger;
  fib_view_.restart_duration = std::chrono::duration_cast<std::chrono::milliseconds>(seconds);
  log::fib().info("restart is over: {} routes kept, {} changed, {} added, {} swept, {:.1f} seconds",
                  ledger.kept, ledger.changed, ledger.added, ledger.swept, seconds.count());
}

/// Without its VRF there is nothing to listen in: that comes with the VRF.
std::expected<void, std::string> Daemon::listen() {
  vrf_index_ = config_.fib_vrf.empty() ? 0 : ::if_nametoindex(config_.fib_vrf.c_str());
  network_->set_device(config_.fib_vrf);
  if (config_.fib_vrf.empty() || vrf_index_ != 0) return network_->listen(options_.listen, options_.bgp_port);
  log::session().warn("VRF {} is not there: no session until it is", config_.fib_vrf);
  return {};
}

void Daemon::follow_vrf() {
  const auto index = config_.fib_vrf.empty() ? 0 : interface_index()(config_.fib_vrf);
  if (std::exchange(vrf_index_, index) == index) return;
  network_->close_listeners();
  if (index == 0 && !config_.fib_vrf.empty()) return;
  if (const auto done = listen(); !done) log::session().error("{}", done.error());
}

void Daemon::links_changed() {
  follow_vrf();
  apply_kernel_rules();
  announce_own_subnets();
  // A link-local neighbor can be used once its interface is there.
  const auto is_link_local = [](const auto& entry) { return entry.first.is_link_local(); };
  if (config_.bgp && (!config_.bgp->interface_neighbors.empty() ||
                      std::ranges::any_of(config_.bgp->neighbors, is_link_local)))
    apply_peers();
  speaker_->links_changed(now());
  mesh_->links_changed(links_);
}

}  // namespace bgpd
