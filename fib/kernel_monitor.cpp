#include "fib/kernel_monitor.hpp"

#include <arpa/inet.h>
#include <linux/rtnetlink.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstddef>
#include <cstring>
#include <utility>

#include "fib/kernel_event.hpp"
#include "fib/link_message.hpp"

namespace fib {

namespace {

using Kind = KernelEvent::Kind;

constexpr int kRequestsBuffer = 1 << 17;
constexpr int kDatagramsPerTurn = 1024;
constexpr std::size_t kEventsPerTurn = 1024;  // so that a dump of a full table leaves in portions

/// Refuses what the kernel tells of routes that `own_port` itself wrote, and of those in our name in other
/// tables: half a million echoes would wake us for nothing.
std::array<sock_filter, 11> echo_filter(std::uint32_t own_port, const RouteLocation& place) {
  // Classic BPF loads in network order; netlink headers are in host order.
  const auto swapped = [](std::uint16_t value) -> std::uint32_t { return htons(value); };
  // What does not fit the octet stands in an attribute; whose table it is must then be read.
  const std::uint32_t table = place.table > UINT8_MAX ? std::uint32_t{RT_TABLE_COMPAT} : place.table;
  return {{
      BPF_STMT(BPF_LD | BPF_H | BPF_ABS, offsetof(nlmsghdr, nlmsg_type)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, swapped(RTM_NEWROUTE), 1, 0),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, swapped(RTM_DELROUTE), 0, 6),
      BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(nlmsghdr, nlmsg_pid)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, htonl(own_port), 5, 0),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NLMSG_HDRLEN + offsetof(rtmsg, rtm_protocol)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, place.protocol, 0, 2),
      BPF_STMT(BPF_LD | BPF_B | BPF_ABS, NLMSG_HDRLEN + offsetof(rtmsg, rtm_table)),
      BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, table, 0, 1),
      BPF_STMT(BPF_RET | BPF_K, 0xffffffff),
      BPF_STMT(BPF_RET | BPF_K, 0),
  }};
}

}  // namespace

KernelMonitor::KernelMonitor(OwnRoutes& own, bool is_side_table)
    : own_(own),
      is_side_table_(is_side_table),
      foreign_([this](std::uint32_t index) { return is_running(index); }, own) {}

std::expected<void, std::string> KernelMonitor::start(int receive_buffer, std::uint32_t writer_port) {
  auto requests = NetlinkSocket::open(kRequestsBuffer);
  if (!requests) return std::unexpected(requests.error());
  requests_socket_.emplace(std::move(*requests));
  auto socket = NetlinkSocket::open(receive_buffer);
  if (!socket) return std::unexpected(socket.error());
  events_socket_.emplace(std::move(*socket));
  writer_port_ = writer_port;
  hear_only_own_table();
  const int error = events_socket_->subscribe(
      {RTNLGRP_LINK, RTNLGRP_IPV4_IFADDR, RTNLGRP_IPV6_IFADDR, RTNLGRP_IPV4_ROUTE, RTNLGRP_IPV6_ROUTE});
  if (error != 0) return std::unexpected(std::string("netlink groups: ") + std::strerror(error));
  events_socket_->subscribe({RTNLGRP_NEXTHOP});  // without it, in kernels before 5.3, there are none
  dump_everything();
  return {};
}

/// Without the filter echoes are only slower: handle_route() knows them.
void KernelMonitor::hear_only_own_table() {
  events_socket_->attach_filter(echo_filter(writer_port_, own_.location()));
}

bool KernelMonitor::receive(std::vector<KernelEvent>& events, Clock::time_point now) {
  // Events first: a write that follows must know of every foreign route that stood before it.
  return receive_from(*events_socket_, events, now) && receive_from(*requests_socket_, events, now);
}

