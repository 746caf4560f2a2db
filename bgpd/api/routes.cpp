#include <algorithm>
#include <boost/unordered/unordered_flat_map.hpp>

#include "bgpd/api/handlers.hpp"
#include "bgpd/api/peer_names.hpp"
#include "bgpd/api/route_filter.hpp"

namespace bgpd::api {
namespace {

/// One page in the making.
class RoutesPage {
 public:
  /// filter: nullptr for all routes.
  RoutesPage(const proto::ListRoutes& request, const Backend& backend, rib::Family family,
             const RouteFilter* filter, Replies& replies)
      : request_(request),
        filter_(filter),
        backend_(backend),
        names_(backend),
        now_(backend.now()),
        routes_(*replies.emplace_back().mutable_routes()) {
    const auto& engine = backend.engine();
    const auto totals = engine.totals();
    routes_.set_table_version(totals.table_version[rib::index_of(family)]);
    routes_.set_total_paths(totals.paths[rib::index_of(family)]);
    routes_.set_listed_paths(totals.listed_paths[rib::index_of(family)]);
    const auto own = backend.tables().front();
    routes_.set_vrf(own.vrf);
    routes_.set_vrf_id(own.vrf_index);
    routes_.set_router_id(engine.speaker().identifier);
    routes_.set_local_as(engine.speaker().as);
    routes_.set_default_local_pref(engine.speaker().default_local_pref);
    routes_.set_hostname(backend.daemon().hostname);
    if (request.detail()) has_add_path_ = some_neighbor_takes_several(family);
  }

  /// `only`: paths of this peer.
  void add(const rib::DestinationView& view, std::optional<rib::PeerHandle> only = {}) {
    if (!wants(view)) {
      octets_ += view.paths.size() * kOctetsOfRefused;
      return;
    }
    auto& to = *routes_.add_destinations();
    put_prefix(view.prefix, *to.mutable_prefix());
    to.set_version(view.version);
    to.set_reason(static_cast<proto::BestReason>(view.reason));
    to.set_fib(static_cast<proto::FibState>(view.fib));
    for (const auto& path : view.paths)
      if ((!only || path.peer == only) && wants(path)) put_named_path(path, *to.add_paths());
    if (request_.detail()) put_advertised(view, to);
    octets_ += kOctetsOfDestination;
  }

  /// What a peer has of one prefix; several paths with ADD-PATH, RFC 7911.
  void add_sent(const std::vector<rib::AdvertisedRoute>& sent) {
    if (sent.empty()) return;
    auto& to = *routes_.add_destinations();
    put_prefix(sent.front().prefix, *to.mutable_prefix());
    for (const auto& route : sent) {
      auto& path = *to.add_paths();
      put_attributes(route.attributes, *path.mutable_attributes(),
                     request_.shared() ? AsPathForm::Octets : AsPathForm::Segments);
      path.set_path_id(route.path_id);
      path.set_own(true);  // what this speaker sends is its own word
      path.set_best(&route == &sent.front());
      octets_ += path.ByteSizeLong();
    }
  }

  bool is_full() const { return octets_ >= kPageOctets; }
  bool is_followed() const { return routes_.has_next(); }
  void continues_after(const rib::Prefix& prefix) { put_prefix(prefix, *routes_.mutable_next()); }

 private:
  /// Beside paths and attributes, which are counted.
  static constexpr std::size_t kOctetsOfDestination = 64;
  /// A path that a filter looked at in vain is not sent, but its time counts: 16,384 fill a page.
  static constexpr std::size_t kOctetsOfRefused = 256;

  bool wants(const rib::PathView& path) const { return !filter_ || filter_->wants(path); }
  bool wants(const rib::DestinationView& view) const {
    return !filter_ || (filter_->wants(view.prefix) &&
                        std::ranges::any_of(view.paths, [&](const auto& path) { return wants(path); }));
  }

  bool some_neighbor_takes_several(rib::Family family) const {
    bool found = false;
    backend_.visit_neighbors([&](const NeighborView& neighbor) {
      const auto& selection = neighbor.families[rib::index_of(family)].add_path;
      found = found || selection.kind != rib::AddPathSelection::Kind::None;
    });
    return found;
  }

