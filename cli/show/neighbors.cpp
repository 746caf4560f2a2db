#include "cli/show/neighbors.hpp"

#include <algorithm>

#include "cli/show/why_down.hpp"

namespace cli::show {
namespace {

/// "advertised and received", "advertised", "received" or "".
std::string directions_text(bool advertised, bool received) {
  if (advertised && received) return "advertised and received";
  return advertised ? "advertised" : received ? "received" : "";
}

/// FRR's word for a neighbor on an interface on which nobody was heard yet.
std::string address_or_none(std::string_view octets) {
  const auto address = address_of(octets);
  return address && !address->is_unspecified() ? address->to_string() : "None";
}

/// RFC 9234 §4.1, the words of the configuration.
const char* role_text(std::uint32_t role) {
  constexpr const char* kNames[] = {"provider", "rs-server", "rs-client", "customer", "peer"};
  return role < std::size(kNames) ? kNames[role] : "undefined";
}

const char* graceful_mode_text(api::Neighbor::GracefulMode mode) {
  switch (mode) {
    case api::Neighbor::GRACEFUL_HELPER:
      return "Helper";
    case api::Neighbor::GRACEFUL_RESTARTER:
      return "Restart";
    default:
      return "Disable";
  }
}

/// What the neighbor's capability says it does.
const char* remote_graceful_mode_text(const api::Neighbor& n) {
  if (!n.has_received()) return "NotApplicable";
  if (!n.received().graceful_restart()) return "Disable";
  return n.received().graceful_restart_families().empty() ? "Helper" : "Restart";
}

/// "internal link". FRR 10 calls `remote-as auto` external before the OPEN; it is not known then.
const char* link_text(const api::Neighbor& n) {
  if (n.type_follows()) return "link type follows with the OPEN";
  return n.type() == api::INTERNAL ? "internal link" : "external link";
}

void append_identity(std::string& out, const api::Neighbor& n) {
  const char* star = n.discovered() || n.dynamic() ? "*" : "";
  const bool is_on_link = n.name().named_by_interface();
  const auto name = is_on_link ? "on " + n.name().interface() + ": " + address_or_none(n.name().address())
                               : "is " + (star + neighbor_text(n.name()));
  append(out, "BGP neighbor %s, remote AS %u, local AS %u%s%s, %s\n", name.c_str(), n.remote_as(),
         n.local_as(), n.local_as_no_prepend() ? " no-prepend" : "",
         n.local_as_replace_as() ? " replace-as" : "", link_text(n));
  if (n.has_local_role())
    append(out, "  Local Role: %s%s\n", role_text(n.local_role()), n.strict_role() ? " (strict-mode)" : "");
  if (n.has_local_role() || n.received().has_role())
    append(out, "  Remote Role: %s\n",
           n.received().has_role() ? role_text(n.received().role()) : "undefined");
  if (n.confederation_peer()) out += "  Neighbor under common administration\n";
  if (!n.description().empty()) append(out, " Description: %s\n", n.description().c_str());
  if (!n.received().hostname().empty()) append(out, "Hostname: %s\n", n.received().hostname().c_str());
  if (n.discovered()) out += "  Discovered, not configured\n";
  if (!n.peer_group().empty())
    append(out, " Member of peer-group %s for session parameters\n", n.peer_group().c_str());
  if (n.has_listen_range())
    append(out, " Belongs to the subnet range group: %s\n", prefix_text(n.listen_range()).c_str());
  if (n.shutdown())
    append(out, " Administratively shut down%s%s\n", n.shutdown_message().empty() ? "" : ": ",
           n.shutdown_message().c_str());
  append(out, "  BGP version 4, remote router ID %s, local router ID %s\n",
         identifier_text(n.remote_identifier()).c_str(), identifier_text(n.local_identifier()).c_str());
}

void append_state(std::string& out, const api::Neighbor& n) {
  out.append("  BGP state = ").append(state_text(n));
  if (n.state() == api::STATE_ESTABLISHED) append(out, ", up for %s", age_text(n.state_ms()).c_str());
  out += '\n';
  const auto age = [](bool known, std::uint64_t ms) { return known ? age_text(ms) : std::string("never"); };
  append(out, "  Last read %s, Last write %s\n", age(n.has_last_read_ms(), n.last_read_ms()).c_str(),
         age(n.has_last_write_ms(), n.last_write_ms()).c_str());
  append(out, "  Hold time is %u seconds, keepalive interval is %u seconds\n", n.hold_seconds(),
         n.keepalive_seconds());
  append(out, "  Configured hold time is %u seconds, keepalive interval is %u seconds\n",
         n.configured_hold_seconds(), n.configured_keepalive_seconds());
  if (n.delay_open_seconds() > 0)
    append(out, "  Configured DelayOpenTime is %u seconds\n", n.delay_open_seconds());
}

void append_capabilities(std::string& out, const api::Neighbor& n) {
  if (!n.has_advertised() && !n.has_received()) return;
  const auto& ours = n.advertised();
  const auto& theirs = n.received();
  const auto line = [&](const char* name, bool advertised, bool received) {
    if (advertised || received)
      append(out, "    %s: %s\n", name, directions_text(advertised, received).c_str());
  };
  out += "  Neighbor capabilities:\n";
  line("4 Byte AS", ours.four_octet_as(), theirs.four_octet_as());
  line("Extended Message", ours.extended_message(), theirs.extended_message());
  bool heading = false;
  for (const auto family : {api::IPV4_UNICAST, api::IPV6_UNICAST}) {
    const auto rx = directions_text(has_family(ours.add_path_receive(), family),
                                    has_family(theirs.add_path_receive(), family));
    const auto tx =
        directions_text(has_family(ours.add_path_send(), family), has_family(theirs.add_path_send(), family));
    if (rx.empty() && tx.empty()) continue;
    if (!heading) out += "    AddPath:\n";
    heading = true;
    const std::string name(family_name(family));
    if (!tx.empty()) append(out, "      %s: TX %s\n", name.c_str(), tx.c_str());
    if (!rx.empty()) append(out, "      %s: RX %s\n", name.c_str(), rx.c_str());
  }
  line("Extended nexthop", ours.extended_next_hop(), theirs.extended_next_hop());
  if (theirs.extended_next_hop()) out += "      Address families by peer:\n                   IPv4 Unicast\n";
  line("Long-lived Graceful Restart", ours.long_lived_graceful_restart(),
       theirs.long_lived_graceful_restart());
  if (theirs.long_lived_graceful_restart()) {
    out += "      Address families by peer:\n";
    if (theirs.long_lived_families().empty()) out += "        none\n";
    for (const auto family : theirs.long_lived_families())
      append(out, "        %s (stale time at most %u seconds)\n",
             std::string(family_name(static_cast<api::Family>(family))).c_str(), theirs.long_lived_seconds());
  }
  line("Role", ours.has_role(), theirs.has_role());
  line("Route refresh", ours.route_refresh(), theirs.route_refresh());
  line("Enhanced Route Refresh", ours.enhanced_route_refresh(), theirs.enhanced_route_refresh());
  for (const auto family : {api::IPV4_UNICAST, api::IPV6_UNICAST})
    line(("Address Family " + std::string(family_name(family))).c_str(), has_family(ours.families(), family),
         has_family(theirs.families(), family));
  if (ours.has_hostname() || theirs.has_hostname()) {
    const auto named = [&](const char* word, const api::Capabilities& side) {
      if (side.has_hostname())
        append(out, " %s (name: %s,domain name: %s)", word, side.hostname().c_str(),
               side.domain().empty() ? "n/a" : side.domain().c_str());
    };
    out += "    Hostname Capability:";
    named("advertised", ours);
    named("received", theirs);
    out += '\n';
  }
  line("Graceful Restart Capability", ours.graceful_restart(), theirs.graceful_restart());
  if (theirs.graceful_restart()) {
    append(out, "      Remote Restart timer is %u seconds\n      Address families by peer:\n",
           theirs.restart_seconds());
    if (theirs.graceful_restart_families().empty()) out += "        none\n";
    for (const auto family : theirs.graceful_restart_families())
      append(out, "        %s(%s)\n", std::string(family_name(static_cast<api::Family>(family))).c_str(),
             has_family(theirs.preserved_families(), static_cast<api::Family>(family)) ? "preserved"
                                                                                       : "not preserved");
  }
}

const char* stale_text(api::NeighborFamily::Stale stale) {
  switch (stale) {
    case api::NeighborFamily::RESTARTING:
      return "the neighbor restarts";
    case api::NeighborFamily::RETURNING:
      return "the neighbor is back and announces its table";
    case api::NeighborFamily::LONG_LIVED:
      return "long-lived, the neighbor has been gone for longer than its restart time";
    case api::NeighborFamily::REFRESHING:
      return "the neighbor refreshes its table";
    default:
      return "";
  }
}

void append_graceful_family(std::string& out, const api::Neighbor& n, const api::NeighborFamily& family) {
  const auto yes = [](bool value) { return value ? "Yes" : "No"; };
  append(out, "    %s:\n      F bit: %s\n", std::string(family_name(family.family())).c_str(),
         has_family(n.received().preserved_families(), family.family()) ? "True" : "False");
  append(out, "      End-of-RIB sent: %s\n      End-of-RIB received: %s\n", yes(family.end_of_rib_sent()),
         yes(family.end_of_rib_received()));
  append(out, "      Timers:\n        Configured Stale Path Time(sec): %u\n", n.stale_path_seconds());
  if (family.long_lived_seconds() > 0)
    append(out, "        LLGR Stale Path Time(sec): %u\n", family.long_lived_seconds());
  if (family.stale() != api::NeighborFamily::NOTHING_STALE)
    append(out, "      Stale routes: %s, %llu seconds left\n", stale_text(family.stale()),
           static_cast<unsigned long long>((family.stale_ms_left() + 999) / 1000));
}

/// "IPv4 Unicast, IPv6 Unicast" of the families for which `fact` holds.
template <typename Fact>
std::string families_with(const api::Neighbor& n, Fact fact) {
  std::string text;
  for (const auto& family : n.families())
    if (fact(family)) text += (text.empty() ? "" : ", ") + std::string(family_name(family.family()));
  return text;
}

void append_end_of_rib(std::string& out, const api::Neighbor& n) {
  const auto sent = families_with(n, [](const auto& f) { return f.end_of_rib_sent(); });
  const auto received = families_with(n, [](const auto& f) { return f.end_of_rib_received(); });
  out += "  Graceful restart information:\n";
  if (!sent.empty()) append(out, "    End-of-RIB send: %s\n", sent.c_str());
  if (!received.empty()) append(out, "    End-of-RIB received: %s\n", received.c_str());
  append(out, "    Local GR Mode: %s%s\n    Remote GR Mode: %s\n", graceful_mode_text(n.graceful_mode()),
         n.graceful_mode_is_own() ? "" : "*", remote_graceful_mode_text(n));
  append(out, "    R bit: %s\n    N bit: %s\n", n.received().restarting() ? "True" : "False",
         n.advertised().graceful_notification() && n.received().graceful_notification() ? "True" : "False");
  append(out, "    Timers:\n      Configured Restart Time(sec): %u\n      Received Restart Time(sec): %u\n",
         n.configured_restart_seconds(), n.received().restart_seconds());
  for (const auto& family : n.families()) append_graceful_family(out, n, family);
}

void append_statistics(std::string& out, const api::Neighbor& n) {
  const auto& sent = n.sent();
  const auto& received = n.received_messages();
  append(out, "  Message statistics:\n    Inq depth is %u\n    Outq depth is %u\n", n.input_queue(),
         n.output_queue());
  out += "                         Sent       Rcvd\n";
  std::uint64_t total_sent = 0, total_received = 0;
  const auto line = [&](const char* name, std::uint64_t out_count, std::uint64_t in_count) {
    append(out, "    %-16s%9llu  %9llu\n", name, static_cast<unsigned long long>(out_count),
           static_cast<unsigned long long>(in_count));
    total_sent += out_count;
    total_received += in_count;
  };
  line("Opens:", sent.opens(), received.opens());
  line("Notifications:", sent.notifications(), received.notifications());
  line("Updates:", sent.updates(), received.updates());
  line("Keepalives:", sent.keepalives(), received.keepalives());
  line("Route Refresh:", sent.route_refreshes(), received.route_refreshes());
  line("Capability:", sent.capabilities(), received.capabilities());
  line("Total:", total_sent, total_received);
  if (n.malformed_updates() != 0)
    append(out, "  Malformed updates received: %llu, the last with %s\n",
           static_cast<unsigned long long>(n.malformed_updates()), n.last_malformed_update().c_str());
  append(out, "  Minimum time between advertisement runs is %u seconds\n",
         n.advertisement_interval_seconds());
  if (!n.update_source().empty()) append(out, "  Update source is %s\n", n.update_source().c_str());
}

const char* communities_sent(const api::NeighborFamily& family) {
  if (family.send_standard() && family.send_extended())
    return "  Community attribute sent to this neighbor(all)\n";
  if (family.send_standard()) return "  Community attribute sent to this neighbor(standard)\n";
  if (family.send_extended()) return "  Community attribute sent to this neighbor(extended)\n";
  return family.send_large() ? "  Community attribute sent to this neighbor(large)\n" : "";
}

void append_rewriting(std::string& out, const api::NeighborFamily& family) {
  if (const auto& rule = family.remove_private_as(); !rule.empty())
    append(out, "  Private AS numbers %s in updates to this neighbor\n", rule.c_str());
  if (family.as_override()) out += "  Override ASNs in outbound updates if aspath equals remote-as\n";
  if (family.as_path_unchanged()) out += "  AS_PATH is propagated unchanged to this neighbor\n";
  if (family.med_unchanged()) out += "  MED is propagated unchanged to this neighbor\n";
}

void append_add_path(std::string& out, const api::NeighborFamily& family) {
  const auto& selection = family.add_path_send();
  if (selection == "all")
    out += "  Advertise all paths via addpath\n";
  else if (selection == "per-AS")
    out += "  Advertise bestpath per AS via addpath\n";
  else if (selection.starts_with("best "))
    append(out, "  Advertise %s selected paths via addpath\n", selection.c_str());
  if (family.add_path_receive_disabled()) out += "  Additional paths are not accepted\n";
}

/// Inbound and outbound, kind by kind, in FRR's order.
void append_policies(std::string& out, const api::NeighborFamily& family) {
  const auto& in = family.policy_in();
  const auto& to = family.policy_out();
  if (!is_empty(in)) out += "  Inbound path policy configured\n";
  if (!is_empty(to)) out += "  Outbound path policy configured\n";
  const auto line = [&](const char* what, const std::string& name) {
    if (!name.empty()) append(out, "  %s is %s\n", what, name.c_str());
  };
  line("Incoming update network filter list", in.distribute_list());
  line("Outgoing update network filter list", to.distribute_list());
  line("Incoming update prefix filter list", in.prefix_list());
  line("Outgoing update prefix filter list", to.prefix_list());
  line("Incoming update AS path filter list", in.filter_list());
  line("Outgoing update AS path filter list", to.filter_list());
  line("Route map for incoming advertisements", in.route_map());
  line("Route map for outgoing advertisements", to.route_map());
  line("Route map for selective unsuppress", family.unsuppress_map());
}

void append_family(std::string& out, const api::NeighborFamily& family) {
  append(out, "\n For address family: %s\n", std::string(family_name(family.family())).c_str());
  if (family.has_update_group())
    append(out, "  Update group %u, subgroup %u\n  Packet Queue length %u\n", family.update_group(),
           family.update_group(), family.output_queue());
  else
    out += "  Not part of any update group\n";
  if (family.soft_reconfiguration()) out += "  Inbound soft reconfiguration allowed\n";
  if (family.is_behind()) out += "  Reads too slowly: the table is sent anew once it reads\n";
  if (family.route_reflector_client()) out += "  Route-Reflector Client\n";
  if (family.next_hop_self())
    append(out, "  NEXT_HOP is always this router%s\n",
           family.next_hop_self_all() ? ", for reflected routes too" : "");
  if (family.next_hop_unchanged()) out += "  NEXT_HOP is propagated unchanged to this neighbor\n";
  if (family.allow_own_as() > 0)
    append(out, "  Local AS allowed in path, %u occurrences\n", family.allow_own_as());
  if (family.allow_own_as_as_origin()) out += "  Local AS allowed as path origin\n";
  if (family.weight() > 0) append(out, "  Default weight %u\n", family.weight());
  append_rewriting(out, family);
  append_add_path(out, family);
  out += communities_sent(family);
  if (family.default_originate()) {
    const auto& map = family.default_originate_map();
    append(out, "  Default information originate%s\n", map.empty() ? "" : (", route-map " + map).c_str());
  }
  if (family.policy_missing_in()) out += "  Inbound updates discarded due to missing policy\n";
  if (family.policy_missing_out()) out += "  Outbound updates discarded due to missing policy\n";
  append_policies(out, family);
  append(out, "  %u accepted prefixes\n", family.accepted());
  if (family.received() > family.accepted())
    append(out, "  %u rejected prefixes, %u of them by policy (filtered-routes says why)\n",
           family.received() - family.accepted(), family.denied());
  if (family.maximum_prefix() == 0) return;
  append(out, "  Maximum prefixes allowed %u%s\n", family.maximum_prefix(),
         family.maximum_prefix_warning_only() ? " (warning-only)" : "");
  append(out, "  Threshold for warning message %u%%", family.maximum_prefix_threshold());
  if (family.maximum_prefix_restart_minutes() > 0)
    append(out, ", restart interval %u min", family.maximum_prefix_restart_minutes());
  out += '\n';
}

/// RFC 5082: a TTL of at least 255 means one hop.
unsigned hops_within(const api::Neighbor& n) { return 256 - std::min(n.minimum_ttl(), 255u); }

/// As FRR prints it: four octets a word, eight words a line.
void append_octets(std::string& out, const std::string& octets) {
  constexpr std::size_t kShown = 512;
  out += "  Message received that caused BGP to send a NOTIFICATION:";
  for (std::size_t i = 0; i < std::min(octets.size(), kShown); ++i) {
    if (i % 32 == 0) out += "\n    ";
    append(out, "%02X%s", static_cast<unsigned>(static_cast<unsigned char>(octets[i])),
           i % 4 == 3 ? " " : "");
  }
  if (octets.size() > kShown) append(out, "\n    (%zu more octets)", octets.size() - kShown);
  out += "\n";
}

void append_connection(std::string& out, const api::Neighbor& n) {
  append(out, "\n  Connections established %u; dropped %u\n", n.established_count(), n.dropped_count());
  if (n.last_reset().cause() == api::LastReset::NONE)
    out += "  Last reset never\n";
  else
    append(out, "  Last reset %s,  %s\n", age_text(n.last_reset().ms()).c_str(),
           reset_text(n.last_reset()).c_str());
  if (!n.last_error().empty()) append(out, "  Last error: %s\n", n.last_error().c_str());
  if (!n.last_error_message().empty()) append_octets(out, n.last_error_message());
  const bool is_internal = n.type() == api::INTERNAL && !n.type_follows();
  const char* kind = is_internal ? "Internal" : "External";
  if (n.minimum_ttl() > 0)
    append(out, "  %s BGP neighbor must be within %u hops (TTL security).\n", kind, hops_within(n));
  else
    append(out, "  %s BGP neighbor may be up to %u hops away.\n", kind, n.ttl());
  if (!n.local_address().empty())
    append(out, "Local host: %s, Local port: %u\nForeign host: %s, Foreign port: %u\n",
           address_text(n.local_address()).c_str(), n.local_port(), address_text(n.remote_address()).c_str(),
           n.remote_port());
  if (!n.next_hop().empty())
    append(out, "Nexthop: %s\nNexthop global: %s\nNexthop local: %s\n", address_text(n.next_hop()).c_str(),
           n.next_hop_global().empty() ? "::" : address_text(n.next_hop_global()).c_str(),
           n.next_hop_link_local().empty() ? "::" : address_text(n.next_hop_link_local()).c_str());
  if (!n.local_address().empty())
    append(out, "BGP connection: %s\n", n.on_link() ? "shared network" : "non shared network");
  append(out, "BGP Connect Retry Timer in Seconds: %u\n", n.connect_retry_seconds());
  append(out, "TCP user timeout in milliseconds: %u\n", n.user_timeout_ms());
  if (n.has_next_connect_ms())
    append(out, "Next connect timer due in %llu seconds\n",
           static_cast<unsigned long long>((n.next_connect_ms() + 999) / 1000));
  if (n.authenticated()) out += "Peer Authentication Enabled\n";
  if (n.offers_no_capabilities()) out += "Capabilities are not offered (dont-capability-negotiate)\n";
  if (n.extends_open()) out += "Extended Optional Parameters Length is forced\n";
  if (n.overrides_capabilities()) out += "Capability negotiation is overridden\n";
  if (n.strict_capabilities()) out += "Capabilities must match strictly\n";
}

}  // namespace

std::string neighbors_text(const api::Neighbors& neighbors) {
  std::string out;
  for (const auto& neighbor : neighbors.neighbors()) {
    append_identity(out, neighbor);
    append_state(out, neighbor);
    append_capabilities(out, neighbor);
    append_end_of_rib(out, neighbor);
    append_statistics(out, neighbor);
    for (const auto& family : neighbor.families()) append_family(out, family);
    append_connection(out, neighbor);
    out += '\n';
  }
  return out;
}

std::string no_such_neighbor_text() { return "% No such neighbor in this view/vrf\n\n"; }

}  // namespace cli::show
