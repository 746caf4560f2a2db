// What the operator wrote about policy, as plain values: every list and route map by its name. Compared by
// operator==; made ready to be asked by `Policies`.
//
// Rules stand under their sequence numbers; the first that fits decides, and where none fits the answer is
// no.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "rib/path_attributes.hpp"
#include "rib/policy/named_list.hpp"
#include "rib/prefix.hpp"

namespace rib {

using Sequence = std::uint32_t;

/// `ip prefix-list L seq 5 permit 10.0.0.0/8 ge 9 le 24`.
struct PrefixRule {
  bool permit = true;
  Prefix prefix = {};
  std::optional<std::uint8_t> ge = {}, le = {};  // neither: exactly this length
  bool is_any = false;                           // written as `any`; prefix and le say the same

  unsigned minimum_length() const { return ge.value_or(static_cast<std::uint8_t>(prefix.length())); }
  unsigned maximum_length() const {
    if (le) return *le;
    return ge ? prefix.address().bit_count() : prefix.length();
  }
  bool operator==(const PrefixRule&) const = default;
};

struct PrefixList {
  std::string description;
  std::map<Sequence, PrefixRule> rules;
  bool operator==(const PrefixList&) const = default;
};

/// An address and which of its bits do not matter (`0.0.0.255`).
struct WildcardAddress {
  IpAddress address = {};
  IpAddress wildcard = {};
  bool operator==(const WildcardAddress&) const = default;
};
/// Wildcards of one address and of all.
inline constexpr auto kNoBits = IpAddress::v4(0), kAllBits = IpAddress::v4(0xffffffff);

/// A rule of an access list in one of FRR's forms.
struct AccessRule {
  enum class Form : std::uint8_t {
    Any,       // any
    Prefix,    // A.B.C.D/M [exact-match]
    Standard,  // host A, A W: the prefix's address
    Extended,  // ip A W B V: the prefix's address and its mask
  };
  bool permit = true;
  Form form = Form::Any;
  Prefix prefix = {};
  bool exact = false;
  WildcardAddress source = {}, destination = {};
  bool operator==(const AccessRule&) const = default;
};

struct AccessList {
  std::string remark;
  std::map<Sequence, AccessRule> rules;
  bool operator==(const AccessList&) const = default;
};

/// `bgp as-path access-list`.
struct AsPathRule {
  bool permit = true;
  std::string expression;  // compiles (rib/policy/expression.hpp)
  bool operator==(const AsPathRule&) const = default;
};
struct AsPathList {
  std::map<Sequence, AsPathRule> rules;
  bool operator==(const AsPathList&) const = default;
};

/// A rule of `bgp community-list` and its kin: values that must all be there, or an expression over the text
/// of all of the route's.
template <typename Value>
struct CommunityRule {
  bool permit = true;
  std::vector<Value> values = {};  // standard; in ascending order
  std::string expression = {};     // expanded
  bool operator==(const CommunityRule&) const = default;
};
template <typename Value>
struct CommunityListOf {
  bool is_expanded = false;
  std::map<Sequence, CommunityRule<Value>> rules;
  bool operator==(const CommunityListOf&) const = default;
};
using CommunityList = CommunityListOf<Community>;
using LargeCommunityList = CommunityListOf<LargeCommunity>;
using ExtendedCommunityList = CommunityListOf<ExtendedCommunity>;

/// FRR's order of lists: numbers before names.
struct ListNameOrder {
  using is_transparent = void;
  bool operator()(std::string_view a, std::string_view b) const;
};
template <typename List>
using ListsByName = std::map<std::string, List, ListNameOrder>;

/// `+5`, `-5` or `5`.
struct Adjustment {
  enum class Kind : std::uint8_t { Value, Add, Subtract };
  Kind kind = Kind::Value;
  std::uint32_t number = 0;
  /// Never beyond what 32 bits hold.
  std::uint32_t of(std::uint32_t before) const;
  bool operator==(const Adjustment&) const = default;
};

/// A list by its name, and for communities whether nothing else may be there.
struct ListMatch {
  std::string name;
  bool exact = false;
  bool operator==(const ListMatch&) const = default;
};

/// `match ip address …`, `match ipv6 next-hop …`: all that are there must hold.
struct AddressMatch {
  std::optional<std::string> access_list, prefix_list;
  std::optional<std::uint8_t> prefix_length;
  std::optional<IpAddress> address;
  bool empty() const { return *this == AddressMatch{}; }
  bool operator==(const AddressMatch&) const = default;
};

/// `match peer A`, `match peer eth0`, or `match peer local`.
struct PeerMatch {
  std::optional<IpAddress> address;
  std::string interface;  // both absent: our own routes
  bool operator==(const PeerMatch&) const = default;
};

/// `set ip next-hop …`.
struct NextHopChoice {
  enum class Kind : std::uint8_t { Address, PeerAddress, Unchanged };
  Kind kind = Kind::Address;
  IpAddress address;
  bool operator==(const NextHopChoice&) const = default;
};

/// Where a route comes from, for `match source-protocol`.
enum class SourceProtocol : std::uint8_t { Bgp, Connected, Kernel, Static };

/// `set community …`: of no values and not additive: none.
template <typename Value>
struct CommunitySet {
  std::vector<Value> values;  // in ascending order
  bool additive = false;
  bool operator==(const CommunitySet&) const = default;
};

/// `set as-path prepend …`: these numbers, or the first of the path so many times.
struct Prepend {
  std::vector<AsNumber> as_numbers;
  std::uint8_t last_as_times = 0;
  bool operator==(const Prepend&) const = default;
};

/// `set extcommunity bandwidth`: megabits a second.
struct LinkBandwidth {
  std::uint32_t megabits = 0;
  bool non_transitive = false;
  bool operator==(const LinkBandwidth&) const = default;
};

/// One numbered clause of a route map. All matches must hold; then the sets are done, `call` is asked, and
/// `exit` says how to go on.
struct RouteMapClause {
  struct Match {
    std::optional<std::string> as_path;
    std::optional<ListMatch> community, large_community, extended_community;
    std::optional<std::string> interface;
    AddressMatch address[kFamilyCount];  // of the prefix
    AddressMatch next_hop[kFamilyCount];
    AddressMatch route_source;  // the peer it is from, IPv4
    std::optional<std::uint32_t> local_preference, metric, tag;
    std::optional<Origin> origin;
    std::optional<PeerMatch> peer;
    std::optional<SourceProtocol> source_protocol;
    std::optional<std::uint8_t> probability;  // percent of the routes
    bool operator==(const Match&) const = default;
  };
  struct Set {
    std::optional<Aggregator> aggregator;
    std::vector<AsNumber> exclude;  // empty: none
    std::optional<Prepend> prepend;
    std::optional<std::optional<AsNumber>> replace;  // inner absent: any
    bool atomic_aggregate = false;
    std::optional<std::string> delete_communities, delete_large_communities;  // list
    std::optional<CommunitySet<Community>> communities;
    std::optional<CommunitySet<LargeCommunity>> large_communities;
    bool no_extended_communities = false;
    std::vector<ExtendedCommunity> route_targets, route_origins;
    std::optional<LinkBandwidth> bandwidth;
    std::optional<NextHopChoice> next_hop;                     // IPv4
    std::optional<IpAddress> next_hop_global, next_hop_local;  // IPv6
    bool next_hop_peer_address = false, prefer_global = false;
    std::optional<Adjustment> local_preference, metric;
    bool metric_is_igp = false;
    std::optional<Origin> origin;
    std::optional<BgpIdentifier> originator_id;
    std::optional<std::uint32_t> tag, weight;
    std::optional<IpAddress> source;  // of packets of this host: `ip protocol bgp`
    std::optional<std::uint8_t> distance;
    bool operator==(const Set&) const = default;
  };
  bool permit = true;
  std::string description;
  Match match;
  Set set;
  std::optional<std::string> call;
  std::optional<Sequence> on_match;  // 0: next; otherwise go to this one, or the first behind it
  /// A match that kulan does not have stands in the clause: it can not be known to hold.
  bool never_matches = false;
  bool operator==(const RouteMapClause&) const = default;
};

struct RouteMap {
  std::map<Sequence, RouteMapClause> clauses;
  bool operator==(const RouteMap&) const = default;
};

/// Everything that has a name. IPv4 and IPv6 lists of one name are two.
struct PolicyDefinitions {
  NamedList<AccessList> access_lists[kFamilyCount];
  NamedList<PrefixList> prefix_lists[kFamilyCount];
  ListsByName<AsPathList> as_path_lists;
  ListsByName<CommunityList> community_lists;
  ListsByName<LargeCommunityList> large_community_lists;
  ListsByName<ExtendedCommunityList> extended_community_lists;
  NamedList<RouteMap> route_maps;
  bool operator==(const PolicyDefinitions&) const = default;
};

}  // namespace rib
