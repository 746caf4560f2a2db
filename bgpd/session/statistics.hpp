// What `show bgp neighbors` and `summary` tell of a peer besides its settings. Plain values, owned by Peer.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "bgpd/session/actions.hpp"
#include "bgpd/wire/header.hpp"
#include "rib/messages.hpp"

namespace bgpd::session {

struct MessageCounters {
  std::uint64_t opens = 0, updates = 0, notifications = 0, keepalives = 0, route_refreshes = 0;

  void count(wire::MessageType type, std::uint64_t messages = 1) {
    switch (type) {
      case wire::MessageType::Open:
        opens += messages;
        break;
      case wire::MessageType::Update:
        updates += messages;
        break;
      case wire::MessageType::Notification:
        notifications += messages;
        break;
      case wire::MessageType::Keepalive:
        keepalives += messages;
        break;
      case wire::MessageType::RouteRefresh:
        route_refreshes += messages;
        break;
    }
  }
  std::uint64_t total() const { return opens + updates + notifications + keepalives + route_refreshes; }
};

struct LastReset {
  EndReason reason;
  rib::TimePoint time;
  bool operator==(const LastReset&) const = default;
};

struct Statistics {
  MessageCounters sent, received;
  std::uint64_t octets_sent = 0, octets_received = 0;
  std::uint32_t established_count = 0, dropped_count = 0;
  std::optional<rib::TimePoint> up_since;    // set while Established
  std::optional<rib::TimePoint> down_since;  // set when it was Established before and is not
  std::optional<rib::TimePoint> last_read, last_write;
  std::optional<LastReset> last_reset;
  std::uint64_t malformed_updates = 0;  // RFC 7606: UPDATEs with errors, survived or not
  std::string last_malformed_update;    // the gravest error of the last one: attribute, reason, octets
  std::vector<std::uint8_t> last_error_message;  // whole, that made us send a NOTIFICATION
  std::string last_error;  // of the last attempt that failed, e.g. "Connection refused"; "" after a success
  bool hung_up = false;    // ... there was a connection, and the neighbor closed it without a word
  std::optional<LastReset>
      last_refusal;  // of the last attempt that a NOTIFICATION ended; none after a success
};

/// "Cease/Peer De-configured received", "Connection reset by peer", … for `Last reset` and the log.
std::string describe(const EndReason& reason);

/// Why there is no session: the last attempt's error, and the NOTIFICATION that an earlier one was answered
/// with. A neighbor that was told, or told us, what is wrong often hangs up on the next attempts without a
/// word.
std::string describe_attempts(const Statistics& statistics);

}  // namespace bgpd::session
