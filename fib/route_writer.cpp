#include "fib/route_writer.hpp"

#include <linux/rtnetlink.h>

#include <utility>
#include <vector>

namespace fib {

namespace {
constexpr std::size_t kLeftoversDatagram = 32768;
}

std::expected<void, std::string> RouteWriter::start(int receive_buffer) {
  auto socket = NetlinkSocket::open(receive_buffer);
  if (!socket) return std::unexpected(socket.error());
  socket_.emplace(std::move(*socket));
  return {};
}

void RouteWriter::write_some(OwnRoutes& routes, Clock::time_point now) {
  routes.fill(batch_);
  if (batch_.empty()) return;
  if (const int error = socket_->send(batch_.datagram()); error != 0)
    batch_.fail(error);
  else
    collect_answers(batch_);
  routes.complete(batch_, now);
}

void RouteWriter::collect_answers(OwnRoutes::Batch& batch) {
  for (bool is_last = false; !is_last;) {
    switch (socket_->receive()) {
      case NetlinkSocket::Received::Datagram:
        break;
      case NetlinkSocket::Received::Overrun:
        batch.lose_answers();
        continue;
      case NetlinkSocket::Received::Nothing:
        return batch.lose_answers();  // the last one is missing
      case NetlinkSocket::Received::Failed:
        return batch.fail(socket_->error());
    }
    MessageRange messages(socket_->messages());
    while (const auto* header = messages.next()) {
      if (header->nlmsg_type != NLMSG_ERROR) continue;
      const auto answer = parse_acknowledgement(*header);
      batch.answer(answer);
      if (batch.is_last(answer)) is_last = true;
    }
  }
}

void RouteWriter::remove_leftovers(std::span<const rib::Prefix> prefixes, const RouteLocation& place) {
  std::vector<std::byte> datagram;
  for (const auto& prefix : prefixes) {
    add_route(datagram, encode_removal(prefix.afi(), place), prefix, 0, 0);
    if (datagram.size() >= kLeftoversDatagram) send_and_forget(datagram);
  }
  send_and_forget(datagram);
}

void RouteWriter::remove_next_hops(std::span<const ObjectId> objects) {
  std::vector<std::byte> datagram;
  for (const auto id : objects) {
    add_next_hop_removal(datagram, id, 0);
    if (datagram.size() >= kLeftoversDatagram) send_and_forget(datagram);
  }
  send_and_forget(datagram);
}

void RouteWriter::send_and_forget(std::vector<std::byte>& datagram) {
  if (datagram.empty()) return;
  socket_->send(datagram);
  datagram.clear();
  while (socket_->receive() == NetlinkSocket::Received::Datagram) {
  }
}

}  // namespace fib
