// Tables as UPDATE messages, made before the clock starts: what is measured is the daemon, not the generator.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "test/bench/generator/route_table.hpp"

namespace bench {

using Message = std::vector<std::uint8_t>;

/// All prefixes with this sender's attributes, one message or more for each group.
Message announcements(const RouteTable& table, const Announcer& announcer,
                      std::uint16_t maximum_message_size);
/// These prefixes, one or more of one family, with one set of attributes.
Message announcement(std::span<const rib::Prefix> prefixes, const rib::PathAttributes& attributes,
                     const Announcer& announcer);
/// Of one or more prefixes of one family: as few messages as hold them.
Message withdraws(std::span<const rib::Prefix> prefixes, std::uint16_t maximum_message_size);
/// RFC 4724 §2.
Message end_of_rib(rib::Family family);

}  // namespace bench
