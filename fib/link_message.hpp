// Links and addresses as rtnetlink says them: messages to values, and the dump requests. Pure.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <optional>
#include <vector>

#include "fib/kernel.hpp"

namespace fib {

/// RTM_NEWLINK or RTM_DELLINK. Nothing for messages about a link's part in something else: a bridge tells the
/// leaving of a port as an RTM_DELLINK of family AF_BRIDGE.
std::optional<Link> parse_link(const nlmsghdr& header);

/// RTM_NEWADDR or RTM_DELADDR; our end of a point-to-point link.
std::optional<InterfaceAddress> parse_address(const nlmsghdr& header);

std::vector<std::byte> link_dump_request(std::uint32_t sequence);
std::vector<std::byte> address_dump_request(std::uint32_t sequence);
/// Asks for one link. The kernel answers under the lock that changes of links hold until their routes are
/// gone.
std::vector<std::byte> link_request(std::uint32_t interface_index, std::uint32_t sequence);
std::vector<std::byte> link_request(const std::string& name, std::uint32_t sequence);

}  // namespace fib