  void put_named_path(const rib::PathView& path, proto::Path& to) {
    put_path(path, now_, to);
    octets_ += kOctetsOfDestination + path.denied_by.size();
    put_shared_attributes(request_.as_received() ? path.received : path.attributes, to);
    if (!path.peer) return;
    if (request_.shared())
      put_shared_peer(path, to);
    else
      names_.put(path, to);
  }

  void put_shared_attributes(const rib::Attributes& attributes, proto::Path& to) {
    if (!attributes) return;
    if (!request_.shared()) {
      put_attributes(*attributes, *to.mutable_attributes());
      octets_ += attributes.set()->octets();
      return;
    }
    const auto [known, is_new] =
        attributes_.try_emplace(attributes.set(), static_cast<std::uint32_t>(routes_.attributes_size() + 1));
    if (is_new) {
      put_attributes(*attributes, *routes_.add_attributes(), AsPathForm::Octets);
      octets_ += attributes.set()->octets();
    }
    to.set_attributes_number(known->second);
  }

  void put_shared_peer(const rib::PathView& path, proto::Path& to) {
    const auto [known, is_new] =
        peers_.try_emplace(path.peer->index, static_cast<std::uint32_t>(routes_.peers_size() + 1));
    if (is_new) names_.put(path, *routes_.add_peers());
    to.set_peer_number(known->second);
  }

  void put_advertised(const rib::DestinationView& view, proto::Destination& to) const {
    to.set_add_path(has_add_path_);
    std::optional<rib::PeerHandle> last;
    for (const auto& sent : backend_.engine().advertised_paths(view.prefix)) {
      const auto* name = names_.find(sent.to);
      if (!name) continue;
      if (last != sent.to) *to.add_advertised_to() = *name;
      last = sent.to;
      const auto of = std::ranges::find_if(view.paths, [&](const auto& path) {
        return path.peer == sent.from && path.path_id == sent.received_id;
      });
      if (!has_add_path_ || of == view.paths.end()) continue;
      auto& told = *to.mutable_paths(static_cast<int>(of - view.paths.begin()))->add_advertised_to();
      told = *name;
      told.set_path_id(sent.path_id);
      told.set_selection(text_of(sent.selection));
    }
  }

  const proto::ListRoutes& request_;
  const RouteFilter* const filter_;
  const Backend& backend_;
  const PeerNames names_;
  const rib::TimePoint now_;
  proto::Routes& routes_;
  bool has_add_path_ = false;
  // With `shared`: their numbers in the page.
  boost::unordered_flat_map<const rib::AttributeSet*, std::uint32_t> attributes_;
  boost::unordered_flat_map<std::uint32_t, std::uint32_t> peers_;
  std::size_t octets_ = 0;
};

/// The neighbor's handle while it is Established; the outer optional is empty when nobody is called so.
std::optional<std::optional<rib::PeerHandle>> find_peer(const proto::NeighborName& name,
                                                        const Backend& backend) {
  std::optional<std::optional<rib::PeerHandle>> found;
  backend.visit_neighbors([&](const NeighborView& neighbor) {
    if (!found && is_named(name, neighbor)) found = neighbor.handle;
  });
  return found;
}

/// Where the page ends: it is full, or the prefixes leave `within`, or there are no more of them.
class Filling {
 public:
  Filling(RoutesPage& page, const std::vector<rib::Prefix>& prefixes, std::size_t limit,
          const std::optional<rib::Prefix>& within)
      : page_(page), within_(within), is_more_(prefixes.size() >= limit) {
    if (!prefixes.empty()) last_ = prefixes.back();
  }

  bool wants(const rib::Prefix& prefix) {
    is_inside_ = is_inside_ && (!within_ || within_->contains(prefix));
    return is_inside_;
  }
  /// After each prefix that was put. False: the page ends with it.
  bool goes_on_after(const rib::Prefix& prefix) {
    if (!page_.is_full()) return true;
    page_.continues_after(prefix);
    is_more_ = false;
    return false;
  }
  void finish() {
    if (is_inside_ && is_more_ && last_) page_.continues_after(*last_);
  }

