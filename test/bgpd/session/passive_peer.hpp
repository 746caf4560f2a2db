// A fixture: we are 10.0.0.1 and passive towards 10.0.0.2, so that each test opens the connections it wants
// and plays the peer on them.
#pragma once

#include <gtest/gtest.h>

#include "test/bgpd/session/session_world.hpp"

namespace bgpd::session {

inline constexpr rib::AsNumber kOurAs = 64512, kTheirAs = 64513;
inline constexpr rib::BgpIdentifier kOurIdentifier = 0x0a000001, kTheirIdentifier = 0x0a000002;

class PassivePeer : public testing::Test {
 protected:
  PassivePeer() { us.add(settings()); }
  static PeerSettings settings() {
    auto settings = Speaker::neighbor("10.0.0.2", kTheirAs);
    settings.passive = true;
    return settings;
  }
  Peer& peer() { return us.peer("10.0.0.2"); }
  std::unique_ptr<Puppet> connect() { return Puppet::connect(world, "10.0.0.2", "10.0.0.1"); }
  std::unique_ptr<Puppet> establish(std::uint16_t hold_time = 9) {
    auto puppet = connect();
    puppet->send_open(kTheirAs, kTheirIdentifier, hold_time);
    puppet->send_keepalive();
    EXPECT_TRUE(peer().is_established());
    return puppet;
  }

  World world;
  Speaker us{world, "10.0.0.1", kOurAs, kOurIdentifier};
};

}  // namespace bgpd::session
