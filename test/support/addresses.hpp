// Addresses and prefixes as tests write them: as text that is right.
#pragma once

#include <string_view>

#include "rib/ip_address.hpp"
#include "rib/prefix.hpp"

namespace test {

inline rib::IpAddress address(std::string_view text) { return rib::IpAddress::parse(text).value(); }
inline rib::Prefix prefix(std::string_view text) { return rib::Prefix::parse(text).value(); }

}  // namespace test
