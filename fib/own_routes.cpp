#include "fib/own_routes.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <utility>

namespace fib {

namespace {

using namespace std::chrono_literals;

constexpr auto kFirstRetry = 100ms;
constexpr auto kLastRetry = 30s;
constexpr auto kHealInterval = 1s;

}  // namespace

OwnRoutes::OwnRoutes(const RouteLocation& place, bool write, RouteId last_route)
    : place_(place),
      write_(write),
      pool_(place, last_route),
      retry_delay_(kFirstRetry),
      batch_limit_(kMaximumBatch) {}

// --- wishes

void OwnRoutes::desire(rib::FibChange change) {
  const auto id = routes_.find_or_add(change.prefix);
  auto& route = routes_.at(id);
  const RouteId before = route.desired;
  route.set_desired(kNoRoute);
  if (change.route) {
    normalise(*change.route);
    route.set_desired(pool_.acquire(change.prefix.afi(), *change.route));
    if (route.desired == kNoRoute)
      results_.push_back({.prefix = change.prefix, .error = ENOSPC, .text = "too many different next hops"});
  }
  pool_.release(before);
  if (route.is_inherited)
    ++(!change.route ? ledger_.swept : route.desired == route.kernel ? ledger_.kept : ledger_.changed);
  route.is_inherited = false;
  route.wants_result = !change.route || route.desired != kNoRoute;
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

bool OwnRoutes::is_in_scope(Id id, const OwnRoute& route) const {
  return OwnRouteTable::afi(id) == scan_->afi && route.kernel != kNoRoute &&
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
  if (shown == kNoRoute) route.is_uncertain = true;
  if (is_new) return unwanted(id), true;
  if (route.desired != kNoRoute && (route.desired != route.kernel || !route.is_told)) enqueue(id);
  return is_news;
}

void OwnRoutes::end_scan(Clock::time_point now) {
  routes_.for_each([&](Id id, OwnRoute& route) {
    if (route.is_seen || !is_in_scope(id, route) || touched_.contains(routes_.prefix(id))) return;
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
  route.is_uncertain = route.kernel == kNoRoute;
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

void OwnRoutes::result(Id id, bool installed, int error, const std::string& text) {
  auto& route = routes_.at(id);
  if (route.wants_result || route.is_told != installed)
    results_.push_back({.prefix = routes_.prefix(id),
                        .installed = installed,
                        .error = error,
                        .text = error != 0 && text.empty() ? std::strerror(error) : text});
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
  pool_.release(route.kernel);
  route.set_kernel(kernel);
}

void OwnRoutes::erase_if_empty(Id id) {
  const auto& route = routes_.at(id);
  if (route.desired == kNoRoute && route.kernel == kNoRoute && !route.is_pending) routes_.erase(id);
}

}  // namespace fib
