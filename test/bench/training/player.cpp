#include "test/bench/training/player.hpp"

namespace bench {
namespace {

Message opening(unsigned number, rib::AsNumber as) {
  bgpd::wire::Open open;
  open.capabilities.four_octet_as = as;
  open.capabilities.multiprotocol = {rib::Family::Ipv4Unicast};
  open.set_as(as);
  open.hold_time = 0;  // nobody says KEEPALIVEs
  open.identifier = simulation::address_of(number).to_v4();
  auto message = bgpd::wire::encode_open(open);
  message.insert(message.end(), bgpd::wire::kKeepaliveMessage.begin(), bgpd::wire::kKeepaliveMessage.end());
  return message;
}

}  // namespace

Player::Player(simulation::World& world, simulation::Host& host, unsigned number, rib::AsNumber as) {
  auto settings = host.client(number);
  settings.remote_as = as;
  settings.passive = true;
  if (as != host.as()) settings.is_route_reflector_client[0] = false;
  host.add(settings);

  const auto stream = std::make_shared<simulation::Stream>(
      world, bgpd::session::Endpoint{simulation::address_of(number), 50000, 0},
      bgpd::session::Endpoint{host.address(), 179, 0});
  world.find(host.address())->accept(std::make_unique<simulation::MemoryTransport>(stream, 1));
  transport_ = std::make_unique<simulation::MemoryTransport>(stream, 0);
  transport_->start(*this);
  say(opening(number, as));
}

void Player::say(const Message& message) {
  const bool is_idle = waiting_.empty();
  waiting_.insert(waiting_.end(), message.begin(), message.end());
  if (is_idle && transport_) transport_->request_write();
}

bgpd::session::Gathered Player::on_writable(std::vector<bgpd::session::Octets>& ranges) {
  ranges.emplace_back(waiting_);
  return {.own = waiting_.size()};
}

void Player::on_written(const bgpd::session::Gathered&, std::size_t octets, rib::TimePoint) {
  waiting_.erase(waiting_.begin(), waiting_.begin() + static_cast<std::ptrdiff_t>(octets));
}

}  // namespace bench
