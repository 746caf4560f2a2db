#include "fib/own_routes.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace fib {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDatagramSize = 1 << 16;  // 1,000 routes; larger ones are not measurably faster
constexpr std::size_t kDeleteSize = 64;         // at most, of an RTM_DELROUTE
constexpr std::size_t kBatchLimit = 2000;
constexpr auto kFirstRetry = 100ms;
constexpr auto kLastRetry = 30s;
constexpr auto kHealInterval = 1s;

std::string foreign_text(std::uint8_t protocol) {
  return "a foreign route (protocol " + std::to_string(protocol) + ") with the same metric stands there";
}

constexpr std::size_t kObjectRoom = 4096;  // for the next-hop objects of one route

}  // namespace

OwnRoutes::OwnRoutes(const RouteLocation& place, bool write)
    : place_(place), write_(write), pool_(place), retry_delay_(kFirstRetry), batch_limit_(kBatchLimit) {}

// --- wishes

void OwnRoutes::desire(rib::FibChange change) {
  const auto id = routes_.find_or_add(change.prefix);
  auto& route = routes_.at(id);
  const auto before = route.desired;
  route.desired = kNoRoute;
  if (change.route) {
    normalise(*change.route);
    route.desired = pool_.acquire(change.prefix.afi(), *change.route);
  }
  pool_.release(before);
  if (route.is_inherited)
    ++(!change.route ? ledger_.swept : route.desired == route.kernel ? ledger_.kept : ledger_.changed);
  route.is_inherited = false;
  route.wants_result = true;
  enqueue(id);
}

void OwnRoutes::relocate(const RouteLocation& place) {
  place_ = place;
  privilege_missing_ = false;
  foreign_.clear();
  failed_.clear();
  retry_at_.reset();
  routes_.for_each([this](Id id, OwnRoute& route) {
    set_kernel(route, kNoRoute);
    route.is_uncertain = route.may_stand = route.is_failed = route.is_inherited = false;
    if (route.desired == kNoRoute) return erase_if_empty(id);
    route.wants_result = true;
    enqueue(id);
  });
  pool_.set_location(place);
}

// --- facts

bool OwnRoutes::is_in_scope(const OwnRoute& route) const {
  return route.prefix.afi() == scan_->afi && route.kernel != kNoRoute &&
         (scan_->interface_index == 0 || pool_.uses(route.kernel, scan_->interface_index));
}

void OwnRoutes::begin_scan(const ScanScope& scope) {
  scan_ = scope;
  touched_.clear();
  routes_.for_each([](Id, OwnRoute& route) { route.is_seen = false; });
}

bool OwnRoutes::found(RouteMessage& message) {
  if (message.object != kNoObject) named_objects_.insert(message.object);
  if (touched_.contains(message.prefix)) return false;
  const bool is_new = !routes_.find(message.prefix);
  const auto id = routes_.find_or_add(message.prefix);
  auto& route = routes_.at(id);
  if (route.is_seen) return false;  // a second one at the same place, made by hand: the first counts
  route.is_seen = true;
  complete_next_hops(message);
  const bool is_news = route.kernel == kNoRoute;
  const auto shown = pool_.acquire(message.prefix.afi(), message.route);
  if (!is_news && shown != route.kernel && !route.is_uncertain) ++repairs_.different;
  set_kernel(route, shown);
  route.by_object = message.object != kNoObject;
  if (is_new) return unwanted(id), true;
  if (route.desired != kNoRoute && (route.desired != route.kernel || !route.is_told)) enqueue(id);
  return is_news;
}

void OwnRoutes::end_scan(Clock::time_point now) {
  routes_.for_each([&](Id id, OwnRoute& route) {
    if (!is_in_scope(route) || route.is_seen || touched_.contains(route.prefix)) return;
    ++repairs_.missing;
    lost(id, false, now);
  });
  scan_.reset();
  touched_ = {};
}

void OwnRoutes::changed_by_others(RouteMessage& message, Clock::time_point now) {
  if (scan_) touched_.insert(message.prefix);
  if (message.is_removal) {
    const auto id = routes_.find(message.prefix);
    if (!id || routes_.at(*id).kernel == kNoRoute) return;
    auto& route = routes_.at(*id);
    if (message.sender != 0 && route.desired != kNoRoute) ++healed_count_;
    // Of several IPv6 next hops one may have gone alone; then the rest is still there.
    if (message.prefix.afi() == rib::Afi::Ipv6) route.is_uncertain = true;
    // We may have written since. Writing again finds that out by itself; a withdraw has to ask for the
    // removal.
    route.may_stand = route.desired != kNoRoute || route.is_pending;
    const bool again = !healed_.insert(message.prefix).second;
    if (!forget_healed_at_) forget_healed_at_ = now + kHealInterval;
    return lost(*id, again, now);
  }
  complete_next_hops(message);
  const bool is_new = !routes_.find(message.prefix);
  const auto id = routes_.find_or_add(message.prefix);
  auto& route = routes_.at(id);
  set_kernel(route, pool_.acquire(message.prefix.afi(), message.route));
  route.by_object = message.object != kNoObject;
  route.is_uncertain = false;
  if (is_new) return unwanted(id);
  if (route.desired == kNoRoute) return;
  if (route.desired != route.kernel) ++healed_count_;
  if (route.desired != route.kernel || !route.is_told) enqueue(id);
}