bool KernelMonitor::receive_from(NetlinkSocket& socket, std::vector<KernelEvent>& events,
                                 Clock::time_point now) {
  const bool is_events = &socket == &*events_socket_;
  for (int i = 0; i < kDatagramsPerTurn && events.size() < kEventsPerTurn; ++i) {
    next_step(events, now);
    switch (socket.receive()) {
      case NetlinkSocket::Received::Nothing:
        return true;
      case NetlinkSocket::Received::Overrun:
        if (is_events)
          overrun(events, now);
        else
          is_interrupted_ = true;
        continue;
      case NetlinkSocket::Received::Failed:
        events.push_back(
            text_event(Kind::Failed, std::string("netlink monitor: ") + std::strerror(socket.error())));
        return false;
      case NetlinkSocket::Received::Datagram:
        break;
    }
    MessageRange messages(socket.messages());
    while (const auto* header = messages.next()) {
      if (is_events)
        handle_event(*header, false, events, now);
      else if (running_ && header->nlmsg_seq == sequence_)
        handle_answer(*header, events, now);
    }
  }
  return true;
}

void KernelMonitor::handle_answer(const nlmsghdr& header, std::vector<KernelEvent>& events,
                                  Clock::time_point now) {
  if ((header.nlmsg_flags & NLM_F_DUMP_INTR) != 0) is_interrupted_ = true;
  switch (header.nlmsg_type) {
    case NLMSG_DONE:
      return finish_step(parse_done(header), events, now);
    case NLMSG_ERROR:
      return finish_step(parse_acknowledgement(header).error, events, now);
    default:
      if (is_scanning(Step::Kind::Barrier)) return finish_step(0, events, now);
      return handle_event(header, true, events, now);
  }
}

void KernelMonitor::handle_event(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                                 Clock::time_point now) {
  switch (header.nlmsg_type) {
    case RTM_NEWLINK:
    case RTM_DELLINK:
      return handle_link(header, in_dump, events, now);
    case RTM_NEWADDR:
    case RTM_DELADDR:
      return handle_address(header, in_dump, events, now);
    case RTM_NEWROUTE:
    case RTM_DELROUTE:
      return handle_route(header, in_dump, events, now);
    case RTM_NEWNEXTHOP:
    case RTM_DELNEXTHOP:
      return handle_next_hop(header, in_dump);
    default:
      return;
  }
}

// --- links

bool KernelMonitor::is_running(std::uint32_t interface_index) const {
  const auto link = links_.find(interface_index);
  return link != links_.end() && link->second.is_up && link->second.is_running;
}

void KernelMonitor::handle_link(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                                Clock::time_point now) {
  auto link = parse_link(header);
  if (!link) return;
  const auto index = link->index;
  if (in_dump) {
    if (touched_links_.contains(index)) return;
    seen_links_.insert(index);
  } else if (is_scanning(Step::Kind::Links)) {
    touched_links_.insert(index);
  }
  if (header.nlmsg_type == RTM_DELLINK) return remove_link(index, events);

  const auto [known, is_new] = links_.try_emplace(index);
  if (!is_new && known->second == *link) return;
  const bool was_up = !is_new && known->second.is_up;
  const bool was_running = !is_new && is_running(index);
  known->second = *link;
  events.push_back(link_event(Kind::LinkChanged, *std::move(link)));
  if (is_running(index) != was_running) foreign_.link_changed(index, events);
  if (is_running(index) && !was_running) own_.surroundings_changed(now);
  const bool lost_carrier = was_running && !is_running(index);
  if (lost_carrier) own_.objects().doubt_interface(index);
  if ((was_up && !known->second.is_up) || (lost_carrier && own_.uses_next_hop_objects()))
    check_routes_of(index);
}

void KernelMonitor::remove_link(std::uint32_t interface_index, std::vector<KernelEvent>& events) {
  const auto known = links_.find(interface_index);
  if (known == links_.end()) return;
  for (auto address = addresses_.lower_bound({interface_index, rib::Prefix{}});
       address != addresses_.end() && address->first.first == interface_index;) {
    events.push_back(address_event(Kind::AddressGone, address->second));
    address = addresses_.erase(address);
  }
  Link gone;
  gone.index = interface_index;
  gone.name = known->second.name;
  links_.erase(known);
  events.push_back(link_event(Kind::LinkGone, std::move(gone)));
  foreign_.link_changed(interface_index, events);
  own_.objects().doubt_interface(interface_index);
  check_routes_of(interface_index);
}

