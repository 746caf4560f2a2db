// An rtnetlink socket: opening, options, and datagrams in and out, never blocking. The bytes belong to
// others.
//
// One owner, one thread. The monitor and the writer have a socket each, so that a burst of events cannot cost
// an acknowledgement and the reverse.
#pragma once

#include <linux/filter.h>
#include <linux/netlink.h>

#include <cstddef>
#include <cstdint>
#include <expected>
#include <initializer_list>
#include <memory>
#include <span>
#include <string>
#include <vector>

struct nl_sock;

namespace fib {

inline constexpr int kReceiveBufferSize = 16 << 20;  // a burst of some 20,000 events fits

class NetlinkSocket {
 public:
  enum class Received : std::uint8_t {
    Datagram,
    Nothing,  // read everything that was there
    Overrun,  // ENOBUFS: the kernel dropped messages for us
    Failed,   // the socket is unusable; error() says why
  };

  /// Opens and binds. `receive_buffer` in octets; when the privilege for it is missing the system's maximum
  /// is taken and warning() says so. The error is for people.
  static std::expected<NetlinkSocket, std::string> open(int receive_buffer);

  /// Subscribes to multicast groups (RTNLGRP_*); 0 or an errno.
  int subscribe(std::initializer_list<int> groups);
  /// The kernel runs `program` on each datagram; what it refuses never wakes us. 0 or an errno.
  int attach_filter(std::span<const sock_filter> program);

  /// Hands one datagram to the kernel, which handles all its messages before this returns. 0 or an errno.
  int send(std::span<const std::byte> datagram);
  /// One datagram, if there is one; messages() shows it until the next call.
  Received receive();
  std::span<const std::byte> messages() const { return {buffer_.data(), length_}; }

  int file_descriptor() const;
  /// Our port: nlmsg_pid of what we caused.
  std::uint32_t port() const;
  int error() const { return error_; }
  const std::string& warning() const { return warning_; }

 private:
  struct Close {
    void operator()(nl_sock* socket) const;
  };
  explicit NetlinkSocket(nl_sock* socket);

  std::unique_ptr<nl_sock, Close> socket_;
  std::vector<std::byte> buffer_;
  std::size_t length_ = 0;
  int error_ = 0;
  std::string warning_;
};

/// The messages of a datagram, one after the other; ends at the first that is cut.
class MessageRange {
 public:
  explicit MessageRange(std::span<const std::byte> bytes) : left_(bytes) {}
  /// The next message with its length checked, or nullptr.
  const nlmsghdr* next();

 private:
  std::span<const std::byte> left_;
};

/// What NLMSG_ERROR says about request `sequence`.
struct Acknowledgement {
  std::uint32_t sequence = 0;
  std::uint16_t type = 0;  // of the request
  int error = 0;           // 0 or a positive errno
  std::string text;        // extended acknowledgement
};
Acknowledgement parse_acknowledgement(const nlmsghdr& header);
/// How a dump ended: 0 or a positive errno, of an NLMSG_DONE message.
int parse_done(const nlmsghdr& header);

}  // namespace fib
