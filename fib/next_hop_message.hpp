// Next-hop objects as rtnetlink says them (ip-nexthop(8), linux/nexthop.h): messages to values and back.
// Pure.
#pragma once

#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <vector>

#include "rib/messages.hpp"

namespace fib {

/// Names an object in its network namespace; kNoObject names none.
using ObjectId = std::uint32_t;
inline constexpr ObjectId kNoObject = 0;

/// A next hop, or a group of those that share the traffic.
struct NextHopObject {
  struct Member {
    ObjectId id = kNoObject;
    std::uint8_t weight = 1;
    auto operator<=>(const Member&) const = default;
  };
  rib::NextHop hop;             // of weight 1; of no group
  std::vector<Member> members;  // of a group, by number
  bool operator==(const NextHopObject&) const = default;
};

/// One RTM_NEWNEXTHOP or RTM_DELNEXTHOP.
struct NextHopMessage {
  bool is_removal = false;
  std::uint32_t sender = 0;  // port of the process that asked for it; 0: the kernel itself
  ObjectId id = kNoObject;
  std::uint8_t protocol = 0;
  NextHopObject object;
};

/// False when it is none, or names no number.
bool parse_next_hop(const nlmsghdr& header, NextHopMessage& message);

/// Appends the message that makes `id` be this object, whether it stands already or not.
void add_next_hop(std::vector<std::byte>& datagram, ObjectId id, const NextHopObject& object,
                  std::uint8_t protocol, std::uint32_t sequence);
/// Appends its removal. The kernel removes with it every route that names it.
void add_next_hop_removal(std::vector<std::byte>& datagram, ObjectId id, std::uint32_t sequence);

std::vector<std::byte> next_hop_dump_request(std::uint32_t sequence);

}  // namespace fib