// --- addresses

KernelMonitor::AddressKey KernelMonitor::key_of(const InterfaceAddress& address) {
  return {address.interface_index, {address.address, address.address.bit_count()}};
}

void KernelMonitor::handle_address(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                                   Clock::time_point now) {
  const auto address = parse_address(header);
  if (!address) return;
  const auto key = key_of(*address);
  if (in_dump) {
    if (touched_addresses_.contains(key)) return;
    seen_addresses_.insert(key);
  } else if (is_scanning(Step::Kind::Addresses)) {
    touched_addresses_.insert(key);
  }
  const auto known = addresses_.find(key);
  if (header.nlmsg_type == RTM_DELADDR) {
    if (known == addresses_.end()) return;
    events.push_back(address_event(Kind::AddressGone, known->second));
    addresses_.erase(known);
    // With its last address an interface loses its IPv4 routes. Those that prefer an address as source go, or
    // (IPv6) lose it, with the address, wherever they lead.
    if (own_.prefers(address->address))
      check_routes_of(kEveryInterface);
    else if (address->address.is_v4())
      check_routes_of(address->interface_index);
    return;
  }
  if (known != addresses_.end() && known->second == *address) return;
  if (known != addresses_.end() && known->second.prefix_length != address->prefix_length)
    events.push_back(address_event(Kind::AddressGone, known->second));
  addresses_[key] = *address;
  events.push_back(address_event(Kind::AddressAdded, *address));
  own_.surroundings_changed(now);
}

// --- next-hop objects

void KernelMonitor::handle_next_hop(const nlmsghdr& header, bool in_dump) {
  if (!in_dump && header.nlmsg_pid == writer_port_) return;
  if (!parse_next_hop(header, next_hop_)) return;
  if (in_dump) return own_.objects().shown(next_hop_);
  // IPv4 routes go with the object they name, or change, without a word.
  if (own_.next_hop_changed_by_others(next_hop_.id)) check_routes_of(kEveryInterface);
}

// --- routes

void KernelMonitor::handle_route(const nlmsghdr& header, bool in_dump, std::vector<KernelEvent>& events,
                                 Clock::time_point now) {
  if (!in_dump && header.nlmsg_pid == writer_port_) return;
  if (!parse_route(header, message_)) return;
  const auto table = message_.table;
  if (in_dump && is_scanning(Step::Kind::Leftovers)) {
    const auto& place = running_->place;
    if (message_.protocol == place.protocol && message_.stands_at(place))
      leftovers_.push_back(message_.prefix);
    return;
  }
  if (message_.protocol == own_.location().protocol) return handle_own_route(in_dump, events, now);
  if (in_dump && is_scanning(Step::Kind::Audit)) return;  // the kernel did not filter
  const bool is_watched = (sees_main_table_ && table == RT_TABLE_MAIN) || table == own_.location().table;
  if (!is_of_interest(message_) || !is_watched) return;
  if (in_dump) return foreign_.found(message_, events);
  if (message_.is_removal) return foreign_.removed(message_, events);
  foreign_.changed(message_, events);
  if (std::ranges::none_of(message_.route.next_hops, [](const auto& hop) { return hop.gateway.has_value(); }))
    own_.surroundings_changed(now);
}

void KernelMonitor::handle_own_route(bool in_dump, std::vector<KernelEvent>& events, Clock::time_point now) {
  if (message_.is_cache_entry) return;
  if (!message_.stands_at(own_.location())) {
    if (in_dump && !is_synchronised_) ++strange_own_routes_;
    return;
  }
  if (!in_dump) return own_.changed_by_others(message_, now);
  if (!own_.found(message_) || is_synchronised_) return;
  auto event = event_of(Kind::Inherited);
  event.prefix = message_.prefix;
  events.push_back(std::move(event));
}

}  // namespace fib
