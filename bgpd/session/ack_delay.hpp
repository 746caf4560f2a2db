// When a connection's ACKs may wait. By default Linux acknowledges each small message as it is read: a packet
// for each UPDATE of a neighbor whose routes come and go, and nearly as much work as taking the UPDATE. Of
// messages that follow one another closely one ACK will do. A sender with Nagle's algorithm (BIRD and FRR
// have it, kulan has not), which keeps its next message until the last one is acknowledged (RFC 896), then
// waits for us: it is told by pauses as long as the kernel's own delay, and after two of them gets its ACKs
// at once for the rest of the session.
#pragma once

#include <cstddef>

#include "rib/messages.hpp"

namespace bgpd::session {

class AckDelay {
 public:
  /// Octets were read. True: from now on the kernel is to wait with its ACKs (TCP_QUICKACK off), which it
  /// does until one was due because nothing followed.
  bool after_read(std::size_t octets, rib::TimePoint now);

 private:
  rib::TimePoint last_read_{};
  unsigned close_ = 0;  // small messages that followed one another closely
  bool waits_ = false;
  unsigned stalls_ = 0;  // pauses in a row in which the sender may have waited for our ACK
};

}  // namespace bgpd::session
