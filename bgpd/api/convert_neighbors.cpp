// What the API tells of neighbors.
#include "bgpd/api/convert.hpp"

namespace bgpd::api {
namespace {

static_assert(static_cast<int>(rib::PeerType::External) == proto::EXTERNAL);
static_assert(static_cast<int>(SessionState::Established) == proto::STATE_ESTABLISHED);
static_assert(static_cast<int>(LastResetView::Cause::Collision) == proto::LastReset::COLLISION);

void put_capabilities(const CapabilitiesView& view, proto::Capabilities& to) {
  to.set_four_octet_as(view.four_octet_as);
  to.set_route_refresh(view.route_refresh);
  to.set_enhanced_route_refresh(view.enhanced_route_refresh);
  to.set_extended_message(view.extended_message);
  to.set_graceful_restart(view.graceful_restart);
  to.set_long_lived_graceful_restart(view.long_lived_graceful_restart);
  to.set_extended_next_hop(view.extended_next_hop);
  to.set_restart_seconds(view.restart_seconds);
  to.set_restarting(view.restarting);
  to.set_graceful_notification(view.graceful_notification);
  to.set_long_lived_seconds(view.long_lived_seconds);
  if (view.role) to.set_role(static_cast<std::uint32_t>(*view.role));
  for (const auto family : rib::kFamilies) {
    if (view.families.contains(family)) to.add_families(family_of(family));
    if (view.preserved_families.contains(family)) to.add_preserved_families(family_of(family));
    if (view.long_lived_families.contains(family)) to.add_long_lived_families(family_of(family));
    if (view.graceful_restart_families.contains(family)) to.add_graceful_restart_families(family_of(family));
    if (view.add_path_receive.contains(family)) to.add_add_path_receive(family_of(family));
    if (view.add_path_send.contains(family)) to.add_add_path_send(family_of(family));
  }
  if (!view.hostname) return;
  to.set_has_hostname(true);
  to.set_hostname(readable_text(*view.hostname));
  to.set_domain(readable_text(view.domain));
}

void put_counts(const MessageCounts& counts, proto::MessageCounts& to) {
  to.set_opens(counts.opens);
  to.set_notifications(counts.notifications);
  to.set_updates(counts.updates);
  to.set_keepalives(counts.keepalives);
  to.set_route_refreshes(counts.route_refreshes);
  to.set_capabilities(counts.capabilities);
}

std::string words_of(rib::RemovePrivateAs rule) {
  switch (rule) {
    case rib::RemovePrivateAs::No:
      break;
    case rib::RemovePrivateAs::OfPrivatePaths:
      return "removed";
    case rib::RemovePrivateAs::OfPrivatePathsReplaced:
      return "replaced";
    case rib::RemovePrivateAs::All:
      return "(all) removed";
    case rib::RemovePrivateAs::AllReplaced:
      return "(all) replaced";
  }
  return "";
}

void put_policy(const rib::PolicyChain& chain, proto::PolicyNames& to) {
  to.set_distribute_list(chain.distribute_list);
  to.set_prefix_list(chain.prefix_list);
  to.set_filter_list(chain.filter_list);
  to.set_route_map(chain.route_map);
}

void put_family(const NeighborFamilyView& view, rib::Family family, const rib::PeerCounters* counters,
                proto::NeighborFamily& to) {
  const auto i = rib::index_of(family);
  to.set_family(family_of(family));
  to.set_negotiated(view.negotiated);
  to.set_route_reflector_client(view.route_reflector_client);
  to.set_next_hop_self(view.next_hop_mode == rib::NextHopMode::Self ||
                       view.next_hop_mode == rib::NextHopMode::SelfForce);
  to.set_next_hop_unchanged(view.next_hop_mode == rib::NextHopMode::Unchanged);
  to.set_policy_missing(view.policy_missing);
  to.set_default_originate(view.default_originate);
  to.set_end_of_rib_sent(view.end_of_rib_sent);
  to.set_end_of_rib_received(view.end_of_rib_received);
  to.set_maximum_prefix(view.maximum_prefix);
  to.set_maximum_prefix_warning_only(view.maximum_prefix_warning_only);
  to.set_allow_own_as(view.allow_own_as);
  to.set_allow_own_as_as_origin(view.allow_own_as_as_origin);
  to.set_maximum_prefix_threshold(view.maximum_prefix_threshold);
  to.set_maximum_prefix_restart_minutes(static_cast<std::uint32_t>(view.maximum_prefix_restart.count()));
  to.set_weight(view.weight);
  to.set_policy_missing_in(view.policy_missing_in);
  to.set_policy_missing_out(view.policy_missing_out);
  to.set_send_standard(view.send_standard);
  to.set_send_extended(view.send_extended);
  to.set_send_large(view.send_large);
  to.set_stale(same<proto::NeighborFamily::Stale>(view.stale));
  to.set_stale_ms_left(view.stale_ms_left);
  to.set_long_lived_seconds(view.long_lived_seconds);
  to.set_next_hop_self_all(view.next_hop_mode == rib::NextHopMode::SelfForce);
  to.set_add_path_send(text_of(view.add_path));
  to.set_add_path_receive_disabled(!view.accepts_add_path);
  to.set_as_override(view.as_override);
  to.set_remove_private_as(words_of(view.remove_private_as));
  to.set_as_path_unchanged(view.as_path_unchanged);
  to.set_unsuppress_map(view.unsuppress_map);
  put_policy(view.policy_in, *to.mutable_policy_in());
  put_policy(view.policy_out, *to.mutable_policy_out());
  to.set_default_originate_map(view.default_originate_map);
  to.set_med_unchanged(view.med_unchanged);
  to.set_is_behind(view.is_behind);
  to.set_output_queue(view.output_queue);
  if (!counters) return;
  to.set_received(counters->received[i]);
  to.set_accepted(counters->accepted[i]);
  to.set_denied(counters->denied[i]);
  to.set_sent(counters->sent[i]);
  if (counters->group[i]) to.set_update_group(*counters->group[i]);
}

}  // namespace

std::string text_of(const rib::AddPathSelection& selection) {
  switch (selection.kind) {
    case rib::AddPathSelection::Kind::None:
      break;
    case rib::AddPathSelection::Kind::All:
      return "all";
    case rib::AddPathSelection::Kind::Best:
      return "best " + std::to_string(selection.count);
    case rib::AddPathSelection::Kind::PerAs:
      return "per-AS";
  }
  return "";
}

void put_name(const NeighborView& neighbor, proto::NeighborName& to) {
  to.set_address(octets_of(neighbor.address));
  to.set_interface(neighbor.interface);
  to.set_named_by_interface(neighbor.named_by_interface);
}

bool is_named(const proto::NeighborName& name, const NeighborView& neighbor) {
  if (name.address().empty()) return neighbor.named_by_interface && name.interface() == neighbor.interface;
  return address_from(name.address()) == neighbor.address &&
         (name.interface().empty() || name.interface() == neighbor.interface);
}

void put_last_reset(const NeighborView& view, rib::TimePoint now, proto::LastReset& reset) {
  reset.set_cause(same<proto::LastReset::Cause>(view.last_reset.cause));
  reset.set_ms(milliseconds_since(view.last_reset.when, now));
  reset.set_code(view.last_reset.code);
  reset.set_subcode(view.last_reset.subcode);
  reset.set_inner_code(view.last_reset.inner_code);
  reset.set_inner_subcode(view.last_reset.inner_subcode);
  reset.set_text(readable_text(view.last_reset.text));
}

void put_summary(const NeighborView& view, rib::Family family, const Backend& backend,
                 proto::SummaryNeighbor& to) {
  const auto i = rib::index_of(family);
  const auto now = backend.now();
  put_name(view, *to.mutable_name());
  if (view.remote_as) to.set_remote_as(*view.remote_as);
  to.set_local_as(view.local_as);
  to.set_type(same<proto::PeerType>(view.type));
  to.set_type_follows(view.type_follows);
  to.set_state(same<proto::SessionState>(view.state));
  to.set_shutdown(view.shutdown);
  to.set_prefix_limit(view.prefix_limit_reached);
  to.set_passive(view.passive);
  to.set_not_negotiated(view.state == SessionState::Established && !view.families[i].negotiated);
  to.set_policy_missing(view.families[i].policy_missing);
  to.set_discovered(view.discovered);
  to.set_dynamic(view.dynamic);
  to.set_description(readable_text(view.description));
  if (view.received && view.received->hostname) to.set_hostname(readable_text(*view.received->hostname));
  const auto total = [](const MessageCounts& c) {
    return c.opens + c.notifications + c.updates + c.keepalives + c.route_refreshes + c.capabilities;
  };
  to.set_messages_received(total(view.received_messages));
  to.set_messages_sent(total(view.sent_messages));
  to.set_table_version(view.families[i].sent_table_version);
  to.set_input_queue(view.input_queue);
  to.set_output_queue(view.output_queue);
  if (view.state_since) to.set_state_ms(milliseconds_since(*view.state_since, now));
  to.set_established_count(view.established_count);
  to.set_dropped_count(view.dropped_count);
  if (view.state != SessionState::Established) put_last_reset(view, now, *to.mutable_last_reset());
  if (!view.handle) return;
  const auto counters = backend.engine().counters(*view.handle);
  to.set_received(counters.accepted[i]);
  to.set_sent(counters.sent[i]);
}

namespace {

/// Who we are to the neighbor, and what both agreed on.
void put_agreement(const NeighborView& view, proto::Neighbor& to) {
  const auto seconds = [](std::chrono::seconds value) { return static_cast<std::uint32_t>(value.count()); };
  to.set_graceful_mode(same<proto::Neighbor::GracefulMode>(view.graceful_mode));
  to.set_graceful_mode_is_own(view.graceful_mode_is_own);
  to.set_configured_restart_seconds(view.restart_seconds);
  to.set_stale_path_seconds(seconds(view.stale_path_time));
  to.set_delay_open_seconds(seconds(view.delay_open_time));
  to.set_advertisement_interval_seconds(seconds(view.advertisement_interval));
  to.set_user_timeout_ms(static_cast<std::uint32_t>(view.user_timeout.count()));
  to.set_local_as_no_prepend(view.local_as_no_prepend);
  to.set_local_as_replace_as(view.local_as_replace_as);
  to.set_confederation_peer(view.is_confederation_peer);
  if (view.local_role) to.set_local_role(static_cast<std::uint32_t>(*view.local_role));
  to.set_strict_role(view.strict_role);
  to.set_offers_no_capabilities(view.offers_no_capabilities);
  to.set_extends_open(view.extends_open);
  to.set_overrides_capabilities(view.overrides_capabilities);
  to.set_strict_capabilities(view.strict_capabilities);
  to.set_last_error_message(octets_of(std::span<const std::uint8_t>(view.last_error_message)));
}

}  // namespace

void put_neighbor(const NeighborView& view, const Backend& backend, proto::Neighbor& to) {
  const auto now = backend.now();
  put_name(view, *to.mutable_name());
  if (view.remote_as) to.set_remote_as(*view.remote_as);
  to.set_local_as(view.local_as);
  to.set_type(same<proto::PeerType>(view.type));
  to.set_type_follows(view.type_follows);
  to.set_state(same<proto::SessionState>(view.state));
  to.set_description(readable_text(view.description));
  to.set_discovered(view.discovered);
  to.set_dynamic(view.dynamic);
  to.set_peer_group(view.peer_group);
  if (view.listen_range) put_prefix(*view.listen_range, *to.mutable_listen_range());
  to.set_shutdown(view.shutdown);
  to.set_shutdown_message(readable_text(view.shutdown_message));
  to.set_prefix_limit(view.prefix_limit_reached);
  to.set_passive(view.passive);
  to.set_remote_identifier(view.remote_identifier);
  to.set_local_identifier(backend.engine().speaker().identifier);
  if (view.state_since) to.set_state_ms(milliseconds_since(*view.state_since, now));
  if (view.last_read) to.set_last_read_ms(milliseconds_since(*view.last_read, now));
  if (view.last_write) to.set_last_write_ms(milliseconds_since(*view.last_write, now));
  if (view.last_update) to.set_last_update_ms(milliseconds_since(*view.last_update, now));
  if (view.next_connect) to.set_next_connect_ms(milliseconds_since(now, *view.next_connect));
  const auto seconds = [](std::chrono::seconds value) { return static_cast<std::uint32_t>(value.count()); };
  to.set_hold_seconds(seconds(view.hold_time));
  to.set_keepalive_seconds(seconds(view.keepalive_time));
  to.set_configured_hold_seconds(seconds(view.configured_hold_time));
  to.set_configured_keepalive_seconds(seconds(view.configured_keepalive_time));
  to.set_connect_retry_seconds(seconds(view.connect_retry_time));
  put_agreement(view, to);
  if (view.advertised) put_capabilities(*view.advertised, *to.mutable_advertised());
  if (view.received) put_capabilities(*view.received, *to.mutable_received());
  put_counts(view.sent_messages, *to.mutable_sent());
  put_counts(view.received_messages, *to.mutable_received_messages());
  to.set_input_queue(view.input_queue);
  to.set_output_queue(view.output_queue);
  std::optional<rib::PeerCounters> counters;
  if (view.handle) counters = backend.engine().counters(*view.handle);
  for (const auto family : rib::kFamilies)
    if (const auto& one = view.families[rib::index_of(family)]; one.activated || one.negotiated)
      put_family(one, family, counters ? &*counters : nullptr, *to.add_families());
  to.set_malformed_updates(view.malformed_updates);
  to.set_last_malformed_update(view.last_malformed_update);
  to.set_established_count(view.established_count);
  to.set_dropped_count(view.dropped_count);
  put_last_reset(view, now, *to.mutable_last_reset());
  to.set_last_error(readable_text(view.last_error));
  to.set_ttl(view.ttl);
  to.set_minimum_ttl(view.minimum_ttl);
  to.set_authenticated(view.authenticated);
  to.set_update_source(view.update_source);
  if (view.local_address) to.set_local_address(octets_of(*view.local_address));
  to.set_local_port(view.local_port);
  if (view.remote_address) to.set_remote_address(octets_of(*view.remote_address));
  to.set_remote_port(view.remote_port);
  if (view.next_hop_v4) to.set_next_hop(octets_of(*view.next_hop_v4));
  if (view.next_hop_global) to.set_next_hop_global(octets_of(*view.next_hop_global));
  if (view.next_hop_link_local) to.set_next_hop_link_local(octets_of(*view.next_hop_link_local));
  to.set_on_link(view.is_on_link);
}

}  // namespace bgpd::api
