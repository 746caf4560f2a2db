// Finds who is on an unnumbered link: sends router advertisements there and hears those of the other side
// (RFC 4861), on the links it is told and no others.
//
// Owned by the daemon; one thread. Needs CAP_NET_RAW and a kernel with IPv6; what is missing is said once.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/steady_timer.hpp>
#include <functional>
#include <map>
#include <random>
#include <string>
#include <vector>

#include "bgpd/link/schedule.hpp"
#include "rib/ip_address.hpp"

namespace bgpd::link {

class NeighborFinder {
 public:
  struct Callbacks {
    /// A router on the link advertised itself from this link-local address.
    std::function<void(std::uint32_t interface_index, const rib::IpAddress& address)> heard;
    std::function<void(const std::string& text)> notice;
  };
  NeighborFinder(boost::asio::io_context& io, Callbacks callbacks);
  ~NeighborFinder();

  /// The links, by index; those that are new begin, on the others it stops (with lifetime 0, §6.2.5).
  void set_links(const std::vector<std::uint32_t>& interfaces);
  /// Why nobody can be found; "" when all is well.
  const std::string& problem() const { return problem_; }

 private:
  bool open();
  void close();
  void listen();
  void receive();
  void receive_one(bool& more);
  bool send(std::uint32_t interface_index, const std::vector<std::uint8_t>& message, const char* group);
  void send_due();
  void wait();

  boost::asio::io_context& io_;
  Callbacks callbacks_;
  boost::asio::posix::stream_descriptor socket_;
  boost::asio::steady_timer timer_;
  std::map<std::uint32_t, Schedule> links_;
  std::map<std::uint32_t, rib::IpAddress> known_;
  std::minstd_rand random_;
  std::string problem_;
};

}  // namespace bgpd::link
