// What a table took and does not need any more goes back to the system. The allocator by itself keeps what
// lies between blocks in use, which after a withdraw of many routes is nearly everything.
#pragma once

#include <cstddef>

namespace bgpd {

class UnusedMemory {
 public:
  /// Gives it back when that is worth the while: some milliseconds for hundreds of MiB. Returns whether it
  /// was.
  bool give_back();

 private:
  std::size_t kept_ = 0;  // octets that the last call could not, or need not, give back again
};

}  // namespace bgpd
