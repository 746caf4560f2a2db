// What `debug` writes, in the words of FRR's messages where it has them, so that old searches find it.
#pragma once

#include <functional>
#include <string>

#include "bgpd/session/session_handler.hpp"
#include "fib/kernel.hpp"
#include "rib/history.hpp"
#include "rib/next_hop_table.hpp"

namespace bgpd::debug {

/// "eth0" of an index; "" when there is no such link.
using InterfaceName = std::function<std::string(std::uint32_t)>;

/// "nexthop 192.168.1.2, origin i, localpref 100, path 65001 65002, community 65001:1"; cut when it is long.
std::string attributes_text(const rib::PathAttributes& attributes);
/// "10.1.20.0/24 IPv4 unicast", with "path id 3" when there is one.
std::string nlri_text(const rib::Nlri& nlri);
std::string open_text(const wire::Open& open);
std::string best_text(const rib::EventView& event);
std::string next_hop_text(const rib::NextHopTable::Entry& entry, const InterfaceName& name_of);
/// "via 192.168.1.2, eth0"; "blackhole".
std::string route_text(rib::RouteType type, const std::vector<rib::NextHop>& next_hops,
                       const InterfaceName& name_of);
std::string link_text(const fib::Link& link);

}  // namespace bgpd::debug
