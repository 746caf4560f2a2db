// The links of the hosts in tests of the mesh, by their indices.
#pragma once

#include <cstdint>

namespace bgpd::mesh {

inline constexpr std::uint32_t kEth0 = 2, kEth1 = 3;

}  // namespace bgpd::mesh
