// Where a session's UPDATEs come from: encoded messages that somebody else keeps, read when the socket has
// room. bgpd/peer_output makes the logs of a peer's update groups one.
#pragma once

#include <cstddef>
#include <vector>

#include "bgpd/wire/byte_reader.hpp"

namespace bgpd::session {

class OutputSource {
 public:
  /// Messages that are complete.
  struct Completed {
    std::size_t updates = 0;
    std::size_t route_refreshes = 0;  // the marks of RFC 7313
  };

  /// Appends to `ranges` what is to be sent next, in order, and returns how many octets it is: about `limit`
  /// at most and ending at a message's end, but at least one message when there is any. After a part of a
  /// message was consumed it begins with the rest of that. The octets stay valid until the next call of this
  /// object.
  virtual std::size_t gather(std::vector<wire::Octets>& ranges, std::size_t limit) = 0;
  /// The first `octets` of what was gathered left. Returns the messages that are complete with that.
  virtual Completed consume(std::size_t octets) = 0;
  /// Octets that are missing of a message of which a part was consumed; 0 between messages.
  virtual std::size_t unfinished() const = 0;

 protected:
  ~OutputSource() = default;
};

}  // namespace bgpd::session
