#include "rib/history.hpp"

#include <algorithm>
#include <cstring>

namespace rib {
namespace {

struct Why {
  EventCause cause = EventCause::None;
  PathState state = PathState::Accepted;
};

/// What became of the path that was the best until now.
Why why_changed(const Destination& destination, const Change& change, const PeerTable& peers) {
  if (!change.before) return {EventCause::Learned};
  const Path* best = destination.best();
  const auto peer = change.source_before;
  if (best && best->peer == peer) return {EventCause::Changed};
  const auto paths = destination.paths();
  const auto before = std::find_if(paths.begin(), paths.end(), [&](auto& path) { return path.peer == peer; });
  const bool is_leaving = peer < peers.end_index() && peers[peer].is_leaving();
  if (before == paths.end()) return {is_leaving ? EventCause::SessionLost : EventCause::Withdrawn};
  if (before->is_feasible()) return {EventCause::Better};
  return {EventCause::Rejected, before->state};
}

bool is_same(const Destination& destination, const Change& change) {
  const Path* best = destination.best();
  return best ? change.before == best->attributes && change.source_before == best->peer : !change.before;
}

}  // namespace

// --- the ring: event `sequence` is number sequence - 1; chunk n holds the numbers from n * kChunkSize
// -------------------------------------------------------------------------------------------------------

std::uint64_t History::end_chunk() const { return (newest_ + kChunkSize - 1) / kChunkSize; }

std::uint64_t History::oldest_chunk() const {
  const auto end = end_chunk();
  return end > chunks_.size() ? end - chunks_.size() : 0;
}

std::uint64_t History::oldest() const { return std::max(lost_, oldest_chunk() * kChunkSize) + 1; }

void History::set_capacity(std::size_t octets, TimePoint now) {
  const auto wanted = (octets + sizeof(Chunk) - 1) / sizeof(Chunk);
  if (wanted == chunks_.size()) return;
  const auto first = oldest_chunk(), end = end_chunk();
  auto before = std::exchange(chunks_, std::vector<std::unique_ptr<Chunk>>(wanted));
  if (before.empty()) {
    lost_ = newest_;
    noted_since_ = now;
    return;
  }
  const auto begin = std::max(first, oldest_chunk());  // what went does not come back
  lost_ = std::max(lost_, std::min(begin * kChunkSize, newest_));
  for (auto number = begin; number < end; ++number)
    chunks_[number % wanted] = std::move(before[number % before.size()]);
}

History::Record& History::append(TimePoint now) {
  const auto number = newest_++;
  if (number == 0) begin_ = now;
  auto& chunk = chunks_[number / kChunkSize % chunks_.size()];
  if (!chunk) chunk = std::make_unique_for_overwrite<Chunk>();
  auto& record = (*chunk)[number % kChunkSize];
  record = {};
  record.time = tick_of(now);
  return record;
}

const History::Record& History::record(std::uint64_t sequence) const {
  const auto number = sequence - 1;
  return (*chunks_[number / kChunkSize % chunks_.size()])[number % kChunkSize];
}

History::Tick History::tick_of(TimePoint time) const {
  const auto passed = std::chrono::duration_cast<std::chrono::milliseconds>(time - begin_).count() / 10;
  return static_cast<Tick>(std::clamp<std::int64_t>(passed, 0, UINT32_MAX));
}

// --- who and where, as numbers
// -------------------------------------------------------------------------------------------------------

History::Number History::number_of(std::string_view name) {
  if (const auto found = numbers_.find(name); found != numbers_.end()) return found->second;
  if (names_.size() >= kTooMany) return kTooMany;
  const auto number = static_cast<Number>(names_.size());
  numbers_.emplace(names_.emplace_back(name), number);
  return number;
}

std::string_view History::name_of(Number number) const {
  return number < names_.size() ? std::string_view(names_[number]) : "another";
}

void History::name_peer(std::uint32_t index, std::string_view name) {
  if (peers_.size() <= index) peers_.resize(index + 1, kNobody);
  peers_[index] = number_of(name);
  if (first_tables_.size() <= index) first_tables_.resize(index + 1);
  first_tables_[index] = {};
}

void History::first_table_begins(std::uint32_t index, TimePoint now) {
  first_tables_[index] = {.families = {Family::Ipv4Unicast, Family::Ipv6Unicast}, .begun = now};
}

void History::first_table_ended(std::uint32_t index, Family family) {
  if (index < first_tables_.size()) first_tables_[index].families.erase(family);
}

History::Number History::number_of_peer(std::uint32_t index) const {
  if (index == kLocalPeer) return kOwn;
  return index < peers_.size() ? peers_[index] : kTooMany;
}

/// Routes of one UPDATE come one after another and share their attributes.
History::Number History::number_of_next_hop(const Attributes& attributes) {
  if (attributes.set() == last_attributes_) return last_next_hop_;
  last_attributes_ = attributes.set();
  const auto& address = attributes->next_hop;
  if (const auto found = next_hop_numbers_.find(address); found != next_hop_numbers_.end())
    return last_next_hop_ = found->second;
  if (next_hops_.size() >= kTooMany) return last_next_hop_ = kTooMany;
  last_next_hop_ = static_cast<Number>(next_hops_.size());
  next_hops_.push_back(address);
  next_hop_numbers_.emplace(address, last_next_hop_);
  return last_next_hop_;
}

// --- notes
// -------------------------------------------------------------------------------------------------------

void History::set_prefix(Record& record, const Prefix& prefix) {
  const auto bytes = prefix.address().bytes();
  std::memcpy(record.address.data(), bytes.data(), bytes.size());
  record.length = static_cast<std::uint8_t>(prefix.length());
  record.is_v6 = prefix.address().is_v6();
}

void History::note(const LocRib& loc_rib, const PeerTable& peers, Family family,
                   std::span<const Change> changes, TimePoint now) {
  if (chunks_.empty()) return;
  last_attributes_ = nullptr;  // another set may have its place by now
  const auto& table = loc_rib.table(family);
  for (const auto& change : changes) {
    const auto& destination = table[change.id];
    if (is_same(destination, change) || (!change.before && passes_over(*destination.best(), family, now)))
      continue;
    note_one(destination, change, peers, now);
  }
}

/// Once a route is gone, a prefix may be learned again, by the same neighbor or by another one: then it takes
/// an event of its own to tell since when it is there.
bool History::passes_over(const Path& learned, Family family, TimePoint now) {
  if (learned.is_local() || learned.peer >= first_tables_.size()) return false;
  auto& table = first_tables_[learned.peer];
  if (!table.families.contains(family)) return false;
  if (now - table.begun > kLongestFirstTable) {
    table.families = {};
    return false;
  }
  if (table.event == 0 && ++table.noted > kNotedOfFirstTable) {
    auto& record = append(now);
    record.kind = EventKind::FirstTable;
    record.neighbor = number_of_peer(learned.peer);
    table.event = newest_;
    while (!first_table_events_.empty() && first_table_events_.front() < oldest())
      first_table_events_.pop_front();
    first_table_events_.push_back(newest_);
  }
  return table.event > last_gone_;
}

void History::note_one(const Destination& destination, const Change& change, const PeerTable& peers,
                       TimePoint now) {
  const auto why = why_changed(destination, change, peers);
  const Path* best = destination.best();
  auto& record = append(now);
  set_prefix(record, destination.prefix);
  record.kind = best ? EventKind::Best : EventKind::Gone;
  if (!best) last_gone_ = newest_;
  record.cause = static_cast<std::uint8_t>(why.cause) & 0x7f;
  record.reason = static_cast<std::uint8_t>(destination.reason);
  record.detail = static_cast<std::uint16_t>(why.state);
  if (change.before) record.before = number_of_peer(change.source_before);
  if (!best) return;
  record.neighbor = number_of_peer(best->peer);
  if (!best->is_local()) record.next_hop = number_of_next_hop(best->attributes);
}

std::optional<EventView> History::view_of(const Destination& destination, const Change& change,
                                          const PeerTable& peers) const {
  if (is_same(destination, change)) return std::nullopt;
  const auto why = why_changed(destination, change, peers);
  const Path* best = destination.best();
  EventView view;
  view.kind = best ? EventKind::Best : EventKind::Gone;
  view.prefix = destination.prefix;
  view.reason = destination.reason;
  view.cause = why.cause;
  view.state = why.state;
  if (change.before) view.before = name_of(number_of_peer(change.source_before));
  if (!best) return view;
  view.neighbor = name_of(number_of_peer(best->peer));
  if (!best->is_local()) view.next_hop = best->attributes->next_hop;
  return view;
}

void History::note_kernel(const Prefix& prefix, int error, TimePoint now) {
  if (chunks_.empty()) return;
  auto& record = append(now);
  set_prefix(record, prefix);
  record.kind = error != 0 ? EventKind::KernelRefused : EventKind::KernelTook;
  record.detail = static_cast<std::uint16_t>(error);
}

void History::note_session(const SessionEvent& event, TimePoint now) {
  if (chunks_.empty()) return;
  const auto neighbor = number_of(event.neighbor);
  auto& record = append(now);
  record.kind = event.is_up ? EventKind::SessionUp : EventKind::SessionDown;
  record.neighbor = neighbor;
  record.reason = event.reset;
  record.detail = static_cast<std::uint16_t>(event.code << 8 | event.subcode);
}

// --- queries
// -------------------------------------------------------------------------------------------------------

TimePoint History::complete_since() const {
  if (oldest() == 1 || oldest() > newest_) return noted_since_;
  return std::max(noted_since_, time_of(record(oldest()).time));
}

std::uint64_t History::first_since(TimePoint time) const {
  auto low = oldest(), high = std::max(newest_ + 1, low);
  while (low < high) {
    const auto middle = low + (high - low) / 2;
    if (time_of(record(middle).time) < time)
      low = middle + 1;
    else
      high = middle;
  }
  return low;
}

bool History::concerns(std::uint64_t sequence, const Prefix& prefix) const {
  const auto& noted = record(sequence);
  if (is_of_neighbor(noted.kind)) return false;
  const auto bytes = prefix.address().bytes();
  return noted.length == prefix.length() && noted.is_v6 == prefix.address().is_v6() &&
         std::equal(bytes.begin(), bytes.end(), noted.address.begin());
}

std::optional<Prefix> History::route_at(std::uint64_t sequence) const {
  const auto& noted = record(sequence);
  if (noted.kind != EventKind::Best && noted.kind != EventKind::Gone) return std::nullopt;
  return prefix_of(noted);
}

std::optional<std::uint64_t> History::first_table_between(std::string_view neighbor, std::uint64_t after,
                                                          std::uint64_t before) const {
  const auto begin = std::max(after + 1, oldest());
  for (auto i = first_table_events_.rbegin(); i != first_table_events_.rend() && *i >= begin; ++i)
    if (*i < before && name_of(record(*i).neighbor) == neighbor) return *i;
  return std::nullopt;
}

Prefix History::prefix_of(const Record& record) {
  if (record.is_v6) return {IpAddress::v6(record.address), record.length};
  const auto& octets = record.address;
  const auto value = std::uint32_t{octets[0]} << 24 | std::uint32_t{octets[1]} << 16 |
                     std::uint32_t{octets[2]} << 8 | octets[3];
  return {IpAddress::v4(value), record.length};
}

EventView History::at(std::uint64_t sequence) const {
  const auto& noted = record(sequence);
  EventView view;
  view.sequence = sequence;
  view.time = time_of(noted.time);
  view.kind = noted.kind;
  view.neighbor = name_of(noted.neighbor);
  if (is_of_neighbor(noted.kind)) {
    view.reset = noted.reason;
    view.code = static_cast<std::uint8_t>(noted.detail >> 8);
    view.subcode = static_cast<std::uint8_t>(noted.detail);
    return view;
  }
  view.prefix = prefix_of(noted);
  if (!view.is_route()) {
    view.error = noted.detail;
    return view;
  }
  view.before = name_of(noted.before);
  if (noted.next_hop != kNobody && noted.next_hop < next_hops_.size())
    view.next_hop = next_hops_[noted.next_hop];
  view.reason = static_cast<BestReason>(noted.reason);
  view.cause = static_cast<EventCause>(noted.cause);
  view.state = static_cast<PathState>(noted.detail);
  return view;
}

}  // namespace rib
