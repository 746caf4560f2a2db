// Next hops as tests of routes write them.
#pragma once

#include <cstdint>

#include "rib/messages.hpp"

namespace fib {

/// gateway: nullptr for what is on the link.
inline rib::NextHop hop(const char* gateway, std::uint32_t interface_index, std::uint8_t weight = 1,
                        bool onlink = false) {
  rib::NextHop result{.gateway = {}, .interface_index = interface_index, .weight = weight, .onlink = onlink};
  if (gateway != nullptr) result.gateway = rib::IpAddress::parse(gateway);
  return result;
}

}  // namespace fib
