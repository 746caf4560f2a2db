// The roster: from the nodes that the sources know to the peers that the session layer shall have.
//
// Pure: nodes, uplinks, session states and the time go in; a set of PeerSettings comes out.
//
// Rules
// - One session per pair of nodes. Both ends find the same pair of addresses without talking: IPv4 before
// global IPv6
//   before link-local IPv6, then the lowest address of the node with the lower BGP Identifier, then of the
//   other.
// - The lower identifier dials. The other is passive for a second, then it dials as well: a one-way firewall
// or a lost
//   packet costs a second, and the usual start has no collision (RFC 4271 §6.8).
// - A peer whose session is Established is never removed: BGP tells of death. It may stand beside its
// successor (the
//   node moved to another address, or IPv4 came later) until that one is Established.
// - A pair once Established stays while its addresses do, even when a better one of the same family appears.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <utility>
#include <vector>

#include "bgpd/mesh/node.hpp"
#include "bgpd/session/settings.hpp"

namespace bgpd::mesh {

using namespace std::chrono_literals;
using rib::TimePoint;

inline constexpr auto kPassiveTime = 1s;  // what the lower identifier has to reach us

/// What all sessions of the mesh have in common.
struct RosterSettings {
  rib::BgpIdentifier identifier = 0;
  rib::AsNumber as = 0;
  std::chrono::seconds hold_time = 9s, keepalive_time = 3s, connect_retry_time = 5s;
  std::vector<rib::Prefix> pools;     // the guard: prefixes inside these only
  std::uint32_t maximum_prefix = 64;  // per node and family
  session::GracefulRestartSettings graceful_restart{};
  bool operator==(const RosterSettings&) const = default;
};

/// A number for each source of nodes. The roster knows a node as long as one source does.
enum class NodeSource : std::uint8_t { Multicast };

class Roster {
 public:
  explicit Roster(RosterSettings settings) : settings_(std::move(settings)) {}

  void set_settings(RosterSettings settings) { settings_ = std::move(settings); }
  void set_uplinks(std::vector<Uplink> uplinks) { uplinks_ = std::move(uplinks); }
  /// The operator took interfaces away: even Established peers on others than the uplinks go.
  void drop_outside_uplinks();
  /// All nodes that this source knows now.
  void set_nodes(NodeSource source, std::vector<Node> nodes) { sources_[source] = std::move(nodes); }
  /// A session reached or left Established. Other peers' are ignored. `interface_index` only for link-local
  /// addresses.
  void session_state(const rib::IpAddress& address, std::uint32_t interface_index, bool established,
                     TimePoint now);

  /// The peers wanted at `now`, sorted by address and interface.
  std::vector<session::PeerSettings> wanted(TimePoint now);
  /// Peers that were seen to start anew since the last call: worth a connection at once, whatever the retry
  /// timer says.
  std::vector<NodeAddress> take_restarted() { return std::exchange(restarted_, {}); }
  /// When wanted() may answer differently although nothing was told.
  std::optional<TimePoint> next_deadline() const;

 private:
  /// The ends of a session.
  struct Pair {
    std::uint32_t interface_index = 0;
    rib::IpAddress local, remote;
    bool operator==(const Pair&) const = default;
  };
  struct Member {
    Node node;  // as last known
    Pair pair;
    TimePoint passive_until;
    bool is_established = false;
    bool said_passive = false;  // in the last answer of wanted()
  };

  std::optional<Pair> choose_pair(const Node& node) const;
  /// Best first, in the order that both ends find.
  std::vector<Pair> possible_pairs(const Node& node) const;
  void admit(const Node& node, TimePoint now, std::map<NodeAddress, Member>& members);
  void keep_established(std::map<NodeAddress, Member>& members) const;
  bool is_passive(const Member& member, TimePoint now) const;
  session::PeerSettings settings_for(const Member& member, TimePoint now) const;

  RosterSettings settings_;
  std::vector<Uplink> uplinks_;
  std::map<NodeSource, std::vector<Node>> sources_;
  std::map<NodeAddress, Member> members_;  // by the peer's end; the interface only with link-local addresses
  std::vector<NodeAddress> restarted_;
};

}  // namespace bgpd::mesh
