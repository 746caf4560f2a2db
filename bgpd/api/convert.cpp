#include "bgpd/api/convert.hpp"

#include <algorithm>

namespace bgpd::api {
namespace {

// The API's numbers are the engine's; a new enumerator in the middle would change meanings.
static_assert(static_cast<int>(rib::BestReason::LongLivedStale) == proto::BestReason_MAX);
static_assert(static_cast<int>(rib::PathState::AsSet) == proto::PathState_MAX);
static_assert(static_cast<int>(rib::FibState::LosesToBgp) == proto::FibState_MAX);
static_assert(static_cast<int>(rib::ExportState::LongLivedStale) == proto::EXPORT_LONG_LIVED_STALE);
static_assert(static_cast<int>(fib::FoundRoute::Outcome::NotAsked) == proto::KernelAnswer::NOT_ASKED);
static_assert(static_cast<int>(rib::RouteSource::Bgp) == proto::BGP);
static_assert(static_cast<int>(rib::RouteType::Prohibit) == proto::PROHIBIT);
static_assert(static_cast<int>(rib::Origin::Incomplete) == proto::PathAttributes::INCOMPLETE);

/// Length of the UTF-8 sequence at the front of `text`; 0 when there is none. RFC 3629 §3.
std::size_t utf8_length(std::string_view text) {
  const auto octet = [&](std::size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = octet(0);
  const std::size_t length = first < 0x80   ? 1
                             : first < 0xc2 ? 0
                             : first < 0xe0 ? 2
                             : first < 0xf0 ? 3
                             : first < 0xf5 ? 4
                                            : 0;
  if (length == 0 || length > text.size()) return 0;
  for (std::size_t i = 1; i < length; ++i)
    if ((octet(i) & 0xc0) != 0x80) return 0;
  if (length > 2) {  // overlong forms, surrogates, beyond U+10FFFF
    const unsigned second = octet(1);
    if ((first == 0xe0 && second < 0xa0) || (first == 0xed && second > 0x9f) ||
        (first == 0xf0 && second < 0x90) || (first == 0xf4 && second > 0x8f))
      return 0;
  }
  return length;
}

}  // namespace

std::string readable_text(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const auto length = utf8_length(text);
    const auto first = static_cast<unsigned char>(text[0]);
    const bool is_control = first < 0x20 || first == 0x7f ||
                            (length == 2 && first == 0xc2 && static_cast<unsigned char>(text[1]) < 0xa0);
    if (length == 0 || is_control)
      result += '?';
    else
      result += text.substr(0, length);
    text.remove_prefix(length == 0 ? 1 : length);
  }
  return result;
}

std::string readable_lines(std::string_view text) {
  std::string result;
  for (;;) {
    const auto end = text.find('\n');
    result += readable_text(text.substr(0, end));
    if (end == std::string_view::npos) return result;
    result += '\n';
    text.remove_prefix(end + 1);
  }
}

std::string octets_of(std::span<const std::uint8_t> octets) { return {octets.begin(), octets.end()}; }

std::string octets_of(const rib::IpAddress& address) { return octets_of(address.bytes()); }

std::optional<rib::IpAddress> address_from(const std::string& octets) {
  return rib::IpAddress::from_bytes(
      std::span(reinterpret_cast<const std::uint8_t*>(octets.data()), octets.size()));
}

void put_prefix(const rib::Prefix& prefix, proto::Prefix& to) {
  to.set_address(octets_of(prefix.address()));
  to.set_length(prefix.length());
}

std::optional<rib::Prefix> prefix_from(const proto::Prefix& prefix) {
  const auto address = address_from(prefix.address());
  if (!address || prefix.length() > address->bit_count()) return std::nullopt;
  return rib::Prefix(*address, prefix.length());
}

proto::Family family_of(rib::Family family) {
  return family == rib::Family::Ipv4Unicast ? proto::IPV4_UNICAST : proto::IPV6_UNICAST;
}

std::optional<rib::Family> family_from(proto::Family family) {
  if (family == proto::IPV4_UNICAST) return rib::Family::Ipv4Unicast;
  if (family == proto::IPV6_UNICAST) return rib::Family::Ipv6Unicast;
  return std::nullopt;
}

std::vector<rib::Family> families_from(proto::Family family) {
  if (const auto one = family_from(family)) return {*one};
  return {rib::kFamilies.begin(), rib::kFamilies.end()};
}

std::uint64_t milliseconds_since(rib::TimePoint then, rib::TimePoint now) {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(now - then).count();
  return passed > 0 ? static_cast<std::uint64_t>(passed) : 0;
}

namespace {

void put_segments(const rib::AsPath& as_path, proto::PathAttributes& to) {
  for (const auto& segment : as_path.segments()) {
    auto& added = *to.add_as_path();
    added.set_type(static_cast<std::uint32_t>(segment.type));
    for (const auto as : segment.as_numbers) added.add_as_numbers(as);
  }
}

}  // namespace

void put_attributes(const rib::PathAttributes& attributes, proto::PathAttributes& to, AsPathForm form) {
  to.set_origin(same<proto::PathAttributes::Origin>(attributes.origin));
  to.set_atomic_aggregate(attributes.atomic_aggregate);
  if (attributes.med) to.set_med(*attributes.med);
  if (attributes.local_pref) to.set_local_pref(*attributes.local_pref);
  to.set_next_hop(octets_of(attributes.next_hop));
  if (attributes.rare->link_local_next_hop)
    to.set_link_local_next_hop(octets_of(*attributes.rare->link_local_next_hop));
  if (form == AsPathForm::Octets)
    to.set_as_path_octets(octets_of(attributes.as_path.octets()));
  else
    put_segments(attributes.as_path, to);
  to.set_as_path_length(attributes.as_path.length());
  for (const auto& community : attributes.communities) to.add_communities(community.value);
  for (const auto& community : attributes.rare->extended_communities)
    to.add_extended_communities(octets_of(std::span<const std::uint8_t>(community.octets)));
  for (const auto& community : attributes.rare->large_communities) {
    to.add_large_communities(community.global_administrator);
    to.add_large_communities(community.local_data_1);
    to.add_large_communities(community.local_data_2);
  }
  if (attributes.rare->originator_id) to.set_originator_id(*attributes.rare->originator_id);
  for (const auto cluster : attributes.rare->cluster_list) to.add_cluster_list(cluster);
  if (attributes.rare->aggregator) {
    to.set_aggregator_as(attributes.rare->aggregator->as);
    to.set_aggregator_address(attributes.rare->aggregator->address);
  }
  if (attributes.rare->only_to_customer) to.set_only_to_customer(*attributes.rare->only_to_customer);
  to.set_tag(attributes.rare->tag);
  if (const auto unknown = attributes.rare->unknown_transitive.span(); !unknown.empty())
    to.set_unknown(octets_of(unknown));
}

void put_path(const rib::PathView& path, rib::TimePoint now, proto::Path& to) {
  to.set_own(!path.peer);
  to.set_peer_identifier(path.peer_identifier);
  to.set_peer_type(same<proto::PeerType>(path.peer_type));
  to.set_path_id(path.path_id);
  to.set_state(same<proto::PathState>(path.state));
  to.set_best(path.is_best);
  to.set_multipath(path.is_multipath);
  to.set_stale(path.is_stale);
  to.set_long_lived_stale(path.is_long_lived_stale);
  to.set_weight(path.weight);
  if (path.igp_metric) to.set_igp_metric(*path.igp_metric);
  to.set_age_ms(milliseconds_since(path.learned, now));
  to.set_suppressed(path.is_suppressed);
  if (!path.denied_by.empty()) to.set_denied_by(readable_text(path.denied_by));
  to.set_lost_at(same<proto::BestReason>(path.lost_at));
}

void put_next_hop(const rib::NextHop& next_hop, const Backend& backend, proto::NextHop& to) {
  if (next_hop.gateway) to.set_gateway(octets_of(*next_hop.gateway));
  to.set_interface_index(next_hop.interface_index);
  to.set_interface(backend.interface_name(next_hop.interface_index));
  to.set_weight(next_hop.weight);
  to.set_onlink(next_hop.onlink);
}

void put_route(const rib::RouteView& route, const Backend& backend, proto::RouteEntry& to) {
  put_prefix(route.prefix, *to.mutable_prefix());
  to.set_source(same<proto::RouteSource>(route.source));
  to.set_type(same<proto::RouteType>(route.type));
  to.set_distance(route.distance);
  to.set_metric(route.metric);
  to.set_tag(route.tag);
  to.set_internal_bgp(route.is_internal_bgp);
  to.set_selected(route.selected);
  to.set_installed(route.installed);
  to.set_fib(same<proto::FibState>(route.fib));
  to.set_error(route.error);
  to.set_error_text(readable_text(route.error_text));
  for (const auto& next_hop : route.next_hops) put_next_hop(next_hop, backend, *to.add_next_hops());
  if (route.recursive_next_hop) to.set_recursive_next_hop(octets_of(*route.recursive_next_hop));
  // A kernel route that was there before us has no time of its own.
  const auto changed = route.changed == rib::TimePoint{} ? backend.daemon().started : route.changed;
  to.set_age_ms(milliseconds_since(changed, backend.now()));
  to.set_table(backend.running_config().fib_table);
}

void put_tracked_next_hop(const rib::NextHopView& view, const Backend& backend, proto::TrackedNextHop& to) {
  to.set_address(octets_of(view.address));
  if (view.interface_index != 0) to.set_interface(backend.interface_name(view.interface_index));
  to.set_resolved(view.resolved);
  to.set_metric(view.metric);
  if (view.through) put_prefix(*view.through, *to.mutable_through());
  to.set_source(same<proto::RouteSource>(view.source));
  for (const auto& next_hop : view.kernel_next_hops)
    put_next_hop(next_hop, backend, *to.add_kernel_next_hops());
  to.set_paths(view.references);
}

void put_interface(const InterfaceView& view, proto::Interface& to) {
  to.set_index(view.link.index);
  to.set_name(view.link.name);
  to.set_kind(view.link.kind);
  to.set_is_up(view.link.is_up);
  to.set_is_running(view.link.is_running);
  to.set_mtu(view.link.mtu);
  to.set_advertised(view.advertised);
  to.set_vrf(view.vrf);
  for (const auto& address : view.addresses) {
    auto& added = *to.add_addresses();
    added.set_address(octets_of(address.address));
    added.set_length(address.prefix_length);
  }
}

}  // namespace bgpd::api
