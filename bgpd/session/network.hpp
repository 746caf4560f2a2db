// The seams between sessions and the world: TCP connections and waking up. asio_network implements them with
// sockets; tests and the simulation implement them in memory and in virtual time.
//
// Nothing here blocks, and no event is delivered from inside a call: each comes from the loop, in a turn of
// its own.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "bgpd/wire/byte_reader.hpp"
#include "rib/ip_address.hpp"
#include "rib/messages.hpp"

namespace bgpd::session {

using rib::TimePoint;
using wire::Octets;

struct Endpoint {
  rib::IpAddress address;
  std::uint16_t port = 0;
  std::uint32_t interface_index = 0;  // zone of a link-local address
  bool operator==(const Endpoint&) const = default;
};

/// What the socket of a session has besides its addresses.
struct TransportSettings {
  std::uint8_t ttl = 0;          // 0: the system's
  std::uint8_t minimum_ttl = 0;  // RFC 5082: packets with a lower one are dropped by the kernel; 0: off
  std::string password{};        // RFC 2385
  std::chrono::milliseconds user_timeout{};  // RFC 5482, of what is sent; 0: the system's
  bool operator==(const TransportSettings&) const = default;
};

struct ConnectRequest {
  Endpoint remote;
  std::optional<rib::IpAddress> local_address;
  std::string local_interface;  // its address of the remote's family is used; "" when not wanted
  TransportSettings settings;
};

/// What a connection has to write in one turn, as on_writable says it and on_written wants to hear again.
struct Gathered {
  std::size_t own = 0;          // octets of the session's own messages
  std::size_t from_source = 0;  // octets of UPDATEs
  bool source_first = false;    // the rest of a message that was begun goes before anything else

  std::size_t total() const { return own + from_source; }
};

class TransportEvents {
 public:
  /// octets: borrowed for the call; everything is taken.
  virtual void on_input(Octets octets, TimePoint now) = 0;
  /// There is room. Appends what is to be written, in order, to `ranges`; it stays valid, also while other
  /// connections are asked, until on_written says how much of it left. on_write_ended follows: up to then
  /// nothing is done to other connections, so that a network may write for many side by side.
  virtual Gathered on_writable(std::vector<Octets>& ranges) = 0;
  virtual void on_written(const Gathered& gathered, std::size_t octets, TimePoint now) = 0;
  virtual void on_write_ended(TimePoint now) = 0;
  /// The connection is gone; the last event. why: for people, e.g. "Connection reset by peer".
  virtual void on_closed(const std::string& why, TimePoint now) = 0;

 protected:
  ~TransportEvents() = default;
};

/// One TCP connection. Destroying it closes the socket at once and ends its events, except after finish().
class Transport {
 public:
  virtual ~Transport() = default;
  /// Events begin; `events` is borrowed until this object goes.
  virtual void start(TransportEvents& events) = 0;
  /// Gives the kernel as much as it takes now; returns how many octets that was. After less than all of them
  /// on_writable follows when there is room, as it does when on_written said so.
  virtual std::size_t write(std::span<const Octets> ranges) = 0;
  /// on_writable shall come in a later turn; asking twice before it came is asking once.
  virtual void request_write() = 0;
  /// Sends `last` (a NOTIFICATION with what must precede it), half-closes, and closes when the other side
  /// has, or after a short bounded time. No events follow; this object may go at once.
  virtual void finish(std::vector<std::uint8_t> last) = 0;
  /// Input waits in the kernel: the peer is alive even though we have not read it.
  virtual bool has_unread_input() const = 0;
  /// For a connection that came in, or whose settings change; the password is apart. The text says what the
  /// kernel refused.
  virtual std::optional<std::string> apply(const TransportSettings& settings) = 0;
  /// From the next segment on, both ways; "": not signed. What is on its way with the other signature is
  /// dropped and sent again, so the two sides need not change in the same moment (RFC 4808 §2.1).
  virtual std::optional<std::string> set_password(const std::string& password) = 0;
  virtual Endpoint local() const = 0;
  virtual Endpoint remote() const = 0;
};

class ConnectEvents {
 public:
  /// Exactly one of the two, unless the attempt is destroyed before.
  virtual void on_connected(std::unique_ptr<Transport> transport, TimePoint now) = 0;
  virtual void on_connect_failed(const std::string& why, TimePoint now) = 0;

 protected:
  ~ConnectEvents() = default;
};

/// A connection on its way. Destroying it gives it up.
class ConnectAttempt {
 public:
  virtual ~ConnectAttempt() = default;
};

/// What the kernel has dropped for its TCP MD5 signature, of all connections together. RFC 2385.
struct SignatureFailures {
  std::uint64_t missing = 0;     // not signed, though a password is set
  std::uint64_t unexpected = 0;  // signed, though none is set
  std::uint64_t wrong = 0;       // signed with another password
  bool operator==(const SignatureFailures&) const = default;
};

class Network {
 public:
  virtual ~Network() = default;
  /// Nothing: not known here.
  virtual std::optional<SignatureFailures> signature_failures() const { return std::nullopt; }
  virtual std::unique_ptr<ConnectAttempt> connect(const ConnectRequest& request, ConnectEvents& events) = 0;
  /// Connections that come in from these addresses must be signed so (RFC 2385); the longest prefix of an
  /// address counts. "": not signed.
  virtual void set_password(const rib::Prefix& remotes, const std::string& password) = 0;
  /// PeerManager::on_time shall be called then, or a little later; replaces the wish before.
  virtual void wake_at(TimePoint time) = 0;
};

}  // namespace bgpd::session
