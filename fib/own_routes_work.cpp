// What is pending becomes messages, and the kernel's answers become what is known and told.
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <utility>

#include "fib/own_routes.hpp"

namespace fib {

namespace {

constexpr std::size_t kDatagramSize = 1 << 16;  // 1,000 routes; larger ones are not measurably faster
constexpr std::size_t kDeleteSize = 64;         // at most, of an RTM_DELROUTE
constexpr std::size_t kObjectRoom = 4096;       // for the next-hop objects of one route

std::string foreign_text(std::uint8_t protocol) {
  return "a foreign route (protocol " + std::to_string(protocol) + ") with the same metric stands there";
}

}  // namespace

void OwnRoutes::Batch::answer(const Acknowledgement& acknowledgement) {
  const auto index = acknowledgement.sequence - first_sequence_;
  if (index >= items_.size() || acknowledgement.error == 0) return;
  if (acknowledgement.type == RTM_DELROUTE && acknowledgement.error == ESRCH) return;  // gone is gone
  if (acknowledgement.type == RTM_NEWNEXTHOP && acknowledgement.error == EOPNOTSUPP)
    objects_are_unknown_ = true;
  auto& item = items_[index];
  if (item.error != 0) return;  // of the next-hop object that this route names: the cause
  item.error = acknowledgement.error;
  if (acknowledgement.text.empty()) return;
  texts_.push_back(acknowledgement.text);
  item.text = static_cast<std::uint32_t>(texts_.size());
}

void OwnRoutes::Batch::fail(int error) {
  for (auto& item : items_) item.error = error;
}

void OwnRoutes::fill(Batch& batch) {
  batch.datagram_.clear();
  batch.items_.clear();
  batch.texts_.clear();
  batch.lost_answers_ = batch.objects_are_unknown_ = false;
  batch.first_sequence_ = sequence_;
  add_moves(batch);
  std::size_t visited = 0;
  while (!pending_.empty() && batch.items_.size() < batch_limit_ && visited++ < kMaximumBatch) {
    const auto id = pending_.front();
    auto& route = routes_.at(id);
    const auto needed = pool_.message(route.desired).size() + kDeleteSize +
                        (pool_.object(route.desired) != kNoObject ? kObjectRoom : 0);
    if (!batch.items_.empty() && batch.datagram_.size() + needed > kDatagramSize) break;
    pending_.pop_front();
    route.is_pending = false;
    fill_one(id, batch);
  }
  if (batch.empty()) return;
  sequence_ += static_cast<std::uint32_t>(batch.size());
  // Failures answer by themselves; the acknowledgement of the last says that all have been handled.
  auto& last = *reinterpret_cast<nlmsghdr*>(batch.datagram_.data() + batch.last_message_);
  last.nlmsg_flags |= NLM_F_ACK;
  batch.last_type_ = last.nlmsg_type;
}

void OwnRoutes::fill_one(Id id, Batch& batch) {
  auto& route = routes_.at(id);
  if (!write_) {
    result(id, false, 0, {});
    return erase_if_empty(id);
  }
  if (route.desired == kNoRoute) {
    if (route.kernel != kNoRoute || route.is_uncertain || route.may_stand) return add_remove(id, batch);
    result(id, false, 0, {});
    return erase_if_empty(id);
  }
  if (const auto foreign = foreign_.find(routes_.prefix(id)); foreign != foreign_.end()) {
    // A replace would take the foreign route's place; what we have there goes if it is not right.
    if (route.kernel != kNoRoute && route.kernel != route.desired) return add_remove(id, batch);
    return result(id, false, EEXIST, foreign_text(foreign->second));
  }
  if (route.kernel == route.desired && !route.is_uncertain) return result(id, true, 0, {});
  add_create(id, batch);
}

void OwnRoutes::add_moves(Batch& batch) {
  for (const auto route : std::exchange(moving_, {})) {
    const auto end = batch.datagram_.size();
    pool_.objects().establish(pool_.object(route), batch.datagram_,
                              sequence_ + static_cast<std::uint32_t>(batch.items_.size()));
    if (batch.datagram_.size() == end) {  // routes name no objects any more
      did_not_move(route);
      pool_.release(route);
      continue;
    }
    batch.last_message_ = end;
    batch.items_.push_back({route, Batch::Action::Move});
  }
}

/// The kernel may have them as they were: each is written for itself.
void OwnRoutes::did_not_move(RouteId moved) {
  pool_.objects().doubt(pool_.object(moved));
  routes_.for_each([&](Id id, OwnRoute& route) {
    if (route.kernel != moved) return;
    route.is_uncertain = true;
    enqueue(id);
  });
}

void OwnRoutes::add_create(Id id, Batch& batch) {
  const auto& route = routes_.at(id);
  const auto sequence = sequence_ + static_cast<std::uint32_t>(batch.items_.size());
  // IPv6 replaces a route by one of any kind since Linux 5.6 (net/ipv6/ip6_fib.c, fib6_add_rt2node), IPv4
  // always did.
  const bool replace = route.kernel != kNoRoute || route.is_uncertain;
  pool_.objects().establish(pool_.object(route.desired), batch.datagram_, sequence);
  batch.last_message_ = batch.datagram_.size();
  // NLM_F_EXCL: where we know of nothing, a foreign route that we do not know of yet must not be replaced.
  const int flags = replace ? NLM_F_CREATE | NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL;
  add_route(batch.datagram_, pool_.message(route.desired), routes_.prefix(id),
            static_cast<std::uint16_t>(flags), sequence);
  batch.items_.push_back({id, replace ? Batch::Action::Replace : Batch::Action::Create});
}

void OwnRoutes::add_remove(Id id, Batch& batch) {
  batch.last_message_ = batch.datagram_.size();
  const auto prefix = routes_.prefix(id);
  add_route(batch.datagram_, pool_.removal(prefix.afi()), prefix, 0,
            sequence_ + static_cast<std::uint32_t>(batch.items_.size()));
  batch.items_.push_back({id, Batch::Action::Remove});
}

void OwnRoutes::complete(Batch& batch, Clock::time_point now) {
  static const std::string kNoText;
  if (batch.lost_answers_) pool_.objects().doubt_all();
  if (batch.objects_are_unknown_) {
    objects_refused_ = true;
    pool_.use_objects(false);
  }
  for (const auto& item : batch.items_) {
    if (item.action == Batch::Action::Move) {
      if (item.error != 0 || batch.lost_answers_) did_not_move(item.id);
      pool_.release(item.id);
      continue;
    }
    if (batch.lost_answers_ && item.error == 0) {
      routes_.at(item.id).is_uncertain = true;  // it may be done, or not
      if (batch.size() == 1)
        fail(item.id, ENOBUFS, kNoText, now);
      else
        enqueue(item.id);
      continue;
    }
    const auto& text = item.text == 0 ? kNoText : batch.texts_[item.text - 1];
    if (item.action == Batch::Action::Remove)
      complete_remove(item, text, now);
    else
      complete_write(item, text, now);
  }
  // So few messages that their answers fit the receive buffer, whatever its size; then more again.
  batch_limit_ = batch.lost_answers_ ? std::max<std::size_t>(batch.size() / 2, 1)
                                     : std::min(batch_limit_ * 2, kMaximumBatch);
  batch.items_.clear();
}

void OwnRoutes::complete_write(const Batch::Item& item, const std::string& text, Clock::time_point now) {
  auto& route = routes_.at(item.id);
  if (item.error == 0) {
    if (route.kernel != route.desired) {
      pool_.retain(route.desired);
      set_kernel(route, route.desired);
    }
    route.is_uncertain = route.may_stand = route.is_failed = false;
    return result(item.id, true, 0, text);
  }
  pool_.objects().doubt(pool_.object(route.desired));
  if (item.error == EEXIST && item.action == Batch::Action::Create) {
    // A foreign route whose event we read before the next batch, or one of ours that we did not know.
    route.is_uncertain = true;
    return enqueue(item.id);
  }
  if (OwnRouteTable::afi(item.id) == rib::Afi::Ipv6 && route.kernel != kNoRoute) {
    set_kernel(route, kNoRoute);  // a failed replace of several next hops may have taken the old ones along
    route.is_uncertain = true;
  }
  fail(item.id, item.error, text, now);
}

void OwnRoutes::complete_remove(const Batch::Item& item, const std::string& text, Clock::time_point now) {
  auto& route = routes_.at(item.id);
  if (item.error != 0) return fail(item.id, item.error, text, now);
  set_kernel(route, kNoRoute);
  route.is_uncertain = route.may_stand = route.is_failed = false;
  if (route.desired != kNoRoute) return enqueue(item.id);
  result(item.id, false, 0, {});
  erase_if_empty(item.id);
}

void OwnRoutes::fail(Id id, int error, const std::string& text, Clock::time_point now) {
  auto& route = routes_.at(id);
  const bool is_removal = route.desired == kNoRoute;
  result(id, is_removal, error, text);
  if (error == EPERM) {
    privilege_missing_ = true;  // time will not bring it
    return;
  }
  wait_for_retry(id, now);
}

}  // namespace fib
