// A peer of the speaker that is trained, in memory: says what it is told to say, throws away what it hears.
#pragma once

#include <memory>
#include <vector>

#include "bgpd/wire/open.hpp"
#include "test/bench/generator/update_messages.hpp"
#include "test/simulation/host.hpp"

namespace bench {

class Player final : public bgpd::session::TransportEvents {
 public:
  /// Dials at once. as: its own; that of the host: internal. number: of its address, simulation::address_of.
  Player(simulation::World& world, simulation::Host& host, unsigned number, rib::AsNumber as);

  /// Follows what was not sent yet.
  void say(const Message& message);
  void hang_up() { transport_.reset(); }

  void on_input(bgpd::session::Octets, rib::TimePoint) override {}
  bgpd::session::Gathered on_writable(std::vector<bgpd::session::Octets>& ranges) override;
  void on_written(const bgpd::session::Gathered& gathered, std::size_t octets, rib::TimePoint now) override;
  void on_write_ended(rib::TimePoint) override {}
  void on_closed(const std::string&, rib::TimePoint) override { hang_up(); }

 private:
  std::unique_ptr<bgpd::session::Transport> transport_;
  std::vector<std::uint8_t> waiting_;
};

}  // namespace bench
