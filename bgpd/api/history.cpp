// What became of routes and sessions, out of the engine's history. A turn looks at a bounded part of it.
#include "rib/history.hpp"

#include <algorithm>
#include <map>

#include "bgpd/api/handlers.hpp"

namespace bgpd::api {
namespace {

static_assert(static_cast<int>(rib::EventKind::FirstTable) == proto::Event::FIRST_TABLE);
static_assert(static_cast<int>(rib::EventCause::Rejected) == proto::Event::REJECTED);

constexpr std::uint64_t kEventsLookedAt = 65536;  // a turn: less than a millisecond
constexpr int kEventsTold = 4096;

void put_event(const rib::EventView& view, rib::TimePoint now, proto::Event& to) {
  to.set_sequence(view.sequence);
  to.set_ms(milliseconds_since(view.time, now));
  to.set_kind(same<proto::Event::Kind>(view.kind));
  to.set_neighbor(readable_text(view.neighbor));
  if (view.kind == rib::EventKind::SessionDown) {
    auto& reset = *to.mutable_reset();
    reset.set_cause(same<proto::LastReset::Cause>(view.reset));
    reset.set_code(view.code);
    reset.set_subcode(view.subcode);
    reset.set_ms(to.ms());
  }
  if (rib::is_of_neighbor(view.kind)) return;
  put_prefix(view.prefix, *to.mutable_prefix());
  to.set_before(readable_text(view.before));
  if (view.next_hop) to.set_next_hop(octets_of(*view.next_hop));
  to.set_reason(same<proto::BestReason>(view.reason));
  to.set_cause(same<proto::Event::Cause>(view.cause));
  to.set_state(same<proto::PathState>(view.state));
  to.set_error(view.error);
}

/// The best path of a prefix without events came with its neighbor's first table.
void put_first_table(const Backend& backend, const rib::Prefix& prefix, proto::Events& to) {
  const auto& history = backend.engine().history();
  const auto destination = backend.engine().destination(prefix);
  if (!destination || !destination->paths.front().is_best || !destination->paths.front().peer) return;
  const auto& best = destination->paths.front();
  const auto neighbor = history.name_of_peer(best.peer->index);
  const auto table = history.first_table_between(neighbor, 0, history.newest() + 1);
  if (!table) return;
  rib::EventView view;
  view.sequence = *table;
  view.time = best.learned;
  view.prefix = prefix;
  view.neighbor = neighbor;
  view.next_hop = best.attributes->next_hop;
  view.cause = rib::EventCause::Learned;
  put_event(view, backend.now(), *to.add_events());
}

bool is_wanted(const rib::EventView& view, const std::string& neighbor) {
  return neighbor.empty() || view.neighbor == neighbor || view.before == neighbor;
}

/// A moment of the past: which prefixes had a route, and which.
class Past {
 public:
  Past(const Backend& backend, rib::TimePoint when)
      : backend_(backend), history_(backend.engine().history()), first_after_(history_.first_since(when)) {}

  /// Moments between which nothing happened are one.
  std::uint64_t first_after() const { return first_after_; }

  /// Prefixes strictly after `after`, at most `limit`, of those that are there now or were touched since, in
  /// listing order. Looks at the whole history.
  std::vector<PastPrefix> prefixes(rib::Family family, const std::optional<rib::Prefix>& after,
                                   std::size_t limit) const {
    std::map<rib::Prefix, PastPrefix> chosen;
    for (const auto& prefix : backend_.engine().prefixes(family, after, limit))
      chosen.emplace_hint(chosen.end(), prefix, PastPrefix{prefix});
    bool is_full = chosen.size() >= limit;
    for (auto sequence = first_after_; sequence <= history_.newest(); ++sequence) {
      const auto prefix = history_.route_at(sequence);
      if (!prefix || prefix->family() != family || (after && *prefix <= *after)) continue;
      if (is_full && chosen.rbegin()->first < *prefix) continue;
      auto& entry = chosen.try_emplace(*prefix, PastPrefix{*prefix}).first->second;
      if (entry.first == 0) entry.first = sequence;
      if (chosen.size() <= limit) continue;
      chosen.erase(std::prev(chosen.end()));
      is_full = true;
    }
    std::vector<PastPrefix> all;
    for (const auto& [prefix, entry] : chosen) all.push_back(entry);
    note_last_before(all);
    return all;
  }
  PastPrefix entry_of(const rib::Prefix& prefix) const {
    std::vector<PastPrefix> one{{prefix}};
    one[0].looked_up_to = first_after_ - 1;
    note_later(one);
    note_last_before(one);
    return one[0];
  }
  /// What happened since the entries were looked for. All were at one time.
  void note_later(std::vector<PastPrefix>& entries) const {
    if (entries.empty()) return;
    for (auto sequence = entries[0].looked_up_to + 1; sequence <= history_.newest(); ++sequence)
      if (auto* entry = entry_at(entries, sequence); entry && entry->first == 0) entry->first = sequence;
  }

  void put(const PastPrefix& entry, proto::RoutesAt& to) const {
    const bool is_told = entry.made >= history_.oldest();  // the history goes on while pages are read
    put_one(entry.prefix, entry.first, is_told ? entry.made : 0, to);
  }

 private:
  /// The one of the entries, which are in order, that the event is about.
  PastPrefix* entry_at(std::vector<PastPrefix>& entries, std::uint64_t sequence) const {
    const auto prefix = history_.route_at(sequence);
    if (!prefix || *prefix < entries.front().prefix || entries.back().prefix < *prefix) return nullptr;
    const auto found = std::ranges::lower_bound(entries, *prefix, {}, &PastPrefix::prefix);
    return found->prefix == *prefix ? &*found : nullptr;
  }
  void note_last_before(std::vector<PastPrefix>& entries) const {
    if (entries.empty()) return;
    for (auto sequence = history_.oldest(); sequence < first_after_; ++sequence)
      if (auto* entry = entry_at(entries, sequence)) entry->made = sequence;
    for (auto& entry : entries) entry.looked_up_to = history_.newest();
  }

