#include "test/bench/micro/fixtures.hpp"

#include <array>
#include <memory>

namespace bench {

std::vector<rib::Nlri> nlri_of(std::span<const rib::Prefix> prefixes) {
  std::vector<rib::Nlri> nlri;
  nlri.reserve(prefixes.size());
  for (const auto& prefix : prefixes) nlri.push_back({prefix, 0});
  return nlri;
}

Reflector::Reflector(bool is_external) : is_external_(is_external) {
  bgpd::update::Outbound::Callbacks callbacks;
  callbacks.writable = [this](rib::PeerHandle peer) { writable_.push_back(peer); };
  outbound_ = std::make_unique<bgpd::update::Outbound>(callbacks);
  engine_ = std::make_unique<rib::Engine>(*outbound_);

  rib::Speaker speaker;
  speaker.as = kOurAs;
  speaker.identifier = 0x0aff0001;
  engine_->set_speaker(speaker, kNow);
  rib::KernelRoute link;  // next hops are on it
  link.prefix = *rib::Prefix::parse("10.255.0.0/16");
  link.source = rib::RouteSource::Connected;
  link.next_hops = {{.gateway = std::nullopt, .interface_index = 2}};
  engine_->kernel_route(link, kNow);
}

rib::PeerHandle Reflector::add_peer() {
  const auto who = announcer(static_cast<std::uint32_t>(peers_.size()), !is_external_);
  rib::PeerUp up;
  up.address = who.address;
  up.local_address = rib::IpAddress::v4(0x0aff0001);
  up.as = who.as;
  up.type = is_external_ ? rib::PeerType::External : rib::PeerType::Internal;
  up.identifier = who.address.to_v4();
  up.local_as = kOurAs;
  up.families = {rib::Family::Ipv4Unicast};
  rib::ExportProfile profile;
  profile.type = up.type;
  profile.local_as = kOurAs;
  profile.is_route_reflector_client = !is_external_;
  profile.local_address = up.local_address;
  up.exports[rib::index_of(rib::Family::Ipv4Unicast)] = profile;
  peers_.push_back(engine_->peer_up(up, kNow));
  return peers_.back();
}

void Reflector::receive(rib::PeerHandle from, const rib::PathAttributes& attributes,
                        std::span<const rib::Prefix> prefixes) {
  nlri_.clear();
  for (const auto& prefix : prefixes) nlri_.push_back({prefix, 0});
  engine_->received(from, {rib::Family::Ipv4Unicast, {}, &attributes, nlri_}, kNow);
}

void Reflector::withdraw(rib::PeerHandle from, std::span<const rib::Prefix> prefixes) {
  nlri_.clear();
  for (const auto& prefix : prefixes) nlri_.push_back({prefix, 0});
  engine_->received(from, {rib::Family::Ipv4Unicast, nlri_, nullptr, {}}, kNow);
}

void Reflector::receive(rib::PeerHandle from, const RouteTable& table, std::uint32_t number) {
  const auto who = announcer(number, !is_external_);
  for (std::uint32_t i = 0; i < table.groups.size(); ++i) {
    receive(from, attributes_of(i, who), table.of(table.groups[i]));
    if (i % 64 == 0) settle();
  }
}

std::size_t Reflector::settle() {
  std::size_t octets = 0;
  do {
    while (engine_->has_work()) engine_->run(4096, kNow);
    octets += drain();
  } while (engine_->has_work() || !writable_.empty());
  return octets;
}

std::size_t Reflector::drain() {
  std::size_t octets = 0;
  const auto peers = std::exchange(writable_, {});
  for (const auto peer : peers) {
    while (const auto written = bgpd::update::total(outbound_->fill(peer, 256 * 1024))) {
      outbound_->consume(peer, written);
      octets += written;
    }
  }
  return octets;
}

}  // namespace bench
