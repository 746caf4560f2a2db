// Policy: which routes may pass between us and a peer, and with which attributes. Prefix lists, AS path
// lists, community lists and route maps, in FRR's words and with FRR's meaning.
//
// `PolicyDefinitions` is what the operator wrote, a plain value; `Policies` is the same made ready to be
// asked. Pure and immutable: an answer depends on the arguments only, so it may be asked again at any time,
// for instance by `explain`.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "rib/path_attributes.hpp"
#include "rib/policy/definitions.hpp"
#include "rib/prefix.hpp"

namespace rib {

/// What stands between us and a peer in one direction and family: names, "" for none. All that are there must
/// permit, in this order; a name that nobody defined denies. Only the route map changes attributes.
struct PolicyChain {
  std::string distribute_list = {};  // access list
  std::string prefix_list = {};
  std::string filter_list = {};  // AS path access list
  std::string route_map = {};
  bool empty() const {
    return distribute_list.empty() && prefix_list.empty() && filter_list.empty() && route_map.empty();
  }
  bool operator==(const PolicyChain&) const = default;
};

/// What is known of the way to a route's next hop. Borrowed.
struct ResolvedNextHop {
  std::string_view interface = {};           // "" unknown, or unreachable
  std::optional<std::uint32_t> metric = {};  // nothing: unreachable, or a route of our own
};

/// What is known of a route besides its attributes. Borrowed for the call.
struct PolicySubject {
  const Prefix& prefix;
  const IpAddress* peer = nullptr;         // the neighbor the policy belongs to; nullptr: our own route
  const IpAddress* own_address = nullptr;  // our end of that session: outbound `set ip next-hop peer-address`
  ResolvedNextHop next_hop = {};           // `match interface`, `set metric igp`
  std::string_view peer_interface = {};    // of an interface peer, "" for others: `match peer eth0`
  AsNumber own_as = 0;                     // what we are to that peer: `set as-path replace`; 0 unknown
  std::optional<SourceProtocol> source_protocol = {};  // nothing: BGP, if from `peer`
};

/// The answer and who gave it.
struct PolicyVerdict {
  enum class Decider : std::uint8_t { None, DistributeList, PrefixList, FilterList, RouteMap };
  bool permitted = true;
  bool next_hop_set = false;             // by a set clause: stronger than next-hop-self
  std::optional<IpAddress> source = {};  // `set src`, of the prefix's family
  Decider decider = Decider::None;
  std::uint32_t sequence = 0;  // of the deciding entry; 0: none matched, or the name is not defined
};

class Policies {
 public:
  Policies();
  explicit Policies(PolicyDefinitions definitions);
  ~Policies();
  Policies(Policies&&) noexcept;
  Policies& operator=(Policies&&) noexcept;

  const PolicyDefinitions& definitions() const;

  /// Asks the chain; a route map's set clauses change `attributes` when the route is permitted.
  PolicyVerdict apply(const PolicyChain& chain, const PolicySubject& subject,
                      PathAttributes& attributes) const;

  /// The same for a route map that only asks `attributes`: its set clauses change `result` instead.
  PolicyVerdict apply_condition(const std::string& route_map, const PolicySubject& subject,
                                const PathAttributes& attributes, PathAttributes& result) const;

  /// False: one verdict holds for all prefixes that have equal attributes.
  bool depends_on_prefix(const PolicyChain& chain) const;
  /// True: the verdict may differ between neighbors that have the same chain (`match peer`).
  bool depends_on_peer(const PolicyChain& chain) const;
  /// True: the verdict may differ with the way to the next hop (`match interface`, `set metric igp`).
  bool depends_on_next_hop(const PolicyChain& chain) const;
  /// Whether the chain may answer differently with `other`: something it names, also by way of something else
  /// (`call`, `match … prefix-list`), is defined differently there.
  bool differs(const PolicyChain& chain, const Policies& other) const;

 private:
  struct Compiled;
  std::unique_ptr<const Compiled> compiled_;
};

}  // namespace rib
