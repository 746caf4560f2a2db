#include "bgpd/mesh/discovery.hpp"

#include <algorithm>

namespace bgpd::mesh {
namespace {

constexpr std::size_t kMaximumNotices = 256;  // a flood of strangers must not fill the log or the memory

bool is_on_link(const rib::IpAddress& address, const Uplink& uplink) {
  if (address.is_v6() && address.is_link_local()) return true;
  return std::ranges::any_of(uplink.addresses,
                             [&](const UplinkAddress& own) { return own.subnet().contains(address); });
}

std::string text_of(rib::BgpIdentifier identifier) { return rib::IpAddress::v4(identifier).to_string(); }

/// True for a beacon sent before the other one, as serial numbers (RFC 1982 §3.2) tell.
bool is_older(std::uint32_t epoch, std::uint32_t than) { return static_cast<std::int32_t>(epoch - than) < 0; }

}  // namespace

Discovery::Discovery(Identity self, std::function<void(std::string)> notice)
    : self_(std::move(self)),
      notice_(std::move(notice)),
      random_(static_cast<std::minstd_rand::result_type>(self_.instance ^ (self_.instance >> 32))) {}

void Discovery::set_uplinks(std::vector<Uplink> uplinks, TimePoint now) {
  if (uplinks == uplinks_ || has_left_) return;
  uplinks_ = std::move(uplinks);
  ++epoch_;
  for (auto& [key, node] : heard_)
    std::erase_if(node.on, [&](const auto& sighting) { return uplink(sighting.first) == nullptr; });
  if (std::erase_if(heard_, [](const auto& entry) { return entry.second.on.empty(); })) changed_ = true;
  if (heard_.empty()) next_expiry_.reset();
  start_burst(now);
  on_time(now);
}

void Discovery::set_identity(Identity self, TimePoint now) {
  if (self == self_ || has_left_) return;
  // Those who were refused are heard again within an interval; those who no longer fit must not stay.
  if (self.mesh != self_.mesh || self.as != self_.as || self.identifier != self_.identifier) {
    changed_ |= !heard_.empty();
    heard_.clear();
    next_expiry_.reset();
    said_.clear();
  }
  self_ = std::move(self);
  ++epoch_;
  start_burst(now);
  on_time(now);
}

void Discovery::received(const Datagram& datagram, TimePoint now) {
  if (has_left_) return;
  ++counters_.received;
  const auto* link = uplink(datagram.interface_index);
  const bool is_from_neighbor = link && datagram.hop_limit == kBeaconHopLimit && !is_ours(datagram.source) &&
                                is_on_link(datagram.source, *link);
  if (!is_from_neighbor) {
    ++counters_.refused;
    return;
  }
  auto beacon = decode_beacon(datagram.octets);
  if (!beacon) {
    ++counters_.refused;
    if (beacon.error() != BeaconError::NotABeacon)
      notice_once("beacon from " + datagram.source.to_string() + " on " + link->name +
                  " is not used: " + std::string(name_of(beacon.error())));
    return;
  }
  if (!is_for_us(*beacon, datagram.source)) {
    ++counters_.refused;
    return;
  }
  if (beacon->is_leaving) {
    if (heard_.erase({beacon->identifier, beacon->instance})) changed_ = true;
    return;
  }
  note_sighting(std::move(*beacon), datagram, *link, now);
}

/// Ours, by mesh and AS, and not ourselves. Who is not is named once.
bool Discovery::is_for_us(const Beacon& beacon, const rib::IpAddress& source) {
  if (beacon.instance == self_.instance) return false;  // our own, come back
  const auto who = "node " + text_of(beacon.identifier) + " at " + source.to_string();
  if (beacon.mesh != self_.mesh) {
    notice_once(who + " belongs to another mesh and is no peer");
  } else if (beacon.as != self_.as) {
    notice_once(who + " is in AS " + std::to_string(beacon.as) + " and not in " + std::to_string(self_.as) +
                ": no peer of the mesh; a configured neighbor may be");
  } else if (beacon.identifier == self_.identifier) {
    notice_once(who +
                " has our BGP Identifier and is no peer: remove router-id in the state directory of one");
  } else {
    return true;
  }
  return false;
}

void Discovery::note_sighting(Beacon beacon, const Datagram& datagram, const Uplink& link, TimePoint now) {
  const NodeKey key{beacon.identifier, beacon.instance};
  auto found = heard_.find(key);
  const bool is_new = found == heard_.end();
  if (is_new) {
    if (heard_.size() >= kMaximumNodes) {
      notice_once("more than " + std::to_string(kMaximumNodes) +
                  " nodes are heard; further ones are no peers");
      ++counters_.refused;
      return;
    }
    found =
        heard_
            .emplace(key,
                     Heard{.last = beacon, .on = {}, .first_heard = now, .last_heard = now, .replied = {}})
            .first;
    changed_ = true;
  }
  auto& node = found->second;
  auto [place, is_new_here] = node.on.try_emplace(link.interface_index);
  auto& sighting = place->second;
  if (!is_new_here && is_older(beacon.epoch, sighting.epoch)) return;  // overtaken on the way

  auto addresses = beacon.addresses;
  std::erase_if(addresses, [&](const rib::IpAddress& address) {
    return address.is_martian_host() || is_ours(address) || !is_on_link(address, link);
  });
  changed_ |= is_new_here || sighting.addresses != addresses || node.last.bgp_port != beacon.bgp_port ||
              node.last.hostname != beacon.hostname;
  sighting = {.heard = now, .epoch = beacon.epoch, .addresses = std::move(addresses)};
  node.last_heard = now;
  node.last = std::move(beacon);
  if (!next_expiry_) next_expiry_ = now + kNodeSilence;

  if ((node.last.is_soliciting || is_new) && !node.last.is_reply) reply(node, datagram, link, now);
  compare_with_namesakes(key);
}

/// Another instance with the same identifier is the node's former life when it has an address in common, and
/// another machine when both go on speaking.
void Discovery::compare_with_namesakes(const NodeKey& key) {
  const auto& node = heard_.at(key);
  const auto share_address = [&](const Heard& other) {
    return std::ranges::any_of(node.on, [&](const auto& here) {
      const auto there = other.on.find(here.first);
      return there != other.on.end() &&
             std::ranges::find_first_of(here.second.addresses, there->second.addresses) !=
                 here.second.addresses.end();
    });
  };
  for (auto it = heard_.lower_bound({key.first, 0}); it != heard_.end() && it->first.first == key.first;) {
    const auto& other = it->second;
    if (it->first != key && share_address(other)) {
      it = heard_.erase(it);
      changed_ = true;
      continue;
    }
    if (it->first != key && node.last_heard > other.first_heard && other.last_heard > node.first_heard)
      notice_once("two nodes have the BGP Identifier " + text_of(key.first) +
                  ": remove router-id in the state directory of one (" + node.last.hostname + ", " +
                  other.last.hostname + ")");
    ++it;
  }
}

void Discovery::reply(Heard& node, const Datagram& datagram, const Uplink& link, TimePoint now) {
  if (node.replied && now - *node.replied < kReplyInterval) return;
  if (now - replies_second_ >= 1s) replies_second_ = now, replies_in_second_ = 0;
  if (++replies_in_second_ > kMaximumReplies) return;
  node.replied = now;
  auto answer = beacon_for(link);
  answer.is_reply = true;
  outgoing_.push_back({link.interface_index, datagram.source, encode(answer)});
  ++counters_.sent;
}

void Discovery::start_burst(TimePoint now) {
  if (uplinks_.empty()) {
    next_send_.reset();
    burst_step_.reset();
    return;
  }
  // A link that flaps must not make us flood it.
  burst_start_ = counters_.sent == 0 ? now : std::max(now, last_sent_ + kBurst[1]);
  burst_step_ = 0;
  next_send_ = burst_start_;
}

void Discovery::on_time(TimePoint now) {
  if (has_left_) return;
  if (next_expiry_ && now >= *next_expiry_) forget_silent(now);
  if (!next_send_ || now < *next_send_) return;
  send_to_all(burst_step_.has_value(), false);
  last_sent_ = now;
  if (burst_step_) {
    while (*burst_step_ < std::size(kBurst) && burst_start_ + kBurst[*burst_step_] <= now) ++*burst_step_;
    if (*burst_step_ < std::size(kBurst)) {
      next_send_ = burst_start_ + kBurst[*burst_step_];
      return;
    }
    burst_step_.reset();
  }
  constexpr auto kInterval = std::chrono::milliseconds(kBeaconInterval);
  next_send_ = now + std::chrono::milliseconds(std::uniform_int_distribution<std::int64_t>(
                         kInterval.count() * 9 / 10, kInterval.count() * 11 / 10)(random_));
}

void Discovery::leave() {
  if (has_left_) return;
  send_to_all(false, true);
  has_left_ = true;
  next_send_.reset();
  next_expiry_.reset();
}

std::optional<TimePoint> Discovery::next_deadline() const {
  if (!next_send_ || !next_expiry_) return next_send_ ? next_send_ : next_expiry_;
  return std::min(*next_send_, *next_expiry_);
}

void Discovery::forget_silent(TimePoint now) {
  next_expiry_.reset();
  for (auto& [key, node] : heard_) {
    changed_ |= std::erase_if(node.on, [&](const auto& sighting) {
                  return now - sighting.second.heard >= kNodeSilence;
                }) != 0;
    for (const auto& [index, sighting] : node.on)
      next_expiry_ = std::min(next_expiry_.value_or(TimePoint::max()), sighting.heard + kNodeSilence);
  }
  std::erase_if(heard_, [](const auto& entry) { return entry.second.on.empty(); });
}

void Discovery::send_to_all(bool is_soliciting, bool is_leaving) {
  for (const auto& link : uplinks_) {
    auto beacon = beacon_for(link);
    beacon.is_soliciting = is_soliciting;
    beacon.is_leaving = is_leaving;
    outgoing_.push_back({link.interface_index, std::nullopt, encode(beacon)});
    ++counters_.sent;
  }
}

Beacon Discovery::beacon_for(const Uplink& link) const {
  Beacon beacon{.mesh = self_.mesh,
                .identifier = self_.identifier,
                .instance = self_.instance,
                .as = self_.as,
                .epoch = epoch_,
                .bgp_port = self_.bgp_port,
                .addresses = {},
                .hostname = self_.hostname};
  for (const auto& own : link.addresses) beacon.addresses.push_back(own.address);
  return beacon;
}

std::vector<Node> Discovery::nodes() const {
  std::vector<Node> nodes;
  nodes.reserve(heard_.size());
  for (const auto& [key, heard] : heard_) {
    Node node{.identifier = key.first,
              .instance = key.second,
              .as = heard.last.as,
              .bgp_port = heard.last.bgp_port,
              .hostname = heard.last.hostname,
              .addresses = {}};
    for (const auto& [index, sighting] : heard.on)
      for (const auto& address : sighting.addresses) node.addresses.push_back({index, address});
    std::ranges::sort(node.addresses);
    nodes.push_back(std::move(node));
  }
  return nodes;
}

const Uplink* Discovery::uplink(std::uint32_t interface_index) const {
  const auto found = std::ranges::find(uplinks_, interface_index, &Uplink::interface_index);
  return found == uplinks_.end() ? nullptr : &*found;
}

bool Discovery::is_ours(const rib::IpAddress& address) const {
  return std::ranges::any_of(uplinks_, [&](const Uplink& link) {
    return std::ranges::find(link.addresses, address, &UplinkAddress::address) != link.addresses.end();
  });
}

void Discovery::notice_once(const std::string& text) {
  if (said_.size() < kMaximumNotices && said_.insert(text).second && notice_) notice_(text);
}

}  // namespace bgpd::mesh
