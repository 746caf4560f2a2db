// Whether the kernel passes packets on between interfaces; of the network namespace of the calling thread.
#pragma once

#include <expected>
#include <string>

#include "rib/family.hpp"

namespace fib {

/// False also when the kernel does not have the family.
bool forwarding_enabled(rib::Afi afi);

/// Turns forwarding on; nothing happens when it is on. An interface that takes its default route from IPv6
/// router advertisements goes on doing so. The error names the file and why.
std::expected<void, std::string> enable_forwarding(rib::Afi afi);

}  // namespace fib
