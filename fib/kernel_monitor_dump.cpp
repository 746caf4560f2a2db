// The dumps of KernelMonitor: one request after the other, and what follows from the end of each.
#include <linux/rtnetlink.h>

#include <algorithm>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <utility>

#include "fib/kernel_event.hpp"
#include "fib/kernel_monitor.hpp"
#include "fib/link_message.hpp"

namespace fib {

namespace {

using namespace std::chrono_literals;
using Kind = KernelEvent::Kind;

constexpr auto kResynchroniseInterval = 1s;  // at most so often, whatever the storm
constexpr unsigned kDumpRepetitions = 3;     // of a dump that the kernel calls inconsistent
constexpr std::uint32_t kLoopbackIndex = 1;  // in every network namespace
constexpr std::array kAfis{rib::Afi::Ipv4, rib::Afi::Ipv6};

}  // namespace

std::vector<std::uint32_t> KernelMonitor::tables() const {
  std::vector<std::uint32_t> result;
  if (sees_main_table_) result.push_back(RT_TABLE_MAIN);
  const auto own = own_.location().table;
  if (own != kNoTable && std::ranges::find(result, own) == result.end()) result.push_back(own);
  return result;
}

void KernelMonitor::dump_everything() {
  // All other waiting steps are part of this, but for the search at a place that we left.
  std::erase_if(waiting_, [](const Step& step) { return step.kind != Step::Kind::Leftovers; });
  waiting_.push_back({.kind = Step::Kind::Links, .scope = {}});
  waiting_.push_back({.kind = Step::Kind::Addresses, .scope = {}});
  if (!is_side_table_) waiting_.push_back({.kind = Step::Kind::NextHops, .scope = {}});
  audit_is_whole_ = false;
  for (const auto table : tables())
    for (const auto afi : kAfis)
      waiting_.push_back({.kind = Step::Kind::Routes, .scope = {.afi = afi, .table = table}});
  waiting_.push_back({.kind = Step::Kind::End, .scope = {}});
  if (audit_begun_) waiting_.push_back({.kind = Step::Kind::AuditEnd, .scope = {}});
  repetitions_ = 0;
}

void KernelMonitor::audit(Clock::time_point now) {
  if (audit_begun_) return;
  audit_begun_ = now;
  for (const auto afi : kAfis)
    waiting_.push_back({.kind = Step::Kind::Audit, .scope = {.afi = afi, .table = own_.location().table}});
  if (!is_side_table_) waiting_.push_back({.kind = Step::Kind::NextHops, .scope = {}});
  waiting_.push_back({.kind = Step::Kind::AuditEnd, .scope = {}});
  audit_is_whole_ = true;
  own_.begin_search_for_unused_next_hops();
  repetitions_ = 0;
}

void KernelMonitor::check_routes_of(std::uint32_t interface_index) {
  if (interface_index != kEveryInterface && !foreign_.uses(interface_index) && !own_.uses(interface_index))
    return;
  const auto covers = [&](const Step& step) {
    return step.kind == Step::Kind::Links ||
           (step.kind == Step::Kind::Barrier && step.scope.interface_index == interface_index);
  };
  if (std::ranges::any_of(waiting_, covers)) return;
  // The kernel tells the link's change before it removes the routes, both under one lock; the barrier takes
  // it.
  waiting_.push_back({.kind = Step::Kind::Barrier, .scope = {.interface_index = interface_index}});
  for (const auto table : tables())
    for (const auto afi : kAfis)
      waiting_.push_back({.kind = Step::Kind::Routes,
                          .scope = {.afi = afi, .table = table, .interface_index = interface_index}});
}

void KernelMonitor::relocated(std::vector<KernelEvent>& events) {
  hear_only_own_table();
  foreign_.keep_tables(tables(), events);
  foreign_.tell_own_routes();
  dump_everything();
}

void KernelMonitor::look_for_leftovers(const RouteLocation& old) {
  for (const auto afi : kAfis)
    waiting_.push_back(
        {.kind = Step::Kind::Leftovers, .scope = {.afi = afi, .table = old.table}, .place = old});
}

std::vector<rib::Prefix> KernelMonitor::take_leftovers() { return std::exchange(leftovers_, {}); }

void KernelMonitor::overrun(std::vector<KernelEvent>& events, Clock::time_point now) {
  ++overruns_;
  own_.objects().doubt_all();
  if (resynchronise_at_) return;
  events.push_back(
      text_event(Kind::Warning, "netlink receive buffer overran; reading links, addresses and routes again"));
  resynchronise_at_ = std::max(now, last_synchronisation_ + kResynchroniseInterval);
  run_timers(now);
}

void KernelMonitor::run_timers(Clock::time_point now) {
  if (!resynchronise_at_ || now < *resynchronise_at_) return;
  resynchronise_at_.reset();
  last_synchronisation_ = now;
  dump_everything();
}

std::vector<std::byte> KernelMonitor::request(const Step& step) const {
  switch (step.kind) {
    case Step::Kind::Links:
      return link_dump_request(sequence_);
    case Step::Kind::Addresses:
      return address_dump_request(sequence_);
    case Step::Kind::NextHops:
      return next_hop_dump_request(sequence_);
    case Step::Kind::Barrier:
      return link_request(kLoopbackIndex, sequence_);
    case Step::Kind::Audit:
      return route_dump_request(
          {.afi = step.scope.afi, .table = step.scope.table, .protocol = own_.location().protocol},
          sequence_);
    case Step::Kind::Leftovers:
      return route_dump_request(
          {.afi = step.scope.afi, .table = step.scope.table, .protocol = step.place.protocol}, sequence_);
    case Step::Kind::Routes:
      return route_dump_request(
          {.afi = step.scope.afi, .table = step.scope.table, .interface_index = step.scope.interface_index},
          sequence_);
    case Step::Kind::End:
    case Step::Kind::AuditEnd:
      break;
  }
  return {};
}

void KernelMonitor::next_step(std::vector<KernelEvent>& events, Clock::time_point now) {
  while (!running_ && !waiting_.empty()) {
    running_ = waiting_.front();
    waiting_.pop_front();
    is_interrupted_ = false;
    ++sequence_;
    if (running_->kind == Step::Kind::End || running_->kind == Step::Kind::AuditEnd) {
      finish_step(0, events, now);
      continue;
    }
    begin_scan();
    if (const int error = requests_socket_->send(request(*running_)); error != 0)
      finish_step(error, events, now);
  }
}

void KernelMonitor::begin_scan() {
  if (is_scanning(Step::Kind::Links)) {
    seen_links_.clear();
    touched_links_.clear();
  } else if (is_scanning(Step::Kind::Addresses)) {
    seen_addresses_.clear();
    touched_addresses_.clear();
  } else if (is_scanning(Step::Kind::NextHops)) {
    own_.objects().begin_dump();
  } else if (is_scanning(Step::Kind::Audit)) {
    own_.begin_scan(running_->scope);
  } else if (is_scanning(Step::Kind::Routes)) {
    foreign_.begin_scan(running_->scope);
    if (running_->scope.table == own_.location().table) own_.begin_scan(running_->scope);
  }
}

void KernelMonitor::finish_step(int error, std::vector<KernelEvent>& events, Clock::time_point now) {
  const bool is_scan = !is_scanning(Step::Kind::Barrier) && !is_scanning(Step::Kind::End) &&
                       !is_scanning(Step::Kind::AuditEnd);
  // A table that no route ever needed, a link that is gone: an empty dump is the right answer.
  const bool is_empty =
      error == ENOENT || error == ENODEV || (error == EOPNOTSUPP && is_scanning(Step::Kind::NextHops));
  if (is_interrupted_ || (error != 0 && !is_empty)) audit_is_whole_ = false;
  if (is_scan && is_interrupted_ && repetitions_ < kDumpRepetitions) {
    ++repetitions_;
    waiting_.push_front(*running_);
  } else if (is_scan && error != 0 && !is_empty) {
    if (std::exchange(dump_error_, error) != error)
      events.push_back(text_event(Kind::Warning, std::string("netlink dump: ") + std::strerror(error)));
    if (!resynchronise_at_) resynchronise_at_ = now + kResynchroniseInterval;
  } else if (is_scan) {
    end_scan(events, now);
  } else if (is_scanning(Step::Kind::AuditEnd)) {
    audit_done_ = std::chrono::duration_cast<std::chrono::milliseconds>(now - *audit_begun_);
    audit_begun_.reset();
  } else if (is_scanning(Step::Kind::End)) {
    last_synchronisation_ = now;
    if (!resynchronise_at_) dump_error_ = 0;
    if (strange_own_routes_ > 0)
      events.push_back(text_event(
          Kind::Warning,
          std::to_string(std::exchange(strange_own_routes_, 0)) +
              " routes of our protocol with another metric or table stand in the kernel; left alone"));
    if (!std::exchange(is_synchronised_, true)) events.push_back(text_event(Kind::Synchronised, {}));
  }
  running_.reset();
}

void KernelMonitor::end_scan(std::vector<KernelEvent>& events, Clock::time_point now) {
  if (is_scanning(Step::Kind::Links)) {
    std::vector<std::uint32_t> gone;
    for (const auto& [index, link] : links_)
      if (!seen_links_.contains(index) && !touched_links_.contains(index)) gone.push_back(index);
    for (const auto index : gone) remove_link(index, events);
  } else if (is_scanning(Step::Kind::Addresses)) {
    std::erase_if(addresses_, [&](const auto& item) {
      if (seen_addresses_.contains(item.first) || touched_addresses_.contains(item.first)) return false;
      KernelEvent event{};
      event.kind = Kind::AddressGone;
      event.address = item.second;
      events.push_back(std::move(event));
      return true;
    });
  } else if (is_scanning(Step::Kind::NextHops)) {
    own_.end_next_hop_dump();
    if (std::exchange(audit_is_whole_, false)) own_.end_search_for_unused_next_hops();
  } else if (is_scanning(Step::Kind::Audit)) {
    own_.end_scan(now);
  } else if (is_scanning(Step::Kind::Routes)) {
    foreign_.end_scan(events);
    if (running_->scope.table == own_.location().table) own_.end_scan(now);
  }
  seen_links_.clear();
  touched_links_.clear();
  seen_addresses_.clear();
  touched_addresses_.clear();
}

}  // namespace fib