  void put_one(const rib::Prefix& prefix, std::uint64_t first, std::uint64_t made,
               proto::RoutesAt& to) const {
    proto::RouteAt route;
    put_prefix(prefix, *route.mutable_prefix());
    if (made != 0 && history_.at(made).kind == rib::EventKind::Best) {
      const auto event = history_.at(made);
      route.set_neighbor(readable_text(event.neighbor));
      if (event.next_hop) route.set_next_hop(octets_of(*event.next_hop));
      route.set_since_ms(milliseconds_since(event.time, backend_.now()));
    } else if (!put_unnoted(prefix, first, made, route)) {
      return;
    }
    if (first != 0) route.set_until_ms(milliseconds_since(history_.at(first).time, backend_.now()));
    *to.add_routes() = std::move(route);
  }

  /// No event says that it came: it was there before all events, or came with a first table.
  bool put_unnoted(const rib::Prefix& prefix, std::uint64_t first, std::uint64_t made,
                   proto::RouteAt& route) const {
    if (first != 0)
      route.set_neighbor(readable_text(history_.at(first).before));
    else
      put_present(prefix, route);
    if (route.neighbor().empty()) return false;
    const auto end = first != 0 ? first : history_.newest() + 1;
    const auto table = history_.first_table_between(route.neighbor(), made, end);
    if (!table) return made == 0;
    if (*table >= first_after_) return false;
    route.set_since_ms(milliseconds_since(history_.at(*table).time, backend_.now()));
    return true;
  }

  void put_present(const rib::Prefix& prefix, proto::RouteAt& route) const {
    const auto destination = backend_.engine().destination(prefix);
    if (!destination || !destination->paths.front().is_best) return;
    const auto& best = destination->paths.front();
    route.set_neighbor(best.peer ? readable_text(history_.name_of_peer(best.peer->index))
                                 : std::string(rib::History::kOwnName));
    if (best.peer) route.set_next_hop(octets_of(best.attributes->next_hop));
  }

  const Backend& backend_;
  const rib::History& history_;
  const std::uint64_t first_after_;
};

}  // namespace

proto::Done handle_events(const proto::ListEvents& request, const Backend& backend, Replies& replies) {
  const auto& history = backend.engine().history();
  std::optional<rib::Prefix> prefix;
  if (request.has_prefix() && !(prefix = prefix_from(request.prefix())))
    return done(proto::Done::INVALID, "Malformed prefix");
  const auto now = backend.now();
  auto& to = *replies.emplace_back().mutable_events();
  if (history.complete_since() != rib::TimePoint::min())
    to.set_complete_ms(milliseconds_since(history.complete_since(), now));
  to.set_last(history.newest());
  if (request.newest()) return done();

  auto sequence = std::max(request.after() + 1, history.oldest());
  if (request.has_since_ms()) {
    const auto age = std::chrono::milliseconds(std::min<std::uint64_t>(request.since_ms(), INT32_MAX));
    sequence = std::max(sequence, history.first_since(now - age));
  }
  const auto end = std::min(history.newest() + 1, sequence + kEventsLookedAt);
  for (; sequence < end && to.events_size() < kEventsTold; ++sequence) {
    if (prefix && !history.concerns(sequence, *prefix)) continue;
    const auto event = history.at(sequence);
    if (is_wanted(event, request.neighbor())) put_event(event, now, *to.add_events());
  }
  if (sequence <= history.newest()) {
    to.set_last(sequence - 1);
    to.set_more(true);
  } else if (prefix && request.after() == 0 && !request.has_since_ms() && to.events().empty()) {
    put_first_table(backend, *prefix, to);
  }
  return done();
}

proto::Done handle_routes_at(const proto::ListRoutesAt& request, const Caller& caller, const Backend& backend,
                             Replies& replies) {
  std::optional<rib::Prefix> prefix, after;
  if (request.has_prefix() && !(prefix = prefix_from(request.prefix())))
    return done(proto::Done::INVALID, "Malformed prefix");
  if (request.has_after() && !(after = prefix_from(request.after())))
    return done(proto::Done::INVALID, "Malformed prefix");
  const auto family = family_from(request.family()).value_or(rib::Family::Ipv4Unicast);
  if (after && after->family() != family) return done(proto::Done::INVALID, "The page is of another family");

  constexpr std::uint64_t kTenYears = 10ull * 365 * 24 * 3600 * 1000;
  const auto when = backend.now() - std::chrono::milliseconds(std::min(request.ms(), kTenYears));
  if (when < std::max(backend.engine().history().complete_since(), backend.daemon().started))
    return done(proto::Done::NOT_FOUND, "The history does not go back so far");
  const Past past(backend, when);
  auto& to = *replies.emplace_back().mutable_routes_at();
  if (prefix) {
    past.put(past.entry_of(*prefix), to);
    return done();
  }
  const auto limit =
      std::clamp<std::size_t>(request.limit() == 0 ? kPageLimit : request.limit(), 1, kPageLimit);
  const auto find = [&](const auto& from, std::size_t most) { return past.prefixes(family, from, most); };
  const auto listing = std::to_string(past.first_after()) + " " + std::to_string(request.family());
  auto page = caller.past_ahead ? caller.past_ahead->next(listing, after, limit, find) : find(after, limit);
  past.note_later(page);
  for (const auto& entry : page) past.put(entry, to);
  if (page.size() >= limit) put_prefix(page.back().prefix, *to.mutable_next());
  return done();
}

}  // namespace bgpd::api
