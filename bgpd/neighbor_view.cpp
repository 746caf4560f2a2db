#include "bgpd/neighbor_view.hpp"

#include <algorithm>
#include <utility>

namespace bgpd {
namespace {

api::CapabilitiesView capabilities_view(const wire::Open& open) {
  const auto& from = open.capabilities;
  api::CapabilitiesView view;
  for (const auto family : rib::kFamilies)
    if (from.has(family)) view.families.insert(family);
  view.four_octet_as = from.four_octet_as.has_value();
  view.route_refresh = from.route_refresh;
  view.enhanced_route_refresh = from.enhanced_route_refresh;
  view.extended_message = from.extended_message;
  view.long_lived_graceful_restart = from.long_lived.has_value();
  if (const auto& restart = from.graceful_restart) {
    view.graceful_restart = true;
    view.restart_seconds = restart->restart_time;
    view.restarting = restart->restarting;
    view.graceful_notification = restart->notification;
    for (const auto& state : restart->families)
      if (const auto family = state.family.family()) {
        view.graceful_restart_families.insert(*family);
        if (state.forwarding_preserved) view.preserved_families.insert(*family);
      }
  }
  if (from.role && *from.role <= std::to_underlying(rib::Role::Peer)) view.role = rib::Role{*from.role};
  for (const auto& state : from.long_lived.value_or(std::vector<wire::LongLivedFamily>{}))
    if (const auto family = state.family.family()) {
      view.long_lived_families.insert(*family);
      view.long_lived_seconds = std::max(view.long_lived_seconds, state.stale_time);
    }
  for (const auto& entry : from.add_path)
    if (const auto family = entry.family.family()) {
      if (entry.receives()) view.add_path_receive.insert(*family);
      if (entry.sends()) view.add_path_send.insert(*family);
    }
  view.extended_next_hop = session::offers_ipv6_next_hop_for_ipv4(open);
  if (from.fqdn) {
    view.hostname = from.fqdn->host;
    view.domain = from.fqdn->domain;
  }
  return view;
}

api::MessageCounts counts_view(const session::MessageCounters& counters) {
  return {.opens = counters.opens,
          .notifications = counters.notifications,
          .updates = counters.updates,
          .keepalives = counters.keepalives,
          .route_refreshes = counters.route_refreshes,
          .capabilities = 0};
}

api::LastResetView reset_view(const session::LastReset& last) {
  api::LastResetView view;
  view.cause = cause_of(last.reason);
  view.when = last.time;
  view.code = static_cast<std::uint8_t>(last.reason.notification.code);
  view.subcode = last.reason.notification.subcode;
  const auto inner = wire::hard_reset_reason(last.reason.notification);
  if (inner) {
    view.inner_code = static_cast<std::uint8_t>(inner->code);
    view.inner_subcode = inner->subcode;
  }
  view.text = wire::shutdown_text(inner.value_or(last.reason.notification)).value_or(last.reason.text);
  return view;
}

void set_agreement(api::NeighborView& view, const session::PeerSettings& settings) {
  const auto& graceful = settings.graceful_restart;
  view.graceful_mode = static_cast<api::NeighborView::GracefulMode>(graceful.mode);
  view.graceful_mode_is_own = graceful.is_own_mode;
  view.restart_seconds = graceful.restart_time;
  view.stale_path_time = graceful.stale_path_time;
  view.delay_open_time = settings.delay_open_time;
  view.advertisement_interval = settings.advertisement_interval;
  view.user_timeout = settings.user_timeout;
  if (settings.local_as != 0) view.local_as = settings.local_as;
  view.local_as_no_prepend = settings.local_as_no_prepend;
  view.local_as_replace_as = settings.local_as_replace_as;
  view.local_role = settings.local_role;
  view.strict_role = settings.strict_role;
  view.offers_no_capabilities = !settings.offers_capabilities;
  view.extends_open = settings.extends_open;
  view.overrides_capabilities = settings.overrides_capabilities;
  view.strict_capabilities = settings.requires_equal_capabilities;
}

void set_stale(api::NeighborView& view, const StaleRoutes& stale, rib::TimePoint now) {
  for (const auto family : rib::kFamilies) {
    auto& in = view.families[rib::index_of(family)];
    in.stale = static_cast<api::NeighborFamilyView::Stale>(stale.phase(family));
    if (stale.until(family) <= now || stale.until(family) == StaleRoutes::kNever) continue;
    const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(stale.until(family) - now);
    in.stale_ms_left = static_cast<std::uint64_t>(left.count());
  }
}

void set_routing(api::NeighborView& view, const session::Peer& peer, const RouteSession& session,
                 const Speaker& speaker) {
  const auto& engine = speaker.engine();
  const auto backlog = speaker.backlog_of(session);
  view.output_queue = static_cast<std::uint32_t>(backlog.messages);
  view.handle = session.handle;
  const auto counters = engine.counters(session.handle);
  for (const auto family : rib::kFamilies) {
    const auto index = rib::index_of(family);
    auto& in = view.families[index];
    in.negotiated = peer.negotiated()->families.contains(family);
    in.long_lived_seconds =
        static_cast<std::uint32_t>(peer.negotiated()->long_lived_stale_time[index].count());
    in.is_behind = backlog.is_behind[index];
    in.output_queue = static_cast<std::uint32_t>(backlog.of_family[index]);
    in.end_of_rib_received = session.end_of_rib_received[index];
    in.end_of_rib_sent = counters.group[index].has_value();
    if (const auto profile = engine.export_profile(session.handle, family)) {
      in.sent_table_version = engine.totals().table_version[index];
      (family == rib::Family::Ipv4Unicast ? view.next_hop_v4 : view.next_hop_global) = profile->local_address;
      if (profile->local_link_local) view.next_hop_link_local = profile->local_link_local;
    }
  }
}

}  // namespace

api::LastResetView::Cause cause_of(const session::EndReason& reason) {
  using Cause = api::LastResetView::Cause;
  using Kind = session::EndReason::Kind;
  const bool is_ours = reason.kind == Kind::NotificationSent;
  if (reason.kind == Kind::NotificationReceived) return Cause::NotificationReceived;
  if (reason.kind == Kind::SendHoldTimerExpired) return Cause::SendHoldTimerExpired;
  if (reason.kind == Kind::TcpFailed)
    return reason.text.empty() ? Cause::ConnectionClosed : Cause::ConnectionFailed;
  if (!is_ours) return Cause::Administrative;
  if (reason.notification.code == wire::ErrorCode::HoldTimerExpired) return Cause::HoldTimerExpired;
  if (reason.notification.code != wire::ErrorCode::Cease) return Cause::NotificationSent;
  const auto inner = wire::hard_reset_reason(reason.notification).value_or(reason.notification);
  switch (static_cast<wire::CeaseReason>(inner.subcode)) {
    case wire::CeaseReason::AdministrativeShutdown:
      return Cause::Administrative;
    case wire::CeaseReason::PeerDeconfigured:
      return Cause::Removed;
    case wire::CeaseReason::AdministrativeReset:
      return Cause::Cleared;
    case wire::CeaseReason::OtherConfigurationChange:
      return Cause::ConfigurationChanged;
    case wire::CeaseReason::ConnectionCollisionResolution:
      return Cause::Collision;
    default:
      return Cause::NotificationSent;
  }
}

api::NeighborView neighbor_view(const session::Peer& peer, const Speaker& speaker, const fib::Links& links,
                                rib::TimePoint now) {
  const auto& settings = peer.settings();
  const auto& statistics = peer.counters();
  api::NeighborView view;
  view.address = settings.address;
  if (const auto* link = settings.interface_index ? links.find(settings.interface_index) : nullptr)
    view.interface = link->name;
  if (!settings.interface_name.empty()) {
    view.named_by_interface = true;
    view.interface = settings.interface_name;
  }
  view.dynamic = settings.source == session::PeerSource::Dynamic;
  view.peer_group = settings.peer_group;
  view.listen_range = settings.listen_range;
  view.description = settings.description;
  view.discovered = settings.source == session::PeerSource::Discovered;
  view.remote_as = settings.remote_as;
  view.local_as = speaker.local().as;
  view.type = settings.remote_as == speaker.local().as ? rib::PeerType::Internal : rib::PeerType::External;
  view.type_follows = settings.any_as && !peer.negotiated();
  set_agreement(view, settings);
  if (const auto* stale = speaker.stale_of(peer)) set_stale(view, *stale, now);
  view.last_error_message = statistics.last_error_message;
  view.state = static_cast<api::SessionState>(peer.state());
  view.shutdown = settings.shutdown;
  view.shutdown_message = settings.shutdown_message;
  view.passive = settings.passive;
  view.state_since = statistics.up_since ? statistics.up_since : statistics.down_since;
  view.last_read = statistics.last_read;
  view.last_write = statistics.last_write;
  view.next_connect = peer.next_attempt();
  view.configured_hold_time = view.hold_time = settings.hold_time;
  view.configured_keepalive_time = view.keepalive_time = settings.keepalive_time;
  view.connect_retry_time = settings.connect_retry_time;
  view.sent_messages = counts_view(statistics.sent);
  view.received_messages = counts_view(statistics.received);
  view.malformed_updates = statistics.malformed_updates;
  view.last_malformed_update = statistics.last_malformed_update;
  view.established_count = statistics.established_count;
  view.dropped_count = statistics.dropped_count;
  view.prefix_limit_reached = peer.is_held_down();
  if (statistics.last_reset)
    view.last_reset = reset_view(*statistics.last_reset);
  else
    view.last_reset.text = statistics.last_error;
  if (!peer.is_established()) {
    view.last_error = describe_attempts(statistics);
    if (!settings.interface_name.empty() && settings.address.is_unspecified())
      view.last_error = settings.interface_index == 0
                            ? "there is no interface " + settings.interface_name
                            : "no router advertisement was heard on " + settings.interface_name + " yet";
  }
  view.ttl = settings.ttl;
  view.minimum_ttl = settings.minimum_ttl;
  view.authenticated = !settings.password.empty();
  view.update_source =
      settings.local_address ? settings.local_address->to_string() : settings.local_interface;
  if (peer.local().port != 0) {
    view.local_address = peer.local().address;
    view.local_port = peer.local().port;
    view.remote_address = peer.remote().address;
    view.remote_port = peer.remote().port;
    view.is_on_link = link_of_peer(settings, peer.remote().address, links) != 0;
  }
  for (const auto family : rib::kFamilies) {
    const auto index = rib::index_of(family);
    auto& in = view.families[index];
    in.activated = settings.families.contains(family);
    in.route_reflector_client = settings.is_route_reflector_client[index];
    in.next_hop_mode = settings.next_hop_mode[index];
    const auto& import = settings.imports[index];
    const bool may_be_external =
        !peer.negotiated() || peer.negotiated()->peer_type == rib::PeerType::External;
    in.policy_missing_in = import.requires_policy && may_be_external;
    in.policy_missing_out = settings.requires_policy_out[index] && may_be_external;
    in.policy_missing = in.policy_missing_in || in.policy_missing_out;
    in.default_originate = settings.default_originate[index];
    in.maximum_prefix = import.maximum_prefix;
    in.maximum_prefix_warning_only = import.maximum_prefix_warning_only;
    in.maximum_prefix_threshold = import.maximum_prefix_threshold;
    in.maximum_prefix_restart = settings.maximum_prefix_restart[index];
    in.allow_own_as = import.allow_own_as;
    in.allow_own_as_as_origin = import.allow_own_as_as_origin;
    in.weight = import.weight;
    in.send_standard = settings.exports[index].send_standard_communities;
    in.send_extended = settings.exports[index].send_extended_communities;
    in.send_large = settings.exports[index].send_large_communities;
    in.policy_in = import.policy;
    in.policy_out = settings.policy_out[index];
    in.default_originate_map = settings.default_originate_map[index];
    in.unsuppress_map = settings.exports[index].unsuppress_map;
    in.add_path = settings.exports[index].add_path;
    in.accepts_add_path = settings.accepts_add_path[index];
    in.as_override = settings.exports[index].as_override;
    in.remove_private_as = settings.exports[index].remove_private_as;
    in.as_path_unchanged = settings.exports[index].as_path_unchanged;
    in.med_unchanged = settings.exports[index].med_unchanged;
  }
  if (const auto* negotiated = peer.negotiated()) {
    view.remote_as = negotiated->peer_as;
    view.type = negotiated->peer_type;
    view.local_as = negotiated->local_as;
    view.is_confederation_peer = negotiated->is_confederation_peer;
    view.remote_identifier = negotiated->peer_identifier;
    view.hold_time = negotiated->hold_time;
    view.keepalive_time = negotiated->keepalive_interval;
    view.advertised = capabilities_view(negotiated->advertised);
    view.received = capabilities_view(negotiated->received);
  }
  if (const auto* session = speaker.routes_of(peer)) set_routing(view, peer, *session, speaker);
  return view;
}

}  // namespace bgpd