 private:
  RoutesPage& page_;
  const std::optional<rib::Prefix>& within_;
  std::optional<rib::Prefix> last_;
  bool is_more_;
  bool is_inside_ = true;
};

/// Puts what the table has of the prefixes.
void fill(RoutesPage& page, const std::vector<rib::Prefix>& prefixes, std::size_t limit,
          const std::optional<rib::Prefix>& within, const rib::Engine& engine,
          std::optional<rib::PeerHandle> only = {}) {
  Filling filling(page, prefixes, limit, within);
  engine.visit_destinations(prefixes, [&](const rib::DestinationView& view) {
    if (!filling.wants(view.prefix)) return false;
    page.add(view, only);
    return filling.goes_on_after(view.prefix);
  });
  filling.finish();
}

/// Puts what a peer has of them.
void fill_sent(RoutesPage& page, const std::vector<rib::Prefix>& prefixes, std::size_t limit,
               const std::optional<rib::Prefix>& within, const rib::Engine& engine, rib::PeerHandle peer) {
  Filling filling(page, prefixes, limit, within);
  for (const auto& prefix : prefixes) {
    if (!filling.wants(prefix)) break;
    page.add_sent(engine.sent_to(peer, prefix));
    if (!filling.goes_on_after(prefix)) break;
  }
  filling.finish();
}

}  // namespace

proto::Done handle_routes(const proto::ListRoutes& request, const Caller& caller, const Backend& backend,
                          Replies& replies) {
  if (!backend.running_config().bgp) return done(proto::Done::NO_BGP, "No BGP process is configured");
  const auto& engine = backend.engine();
  const auto limit =
      std::clamp<std::size_t>(request.limit() == 0 ? kPageLimit : request.limit(), 1, kPageLimit);
  std::optional<rib::Prefix> prefix, after;
  if (request.has_prefix() && !(prefix = prefix_from(request.prefix())))
    return done(proto::Done::INVALID, "Malformed prefix");
  if (request.has_after() && !(after = prefix_from(request.after())))
    return done(proto::Done::INVALID, "Malformed prefix");
  if (!request.address().empty()) {
    const auto address = address_from(request.address());
    if (!address) return done(proto::Done::INVALID, "Malformed address");
    prefix = engine.longest_match(*address);
    if (!prefix) return done(proto::Done::NOT_FOUND, "Network not in table");
  }
  const auto family =
      prefix ? prefix->family() : family_from(request.family()).value_or(rib::Family::Ipv4Unicast);
  if (after && after->family() != family) return done(proto::Done::INVALID, "The page is of another family");

  std::optional<rib::PeerHandle> peer;
  if (request.has_neighbor()) {
    const auto found = find_peer(request.neighbor(), backend);
    if (!found) return done(proto::Done::NOT_FOUND, "No such neighbor in this view/vrf");
    peer = *found;
  }
  const bool is_adjacent = request.view() != proto::LOC_RIB;
  if (is_adjacent && !request.has_neighbor()) return done(proto::Done::INVALID, "Which neighbor?");

  std::optional<rib::DestinationView> one;
  if (prefix && !is_adjacent) one = engine.destination(*prefix);
  if (prefix && !is_adjacent && !request.longer() && !one)
    return done(proto::Done::NOT_FOUND, "Network not in table");

  ListingFilter of_page;
  auto& filters = caller.filter ? *caller.filter : of_page;
  const auto filter = filters.of(request, backend.running_config().policy, family);
  if (!filter) return filter.error();
  RoutesPage page(request, backend, family, *filter, replies);
  // Longer prefixes follow their prefix in listing order; the prefix itself is not "after" itself.
  const bool begins_with_one = one && !after;
  if (begins_with_one) page.add(*one);
  if (prefix && !is_adjacent && !request.longer()) return done();
  const auto from = prefix && !is_adjacent && !after ? prefix : after;
  const auto next = [&](const auto& find) { return next_prefixes(request, caller, from, limit, find); };
  if (!is_adjacent) {
    fill(page,
         next([&](const auto& behind, std::size_t most) { return engine.prefixes(family, behind, most); }),
         limit, prefix, engine);
  } else if (!peer) {
    // Not Established: it has announced nothing and is sent nothing.
  } else if (request.view() == proto::ADJ_RIB_OUT) {
    const auto find = [&](const auto& behind, std::size_t most) {
      return engine.prefixes_to(*peer, family, behind, most);
    };
    fill_sent(page, next(find), limit, prefix, engine, *peer);
  } else {
    const auto find = [&](const auto& behind, std::size_t most) {
      return engine.prefixes_from(*peer, family, behind, most);
    };
    fill(page, next(find), limit, prefix, engine, peer);
  }
  if (caller.filter && !page.is_followed()) caller.filter->forget();
  return done();
}

}  // namespace bgpd::api
