// Octets that no honest peer sends: whatever comes, the session ends with one NOTIFICATION at most, and the
// next honest connection becomes Established.
#include <gtest/gtest.h>

#include <random>

#include "test/bgpd/session/passive_peer.hpp"

namespace bgpd::session {
namespace {

using Bytes = std::vector<std::uint8_t>;
using HostileInput = PassivePeer;

Bytes open_message() {
  wire::Open open;
  open.set_as(kTheirAs);
  open.hold_time = 9;
  open.identifier = kTheirIdentifier;
  open.capabilities.route_refresh = true;
  open.capabilities.extended_message = true;
  open.capabilities.multiprotocol = {{1, 1}, {2, 1}};
  return wire::encode_open(open);
}
Bytes header_only(wire::MessageType type, Bytes body = {}) {
  Bytes message(wire::kHeaderSize, 0xff);
  const auto length = wire::kHeaderSize + body.size();
  message[16] = static_cast<std::uint8_t>(length >> 8);
  message[17] = static_cast<std::uint8_t>(length);
  message[18] = static_cast<std::uint8_t>(type);
  message.insert(message.end(), body.begin(), body.end());
  return message;
}

class Attacker {
 public:
  explicit Attacker(std::uint32_t seed) : random_(seed) {}

  /// A few messages in a likely or an unlikely order, some of them damaged.
  Bytes stream() {
    Bytes octets;
    if (draw(0, 3) != 0) append(octets, open_message());
    if (draw(0, 3) != 0) append(octets, header_only(wire::MessageType::Keepalive));
    for (auto count = draw(0, 5); count > 0; --count) append(octets, message());
    for (auto count = draw(0, 2) == 0 ? draw(1, 4) : 0; count > 0 && !octets.empty(); --count)
      octets[draw(0, octets.size() - 1)] = static_cast<std::uint8_t>(draw(0, 255));
    if (draw(0, 5) == 0) octets.resize(draw(0, octets.size()));
    return octets;
  }
  std::size_t draw(std::size_t least, std::size_t most) {
    return std::uniform_int_distribution<std::size_t>(least, most)(random_);
  }

 private:
  Bytes message() {
    switch (draw(0, 5)) {
      case 0:
        return open_message();
      case 1:
        return header_only(wire::MessageType::Update, noise(draw(4, 60)));
      case 2:
        return header_only(wire::MessageType::Notification, noise(draw(2, 30)));
      case 3:
        return header_only(wire::MessageType::RouteRefresh, noise(draw(0, 8)));
      case 4:
        return header_only(wire::MessageType::Keepalive, noise(draw(0, 1)));
      default:
        return noise(draw(0, 100));
    }
  }
  Bytes noise(std::size_t size) {
    Bytes octets(size);
    for (auto& octet : octets) octet = static_cast<std::uint8_t>(draw(0, 255));
    return octets;
  }
  static void append(Bytes& to, const Bytes& more) { to.insert(to.end(), more.begin(), more.end()); }

  std::mt19937 random_;
};

TEST_F(HostileInput, NeverKeepsAnHonestSessionFromComingUp) {
  for (std::uint32_t seed = 1; seed <= 2000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    Attacker attacker(seed);
    const auto octets = attacker.stream();
    auto puppet = connect();

    for (std::size_t at = 0; at < octets.size();) {
      const auto size = std::min(attacker.draw(1, 64), octets.size() - at);
      puppet->send({octets.begin() + static_cast<std::ptrdiff_t>(at),
                    octets.begin() + static_cast<std::ptrdiff_t>(at + size)});
      at += size;
    }

    const auto heard = puppet->messages();
    const auto notifications =
        std::ranges::count(heard, wire::MessageType::Notification, [](const auto& m) { return m.first; });
    ASSERT_LE(notifications, 1);
    if (notifications == 1) {
      ASSERT_EQ(heard.back().first, wire::MessageType::Notification);
    }
    puppet->close();
    world.run_for(1ms);
    establish()->close();
    world.run_for(1ms);
    if (HasFailure()) return;
  }
}

}  // namespace
}  // namespace bgpd::session
