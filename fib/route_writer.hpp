// Brings the messages of OwnRoutes to the kernel, one datagram at a time, and its answers back.
//
// rtnetlink handles a datagram inside sendmsg(), so when that returns all answers wait in the socket:
// failures as they come, and one acknowledgement for the last message. Owned by NetlinkKernel, lives on its
// thread.
#pragma once

#include <cstdint>
#include <expected>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "fib/netlink_socket.hpp"
#include "fib/own_routes.hpp"

namespace fib {

class RouteWriter {
 public:
  /// Opens the socket; the error is for people.
  std::expected<void, std::string> start(int receive_buffer);
  std::uint32_t port() const { return socket_->port(); }
  const std::string& warning() const { return socket_->warning(); }

  /// Writes one batch of what is pending and completes it.
  void write_some(OwnRoutes& routes, Clock::time_point now);
  /// Removes routes of ours that stand at a place we left; failures are not told, nothing depends on them.
  void remove_leftovers(std::span<const rib::Prefix> prefixes, const RouteLocation& place);
  /// Removes next-hop objects that no route names; failures are not told, the next audit finds them again.
  void remove_next_hops(std::span<const ObjectId> objects);

 private:
  void send_and_forget(std::vector<std::byte>& datagram);
  void collect_answers(OwnRoutes::Batch& batch);

  std::optional<NetlinkSocket> socket_;
  OwnRoutes::Batch batch_;  // reused
};

}  // namespace fib
