#include "bgpd/unused_memory.hpp"

#include <malloc.h>

#include <algorithm>

namespace bgpd {

bool UnusedMemory::give_back() {
  constexpr std::size_t kWorthwhile = 8u * 1024 * 1024;
  const auto unused = mallinfo2().fordblks;
  if (unused < kept_ + kWorthwhile) {
    kept_ = std::min(kept_, unused);
    return false;
  }
  malloc_trim(0);
  kept_ = mallinfo2().fordblks;  // counts what was given back as well
  return true;
}

}  // namespace bgpd
