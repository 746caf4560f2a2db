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
/// These prefixes with one set of attributes.
Message announcement(std::span<const rib::Prefix> prefixes, const rib::PathAttributes& attributes,
                     const Announcer& announcer);
/// As few messages as hold them.
Message withdraws(std::span<const rib::Prefix> prefixes, std::uint16_t maximum_message_size);
/// RFC 4724 §2.
Message end_of_rib();

}  // namespace bench
