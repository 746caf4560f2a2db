// Domain values ⇄ API messages. With the handlers beside it, the only place that knows both.
#pragma once

#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "bgpd/api/backend.hpp"
#include "cli/proto/kulan.pb.h"

namespace bgpd::api {

namespace proto = kulan::api;

/// The enumerator of the same number: the API's are the domain's.
template <typename To, typename From>
To same(From value) {
  return static_cast<To>(static_cast<int>(value));
}

std::string octets_of(std::span<const std::uint8_t> octets);
std::string octets_of(const rib::IpAddress& address);
/// Nothing when the octets are neither 4 nor 16.
std::optional<rib::IpAddress> address_from(const std::string& octets);
void put_prefix(const rib::Prefix& prefix, proto::Prefix& to);
/// Nothing for a wrong address or a length beyond it.
std::optional<rib::Prefix> prefix_from(const proto::Prefix& prefix);
proto::Family family_of(rib::Family family);
/// Nothing for FAMILY_ANY and for what is unknown here.
std::optional<rib::Family> family_from(proto::Family family);
/// The families that FAMILY_ANY or one of them names.
std::vector<rib::Family> families_from(proto::Family family);

/// A protobuf string must be UTF-8, and what peers call themselves need not be: other octets become '?',
/// control characters too (a peer must not steer the operator's terminal).
std::string readable_text(std::string_view text);
/// The same, with line ends kept.
std::string readable_lines(std::string_view text);

void put_name(const NeighborView& neighbor, proto::NeighborName& to);
/// True when `name` names this neighbor.
bool is_named(const proto::NeighborName& name, const NeighborView& neighbor);

/// Octets: a tenth of the work, for listings.
enum class AsPathForm : std::uint8_t { Segments, Octets };
void put_attributes(const rib::PathAttributes& attributes, proto::PathAttributes& to,
                    AsPathForm form = AsPathForm::Segments);
/// "all", "best 2", "per-AS"; "": one path.
std::string text_of(const rib::AddPathSelection& selection);
/// Without attributes, and without who sent it: the caller knows all neighbors.
void put_path(const rib::PathView& path, rib::TimePoint now, proto::Path& to);
void put_route(const rib::RouteView& route, const Backend& backend, proto::RouteEntry& to);
void put_next_hop(const rib::NextHop& next_hop, const Backend& backend, proto::NextHop& to);
void put_tracked_next_hop(const rib::NextHopView& view, const Backend& backend, proto::TrackedNextHop& to);
void put_last_reset(const NeighborView& view, rib::TimePoint now, proto::LastReset& to);
void put_neighbor(const NeighborView& view, const Backend& backend, proto::Neighbor& to);
void put_summary(const NeighborView& view, rib::Family family, const Backend& backend,
                 proto::SummaryNeighbor& to);
/// Only when there was one.
void put_audit(const FibView& view, rib::TimePoint now, proto::FibAudit& to);  // fib.cpp
void put_interface(const InterfaceView& view, proto::Interface& to);

/// Milliseconds from `then` to `now`; 0 when that lies ahead.
std::uint64_t milliseconds_since(rib::TimePoint then, rib::TimePoint now);

}  // namespace bgpd::api