/// The kernel holds one of ours that we know nothing of: of a former life, or made by hand in our name.
void OwnRoutes::unwanted(Id id) {
  routes_.at(id).is_inherited = !is_swept_;
  if (!is_swept_) return;
  if (scan_) ++repairs_.unwanted;
  enqueue(id);
}

/// The kernel does not hold it any more, and it was not us. `defer`: the retry timer writes it, not we at
/// once.
void OwnRoutes::lost(Id id, bool defer, Clock::time_point now) {
  auto& route = routes_.at(id);
  set_kernel(route, kNoRoute);
  if (route.desired != kNoRoute) return defer ? wait_for_retry(id, now) : enqueue(id);
  route.is_inherited = false;
  if (route.is_uncertain)
    enqueue(id);
  else
    erase_if_empty(id);
}

void OwnRoutes::foreign_stands(const rib::Prefix& prefix, std::uint8_t protocol, bool replaced_ours) {
  foreign_[prefix] = protocol;
  const auto id = routes_.find(prefix);
  if (!id) return;
  auto& route = routes_.at(*id);
  if (replaced_ours) {
    set_kernel(route, kNoRoute);
    route.is_uncertain = true;  // it may have replaced another foreign one beside ours
  }
  if (route.desired != kNoRoute || route.is_uncertain) enqueue(*id);
}

void OwnRoutes::foreign_gone(const rib::Prefix& prefix) {
  if (foreign_.erase(prefix) == 0) return;
  const auto id = routes_.find(prefix);
  if (id && routes_.at(*id).desired != kNoRoute) enqueue(*id);
}

void OwnRoutes::surroundings_changed(Clock::time_point now) {
  retry_delay_ = kFirstRetry;
  if (failed_.empty()) return;
  if (now - last_retry_ >= kFirstRetry)
    retry_failed(now);
  else
    retry_at_ = last_retry_ + kFirstRetry;
}

// --- timers

std::optional<Clock::time_point> OwnRoutes::next_timer() const {
  if (!retry_at_ || !forget_healed_at_) return retry_at_ ? retry_at_ : forget_healed_at_;
  return std::min(*retry_at_, *forget_healed_at_);
}

void OwnRoutes::run_timers(Clock::time_point now) {
  if (forget_healed_at_ && now >= *forget_healed_at_) {
    healed_ = {};
    forget_healed_at_.reset();
  }
  if (!retry_at_ || now < *retry_at_) return;
  retry_delay_ = std::min<Clock::duration>(retry_delay_ * 2, kLastRetry);
  retry_failed(now);
}

void OwnRoutes::retry_failed(Clock::time_point now) {
  last_retry_ = now;
  retry_at_.reset();
  for (const auto id : std::exchange(failed_, {})) {
    if (!routes_.is_used(id) || !routes_.at(id).is_failed) continue;
    routes_.at(id).is_failed = false;
    enqueue(id);
  }
}

void OwnRoutes::wait_for_retry(Id id, Clock::time_point now) {
  auto& route = routes_.at(id);
  if (!route.is_failed) failed_.push_back(id);
  route.is_failed = true;
  if (!retry_at_) retry_at_ = now + retry_delay_;
}

// --- results

std::vector<rib::FibResult> OwnRoutes::take_results() { return std::exchange(results_, {}); }

std::uint64_t OwnRoutes::take_healed() { return std::exchange(healed_count_, 0); }

void OwnRoutes::result(OwnRoute& route, bool installed, int error, const std::string& text) {
  if (route.wants_result || route.is_told != installed)
    results_.push_back({.prefix = route.prefix, .installed = installed, .error = error, .text = text});
  route.is_told = installed;
  route.wants_result = false;
}

void OwnRoutes::enqueue(Id id) {
  auto& route = routes_.at(id);
  if (route.is_pending) return;
  route.is_pending = true;
  pending_.push_back(id);
}

void OwnRoutes::set_kernel(OwnRoute& route, RouteId kernel) {
  pool_.release(std::exchange(route.kernel, kernel));
}

