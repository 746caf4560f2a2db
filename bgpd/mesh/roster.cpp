#include "bgpd/mesh/roster.hpp"

#include <algorithm>
#include <tuple>

namespace bgpd::mesh {
namespace {

/// IPv4 before global IPv6 before link-local IPv6.
int rank(const rib::IpAddress& address) { return address.is_v4() ? 0 : address.is_link_local() ? 2 : 1; }

bool share_link(const UplinkAddress& own, const rib::IpAddress& other) {
  if (own.address.afi() != other.afi() || own.address == other) return false;
  if (other.is_v4()) return own.subnet().contains(other);
  if (own.address.is_link_local() || other.is_link_local())
    return own.address.is_link_local() && other.is_link_local();
  return own.subnet().contains(other);
}

/// Only a link-local address needs its interface to be unique.
NodeAddress peer_key(const rib::IpAddress& address, std::uint32_t interface_index) {
  return {address.is_v6() && address.is_link_local() ? interface_index : 0, address};
}

}  // namespace

void Roster::session_state(const rib::IpAddress& address, std::uint32_t interface_index, bool established,
                           TimePoint now) {
  const auto found = members_.find(peer_key(address, interface_index));
  if (found == members_.end() || found->second.is_established == established) return;
  found->second.is_established = established;
  found->second.passive_until = now + kPassiveTime;
}

void Roster::drop_outside_uplinks() {
  std::erase_if(members_, [&](const auto& member) {
    return std::ranges::find(uplinks_, member.second.pair.interface_index, &Uplink::interface_index) ==
           uplinks_.end();
  });
}

std::vector<session::PeerSettings> Roster::wanted(TimePoint now) {
  std::map<NodeAddress, Member> members;
  for (const auto& [source, nodes] : sources_)
    for (const auto& node : nodes) admit(node, now, members);
  keep_established(members);
  members_ = std::move(members);

  std::vector<session::PeerSettings> wanted;
  wanted.reserve(members_.size());
  for (auto& [key, member] : members_) {
    wanted.push_back(settings_for(member, now));
    member.said_passive = wanted.back().passive;
  }
  std::ranges::sort(wanted, {}, [](const session::PeerSettings& peer) {
    return std::pair(peer.address, peer.interface_index);
  });
  return wanted;
}

std::optional<TimePoint> Roster::next_deadline() const {
  std::optional<TimePoint> next;
  for (const auto& [key, member] : members_)
    if (!member.is_established && member.said_passive)
      next = std::min(next.value_or(TimePoint::max()), member.passive_until);
  return next;
}

/// The node with the ends of its session, if there are any that can reach each other.
void Roster::admit(const Node& node, TimePoint now, std::map<NodeAddress, Member>& members) {
  if (node.identifier == settings_.identifier || node.as != settings_.as) return;
  const auto pair = choose_pair(node);
  if (!pair) return;
  const auto key = peer_key(pair->remote, pair->interface_index);
  if (const auto taken = members.find(key); taken != members.end())
    return;  // two sources know it, or two claim it

  Member member{.node = node, .pair = *pair, .passive_until = now + kPassiveTime};
  if (const auto known = members_.find(key); known != members_.end()) {
    member.is_established = known->second.is_established;
    const bool restarted = known->second.node.instance != node.instance;
    if (!restarted) member.passive_until = known->second.passive_until;
    if (restarted && !member.is_established) restarted_.push_back(key);
    if (member.is_established) member.pair = known->second.pair;
  }
  members.emplace(key, std::move(member));
}

/// An Established peer that no source names any more stays, until its node has an Established successor.
void Roster::keep_established(std::map<NodeAddress, Member>& members) const {
  for (const auto& [key, member] : members_) {
    if (!member.is_established || members.contains(key)) continue;
    const bool has_successor = std::ranges::any_of(members, [&](const auto& other) {
      return other.second.is_established && other.second.node.identifier == member.node.identifier;
    });
    if (!has_successor && member.node.as == settings_.as) members.emplace(key, member);
  }
}

std::optional<Roster::Pair> Roster::choose_pair(const Node& node) const {
  const auto pairs = possible_pairs(node);
  if (pairs.empty()) return std::nullopt;
  for (const auto& pair : pairs) {
    if (rank(pair.remote) != rank(pairs.front().remote)) break;
    const auto known = members_.find(peer_key(pair.remote, pair.interface_index));
    if (known != members_.end() && known->second.is_established && known->second.pair == pair) return pair;
  }
  return pairs.front();
}

std::vector<Roster::Pair> Roster::possible_pairs(const Node& node) const {
  std::vector<Pair> pairs;
  for (const auto& there : node.addresses) {
    const auto link = std::ranges::find(uplinks_, there.interface_index, &Uplink::interface_index);
    if (link == uplinks_.end()) continue;
    for (const auto& own : link->addresses)
      if (share_link(own, there.address))
        pairs.push_back({there.interface_index, own.address, there.address});
  }
  const bool we_are_lower = settings_.identifier < node.identifier;
  std::ranges::sort(pairs, {}, [&](const Pair& pair) {
    return std::tuple(rank(pair.remote), we_are_lower ? pair.local : pair.remote,
                      we_are_lower ? pair.remote : pair.local, pair.interface_index);
  });
  return pairs;
}

bool Roster::is_passive(const Member& member, TimePoint now) const {
  // While the session is up the answer must not change: settings that change for nothing cost everybody a
  // comparison.
  return member.node.identifier < settings_.identifier &&
         (member.is_established || now < member.passive_until);
}

session::PeerSettings Roster::settings_for(const Member& member, TimePoint now) const {
  session::PeerSettings peer;
  peer.address = member.pair.remote;
  peer.interface_index = peer_key(member.pair.remote, member.pair.interface_index).interface_index;
  peer.description = member.node.hostname;
  peer.source = session::PeerSource::Discovered;
  peer.remote_as = settings_.as;
  peer.port = member.node.bgp_port;
  peer.passive = is_passive(member, now);
  peer.hold_time = settings_.hold_time;
  peer.keepalive_time = settings_.keepalive_time;
  peer.connect_retry_time = settings_.connect_retry_time;
  peer.local_address = member.pair.local;
  peer.ttl = 255;
  peer.minimum_ttl = 255;  // RFC 5082: members are on our link, nobody behind a router can pretend to be
  // Both families over IPv4, always: an IPv6 address that comes later then resets nothing. Over IPv6 there is
  // no next hop for IPv4 prefixes without RFC 8950.
  peer.families = {rib::Family::Ipv6Unicast};
  if (member.pair.remote.is_v4()) peer.families.insert(rib::Family::Ipv4Unicast);
  peer.graceful_restart = settings_.graceful_restart;
  peer.guard.is_mesh_member = true;
  for (auto& import : peer.imports) import.maximum_prefix = settings_.maximum_prefix;
  peer.guard.pools = settings_.pools;
  for (const auto& uplink : uplinks_)
    for (const auto& own : uplink.addresses) peer.guard.refused.push_back(own.subnet());
  std::ranges::sort(peer.guard.refused);
  const auto doubles = std::ranges::unique(peer.guard.refused);
  peer.guard.refused.erase(doubles.begin(), doubles.end());
  return peer;
}

}  // namespace bgpd::mesh
