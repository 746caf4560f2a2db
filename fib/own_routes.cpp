#include "fib/own_routes.hpp"

#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <utility>

namespace fib {

namespace {

using namespace std::chrono_literals;

constexpr std::size_t kDatagramSize = 1 << 16;  // 1,000 routes; larger ones are not measurably faster
constexpr std::size_t kBatchLimit = 2000;
constexpr std::size_t kBatchLimitAfterLoss = 32;  // answers of so many fit the smallest receive buffer
constexpr auto kFirstRetry = 100ms;
constexpr auto kLastRetry = 30s;
constexpr auto kHealInterval = 1s;

std::string foreign_text(std::uint8_t protocol) {
  return "a foreign route (protocol " + std::to_string(protocol) + ") with the same metric stands there";
}

/// IPv6 replaces a route only by one of its kind: gateways by gateways (net/ipv6/ip6_fib.c,
/// fib6_add_rt2node).
bool has_gateway(const rib::FibRoute& route) {
  return std::ranges::any_of(route.next_hops, [](const auto& hop) { return hop.gateway.has_value(); });
}

}  // namespace

OwnRoutes::OwnRoutes(const RouteLocation& place, bool write)
    : place_(place), write_(write), pool_(place), retry_delay_(kFirstRetry), batch_limit_(kBatchLimit) {}

// --- wishes

void OwnRoutes::desire(rib::FibChange change) {
  auto& item = *entries_.try_emplace(change.prefix).first;
  auto& entry = item.second;
  const auto before = entry.desired;
  entry.desired = kNoRoute;
  if (change.route) {
    normalise(*change.route);
    entry.desired = pool_.acquire(change.prefix.afi(), *change.route);
  }
  pool_.release(before);
  entry.is_inherited = false;
  entry.wants_result = true;
  enqueue(item);
}

void OwnRoutes::sweep_inherited() {
  for (auto& item : entries_) {
    if (!item.second.is_inherited) continue;
    item.second.is_inherited = false;
    item.second.wants_result = true;
    enqueue(item);
  }
}

void OwnRoutes::relocate(const RouteLocation& place, bool write) {
  place_ = place;
  write_ = write;
  privilege_missing_ = false;
  foreign_.clear();
  failed_.clear();
  retry_at_.reset();
  for (auto& item : entries_) {
    auto& entry = item.second;
    set_kernel(entry, kNoRoute);
    entry.is_uncertain = entry.is_failed = entry.is_inherited = false;
    if (entry.desired == kNoRoute) continue;
    entry.wants_result = true;
    enqueue(item);
  }
  boost::unordered::erase_if(
      entries_, [](const auto& item) { return item.second.desired == kNoRoute && !item.second.is_pending; });
  pool_.set_location(place);
}

// --- facts

bool OwnRoutes::is_in_scope(const Entries::value_type& entry) const {
  return entry.first.afi() == scan_->afi && entry.second.kernel != kNoRoute &&
         (scan_->interface_index == 0 || pool_.uses(entry.second.kernel, scan_->interface_index));
}

void OwnRoutes::begin_scan(const ScanScope& scope) {
  scan_ = scope;
  touched_.clear();
  for (auto& item : entries_) item.second.is_seen = false;
}

bool OwnRoutes::found(RouteMessage& message) {
  if (touched_.contains(message.prefix)) return false;
  auto [item, is_new] = entries_.try_emplace(message.prefix);
  auto& entry = item->second;
  if (entry.is_seen) return false;  // a second one at the same place, made by hand: the first counts
  entry.is_seen = true;
  normalise(message.route);
  const bool is_news = entry.kernel == kNoRoute;
  set_kernel(entry, pool_.acquire(message.prefix.afi(), message.route));
  if (entry.desired != kNoRoute && (entry.desired != entry.kernel || !entry.is_told)) enqueue(*item);
  if (is_new) entry.is_inherited = true;
  return is_news;
}

void OwnRoutes::end_scan(Clock::time_point now) {
  for (auto entry = entries_.begin(); entry != entries_.end();) {
    const auto current = entry++;
    if (is_in_scope(*current) && !current->second.is_seen && !touched_.contains(current->first))
      lost(current, false, now);
  }
  scan_.reset();
  touched_ = {};
}

void OwnRoutes::changed_by_others(RouteMessage& message, Clock::time_point now) {
  if (scan_) touched_.insert(message.prefix);
  auto item = entries_.find(message.prefix);
  if (message.is_removal) {
    if (item == entries_.end() || item->second.kernel == kNoRoute) return;
    if (message.sender != 0 && item->second.desired != kNoRoute) ++healed_count_;
    // Of several IPv6 next hops one may have gone alone; then the rest is still there.
    if (message.prefix.afi() == rib::Afi::Ipv6) item->second.is_uncertain = true;
    const bool again = !healed_.insert(message.prefix).second;
    if (!forget_healed_at_) forget_healed_at_ = now + kHealInterval;
    lost(item, again, now);
    return;
  }
  normalise(message.route);
  const auto id = pool_.acquire(message.prefix.afi(), message.route);
  if (item == entries_.end()) {
    item = entries_.try_emplace(message.prefix).first;
    item->second.is_inherited = true;  // made by hand in our name: goes with the next sweep
  }
  set_kernel(item->second, id);
  item->second.is_uncertain = false;
  if (item->second.desired == kNoRoute) return;
  if (item->second.desired != id) ++healed_count_;
  if (item->second.desired != id || !item->second.is_told) enqueue(*item);
}

/// The kernel does not hold it any more, and it was not us. `defer`: the retry timer writes it, not we at
/// once.
void OwnRoutes::lost(Entries::iterator item, bool defer, Clock::time_point now) {
  auto& entry = item->second;
  set_kernel(entry, kNoRoute);
  if (entry.desired == kNoRoute) {
    entry.is_inherited = false;
    if (!entry.is_uncertain)
      erase_if_empty(item);
    else
      enqueue(*item);
    return;
  }
  if (!defer) return enqueue(*item);
  wait_for_retry(*item, now);
}

void OwnRoutes::foreign_stands(const rib::Prefix& prefix, std::uint8_t protocol, bool replaced_ours) {
  foreign_[prefix] = protocol;
  const auto item = entries_.find(prefix);
  if (item == entries_.end()) return;
  if (replaced_ours) {
    set_kernel(item->second, kNoRoute);
    item->second.is_uncertain = true;  // it may have replaced another foreign one beside ours
  }
  if (item->second.desired != kNoRoute || item->second.is_uncertain) enqueue(*item);
}

void OwnRoutes::foreign_gone(const rib::Prefix& prefix) {
  if (foreign_.erase(prefix) == 0) return;
  const auto item = entries_.find(prefix);
  if (item != entries_.end() && item->second.desired != kNoRoute) enqueue(*item);
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
  for (const auto& prefix : std::exchange(failed_, {})) {
    const auto item = entries_.find(prefix);
    if (item == entries_.end() || !item->second.is_failed) continue;
    item->second.is_failed = false;
    enqueue(*item);
  }
}

// --- results

std::vector<rib::FibResult> OwnRoutes::take_results() { return std::exchange(results_, {}); }

std::uint64_t OwnRoutes::take_healed() { return std::exchange(healed_count_, 0); }

void OwnRoutes::result(Entries::value_type& item, bool installed, int error, const std::string& text) {
  auto& entry = item.second;
  if (entry.wants_result || entry.is_told != installed)
    results_.push_back({.prefix = item.first, .installed = installed, .error = error, .text = text});
  entry.is_told = installed;
  entry.wants_result = false;
}

void OwnRoutes::enqueue(Entries::value_type& item) {
  if (item.second.is_pending) return;
  item.second.is_pending = true;
  pending_.push_back(item.first);
}

void OwnRoutes::set_kernel(Entry& entry, RouteId id) { pool_.release(std::exchange(entry.kernel, id)); }

void OwnRoutes::erase_if_empty(Entries::iterator item) {
  const auto& entry = item->second;
  if (entry.desired == kNoRoute && entry.kernel == kNoRoute && !entry.is_pending) entries_.erase(item);
}

// --- work

void OwnRoutes::Batch::answer(const Acknowledgement& acknowledgement) {
  const auto index = acknowledgement.sequence - first_sequence_;
  if (index >= items_.size() || acknowledgement.error == 0) return;
  if (acknowledgement.type == RTM_DELROUTE && acknowledgement.error == ESRCH) return;  // gone is gone
  auto& item = items_[index];
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
  batch.lost_answers_ = false;
  batch.first_sequence_ = sequence_;
  std::size_t visited = 0;
  while (!pending_.empty() && batch.items_.size() < batch_limit_ && visited++ < kBatchLimit) {
    const auto item = entries_.find(pending_.front());
    const auto needed = pool_.message(item->second.desired).size() + 64;
    if (!batch.items_.empty() && batch.datagram_.size() + needed > kDatagramSize) break;
    pending_.pop_front();
    item->second.is_pending = false;
    fill_one(item, batch);
  }
  if (batch.empty()) return;
  sequence_ += static_cast<std::uint32_t>(batch.size());
  // Failures answer by themselves; the acknowledgement of the last says that all have been handled.
  auto& last = *reinterpret_cast<nlmsghdr*>(batch.datagram_.data() + batch.last_message_);
  last.nlmsg_flags |= NLM_F_ACK;
  batch.last_type_ = last.nlmsg_type;
}

void OwnRoutes::fill_one(Entries::iterator item, Batch& batch) {
  auto& entry = item->second;
  if (!write_) {
    result(*item, false, 0, {});
    return erase_if_empty(item);
  }
  if (entry.desired == kNoRoute) {
    if (entry.kernel != kNoRoute || entry.is_uncertain) return add_remove(*item, batch);
    result(*item, false, 0, {});
    return erase_if_empty(item);
  }
  if (const auto foreign = foreign_.find(item->first); foreign != foreign_.end()) {
    // A replace would take the foreign route's place; what we have there goes if it is not right.
    if (entry.kernel != kNoRoute && entry.kernel != entry.desired) return add_remove(*item, batch);
    return result(*item, false, EEXIST, foreign_text(foreign->second));
  }
  if (entry.kernel == entry.desired && !entry.is_uncertain) return result(*item, true, 0, {});
  add_create(*item, batch);
}

void OwnRoutes::add_create(Entries::value_type& item, Batch& batch) {
  auto& entry = item.second;
  const auto sequence = sequence_ + static_cast<std::uint32_t>(batch.items_.size());
  const bool replace = entry.kernel != kNoRoute || entry.is_uncertain;
  const bool is_other_kind =
      item.first.afi() == rib::Afi::Ipv6 && entry.kernel != kNoRoute &&
      has_gateway(pool_.route(entry.kernel)) != has_gateway(pool_.route(entry.desired));
  if (is_other_kind) add_delete_route(batch.datagram_, item.first, place_, sequence);
  batch.last_message_ = batch.datagram_.size();
  // NLM_F_EXCL: where we know of nothing, a foreign route that we do not know of yet must not be replaced.
  const int flags = replace ? NLM_F_CREATE | NLM_F_REPLACE : NLM_F_CREATE | NLM_F_EXCL;
  add_new_route(batch.datagram_, pool_.message(entry.desired), item.first, static_cast<std::uint16_t>(flags),
                sequence);
  batch.items_.push_back({&item, replace ? Batch::Action::Replace : Batch::Action::Create});
}

void OwnRoutes::add_remove(Entries::value_type& item, Batch& batch) {
  batch.last_message_ = batch.datagram_.size();
  add_delete_route(batch.datagram_, item.first, place_,
                   sequence_ + static_cast<std::uint32_t>(batch.items_.size()));
  batch.items_.push_back({&item, Batch::Action::Remove});
}

void OwnRoutes::complete(Batch& batch, Clock::time_point now) {
  static const std::string kNoText;
  const bool alone = batch.lost_answers_ && batch_limit_ == kBatchLimitAfterLoss;
  for (auto& item : batch.items_) {
    if (batch.lost_answers_ && item.error == 0) {
      if (alone) {
        fail(*item.entry, ENOBUFS, kNoText, now);
      } else {
        item.entry->second.is_uncertain = true;
        enqueue(*item.entry);
      }
      continue;
    }
    const auto& text = item.text == 0 ? kNoText : batch.texts_[item.text - 1];
    if (item.action == Batch::Action::Remove)
      complete_remove(item, text, now);
    else
      complete_write(item, text, now);
  }
  if (batch.lost_answers_) batch_limit_ = kBatchLimitAfterLoss;
  batch.items_.clear();
}

void OwnRoutes::complete_write(Batch::Item& item, const std::string& text, Clock::time_point now) {
  auto& entry = item.entry->second;
  if (item.error == 0) {
    if (entry.kernel != entry.desired) {
      const auto unused = pool_.acquire(item.entry->first.afi(), pool_.route(entry.desired));
      set_kernel(entry, unused);
    }
    entry.is_uncertain = entry.is_failed = false;
    return result(*item.entry, true, 0, text);
  }
  if (item.error == EEXIST && item.action == Batch::Action::Create) {
    // A foreign route whose event we read before the next batch, or one of ours that we did not know.
    entry.is_uncertain = true;
    return enqueue(*item.entry);
  }
  if (item.entry->first.afi() == rib::Afi::Ipv6 && entry.kernel != kNoRoute) {
    set_kernel(entry, kNoRoute);  // a failed replace of several next hops may have taken the old ones along
    entry.is_uncertain = true;
  }
  fail(*item.entry, item.error, text, now);
}

void OwnRoutes::complete_remove(Batch::Item& item, const std::string& text, Clock::time_point now) {
  auto& entry = item.entry->second;
  if (item.error != 0) return fail(*item.entry, item.error, text, now);
  set_kernel(entry, kNoRoute);
  entry.is_uncertain = false;
  if (entry.desired != kNoRoute) return enqueue(*item.entry);
  result(*item.entry, false, 0, {});
  erase_if_empty(entries_.find(item.entry->first));
}

void OwnRoutes::fail(Entries::value_type& item, int error, const std::string& text, Clock::time_point now) {
  const bool is_removal = item.second.desired == kNoRoute;
  result(item, is_removal, error, text);
  if (error == EPERM) {
    privilege_missing_ = true;  // time will not bring it
    return;
  }
  wait_for_retry(item, now);
}

void OwnRoutes::wait_for_retry(Entries::value_type& item, Clock::time_point now) {
  if (!item.second.is_failed) failed_.push_back(item.first);
  item.second.is_failed = true;
  if (!retry_at_) retry_at_ = now + retry_delay_;
}

}  // namespace fib