void OwnRoutes::erase_if_empty(Id id) {
  const auto& route = routes_.at(id);
  if (route.desired == kNoRoute && route.kernel == kNoRoute && !route.is_pending) routes_.erase(id);
}

// --- work

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
  std::size_t visited = 0;
  while (!pending_.empty() && batch.items_.size() < batch_limit_ && visited++ < kBatchLimit) {
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
    result(route, false, 0, {});
    return erase_if_empty(id);
  }
  if (route.desired == kNoRoute) {
    if (route.kernel != kNoRoute || route.is_uncertain || route.may_stand) return add_remove(id, batch);
    result(route, false, 0, {});
    return erase_if_empty(id);
  }
  if (const auto foreign = foreign_.find(route.prefix); foreign != foreign_.end()) {
    // A replace would take the foreign route's place; what we have there goes if it is not right.
    if (route.kernel != kNoRoute && route.kernel != route.desired) return add_remove(id, batch);
    return result(route, false, EEXIST, foreign_text(foreign->second));
  }
  if (route.kernel == route.desired && !route.is_uncertain) return result(route, true, 0, {});
  add_create(id, batch);
}

void OwnRoutes::add_create(Id id, Batch& batch) {
  const auto& route = routes_.at(id);
  const auto sequence = sequence_ + static_cast<std::uint32_t>(batch.items_.size());
  const bool replace = route.kernel != kNoRoute || route.is_uncertain;
  // IPv6 replaces a route only by one of its kind (net/ipv6/ip6_fib.c, fib6_add_rt2node).
  const bool is_other_kind = route.prefix.afi() == rib::Afi::Ipv6 && route.kernel != kNoRoute &&
                             kind_in_kernel(route) != kind_desired(route);
  if (is_other_kind) add_route(batch.datagram_, pool_.removal(rib::Afi::Ipv6), route.prefix, 0, sequence);
  pool_.objects().establish(pool_.object(route.desired), batch.datagram_, sequence);
  batch.last_message_ = batch.datagram_.size();
  // NLM_F_EXCL: where we know of nothing, a foreign route that we do not know of yet must not be replaced.
  const int flags = replace ? NLM_F_CREATE | NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL;
  add_route(batch.datagram_, pool_.message(route.desired), route.prefix, static_cast<std::uint16_t>(flags),
            sequence);
  batch.items_.push_back({id, replace ? Batch::Action::Replace : Batch::Action::Create});
}

void OwnRoutes::add_remove(Id id, Batch& batch) {
  batch.last_message_ = batch.datagram_.size();
  const auto& prefix = routes_.at(id).prefix;
  add_route(batch.datagram_, pool_.removal(prefix.afi()), prefix, 0,
            sequence_ + static_cast<std::uint32_t>(batch.items_.size()));
  batch.items_.push_back({id, Batch::Action::Remove});
}

void OwnRoutes::complete(Batch& batch, Clock::time_point now) {
  static const std::string kNoText;
  if (batch.lost_answers_) doubt_next_hops();
  if (batch.objects_are_unknown_) {
    objects_refused_ = true;
    pool_.use_objects(false);
  }
  for (const auto& item : batch.items_) {
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
                                     : std::min(batch_limit_ * 2, kBatchLimit);
  batch.items_.clear();
}

void OwnRoutes::complete_write(const Batch::Item& item, const std::string& text, Clock::time_point now) {
  auto& route = routes_.at(item.id);
  if (item.error == 0) {
    if (route.kernel != route.desired) {
      pool_.retain(route.desired);
      set_kernel(route, route.desired);
    }
    route.by_object = pool_.object(route.desired) != kNoObject;
    route.is_uncertain = route.may_stand = route.is_failed = false;
    return result(route, true, 0, text);
  }
  pool_.objects().doubt(pool_.object(route.desired));
  if (item.error == EEXIST && item.action == Batch::Action::Create) {
    // A foreign route whose event we read before the next batch, or one of ours that we did not know.
    route.is_uncertain = true;
    return enqueue(item.id);
  }
  if (route.prefix.afi() == rib::Afi::Ipv6 && route.kernel != kNoRoute) {
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
  result(route, false, 0, {});
  erase_if_empty(item.id);
}

void OwnRoutes::fail(Id id, int error, const std::string& text, Clock::time_point now) {
  auto& route = routes_.at(id);
  const bool is_removal = route.desired == kNoRoute;
  result(route, is_removal, error, text);
  if (error == EPERM) {
    privilege_missing_ = true;  // time will not bring it
    return;
  }
  wait_for_retry(id, now);
}

}  // namespace fib
