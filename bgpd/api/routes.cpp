#include <algorithm>

#include "bgpd/api/handlers.hpp"
#include "bgpd/api/peer_names.hpp"

namespace bgpd::api {
namespace {

/// One page in the making.
class Page {
 public:
  Page(const proto::ListRoutes& request, const Backend& backend, rib::Family family)
      : request_(request), backend_(backend), names_(backend) {
    const auto& engine = backend.engine();
    const auto totals = engine.totals();
    routes_.set_table_version(totals.table_version[rib::index_of(family)]);
    routes_.set_total_paths(totals.paths[rib::index_of(family)]);
    routes_.set_router_id(engine.speaker().identifier);
    routes_.set_local_as(engine.speaker().as);
    routes_.set_default_local_pref(engine.speaker().default_local_pref);
    routes_.set_hostname(backend.daemon().hostname);
  }

  /// False when there is no such destination. `only`: paths of this peer.
  bool add(const rib::Prefix& prefix, std::optional<rib::PeerHandle> only = {}) {
    const auto view = backend_.engine().destination(prefix);
    if (!view) return false;
    auto& to = *routes_.add_destinations();
    put_prefix(view->prefix, *to.mutable_prefix());
    to.set_version(view->version);
    to.set_reason(static_cast<proto::BestReason>(view->reason));
    to.set_fib(static_cast<proto::FibState>(view->fib));
    for (const auto& path : view->paths)
      if (!only || path.peer == only) put_named_path(path, *to.add_paths());
    if (request_.detail()) put_advertised_to(prefix, to);
    octets_ += to.ByteSizeLong();
    return true;
  }

  void add_sent(const rib::AdvertisedRoute& route) {
    const bool is_next_path = last_sent_ == route.prefix;  // of a peer that takes several, RFC 7911
    auto& to = is_next_path ? *routes_.mutable_destinations()->rbegin() : *routes_.add_destinations();
    last_sent_ = route.prefix;
    put_prefix(route.prefix, *to.mutable_prefix());
    auto& path = *to.add_paths();
    put_attributes(route.attributes, *path.mutable_attributes());
    path.set_path_id(route.path_id);
    path.set_own(true);  // what this speaker sends is its own word
    path.set_best(!is_next_path);
    octets_ += path.ByteSizeLong();
  }

  bool is_full() const { return octets_ >= kPageOctets; }
  void continues_after(const rib::Prefix& prefix) { put_prefix(prefix, *routes_.mutable_next()); }
  void finish(Replies& replies) { *replies.emplace_back().mutable_routes() = std::move(routes_); }

 private:
  void put_named_path(rib::PathView path, proto::Path& to) const {
    if (request_.as_received()) path.attributes = path.received;
    names_.put(path, backend_.now(), to);
  }

  void put_advertised_to(const rib::Prefix& prefix, proto::Destination& to) const {
    for (const auto& peer : backend_.engine().advertised_to(prefix))
      if (const auto* name = names_.find(peer)) *to.add_advertised_to() = *name;
  }

  const proto::ListRoutes& request_;
  const Backend& backend_;
  PeerNames names_;
  proto::Routes routes_;
  std::optional<rib::Prefix> last_sent_;
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

/// Puts the listed prefixes on the page, until it is full or they leave `within`; says where the next page
/// begins.
template <typename Entries, typename PrefixOf, typename Add>
void fill(Page& page, const Entries& entries, std::size_t limit, const std::optional<rib::Prefix>& within,
          const PrefixOf& prefix_of, const Add& add) {
  for (std::size_t i = 0; i < entries.size(); ++i) {
    const rib::Prefix& prefix = prefix_of(entries[i]);
    if (within && !within->contains(prefix)) return;
    add(entries[i]);
    const bool is_last = i + 1 == entries.size();
    if (!is_last && prefix_of(entries[i + 1]) == prefix) continue;  // another path of the same
    if (page.is_full() || (is_last && entries.size() >= limit)) return page.continues_after(prefix);
  }
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

  Page page(request, backend, family);
  const auto itself = [](const rib::Prefix& p) -> const rib::Prefix& { return p; };
  if (is_adjacent && !peer) {
    // Not Established: it has announced nothing and is sent nothing.
  } else if (request.view() == proto::ADJ_RIB_OUT) {
    fill(
        page, engine.prefixes_to(*peer, family, after, limit), limit, prefix,
        [](const auto& entry) -> const rib::Prefix& { return entry.prefix; },
        [&](const auto& entry) { page.add_sent(entry); });
  } else if (request.view() == proto::ADJ_RIB_IN) {
    const auto find = [&](const auto& from, std::size_t most) {
      return engine.prefixes_from(*peer, family, from, most);
    };
    fill(page, next_prefixes(request, caller, after, limit, find), limit, prefix, itself,
         [&](const rib::Prefix& p) { page.add(p, peer); });
  } else if (prefix && !request.longer()) {
    if (!page.add(*prefix)) return done(proto::Done::NOT_FOUND, "Network not in table");
  } else {
    // Longer prefixes follow their prefix in listing order; the prefix itself is not "after" itself.
    if (prefix && !after) page.add(*prefix);
    const auto from = prefix && !after ? prefix : after;
    const auto find = [&](const auto& behind, std::size_t most) {
      return engine.prefixes(family, behind, most);
    };
    fill(page, next_prefixes(request, caller, from, limit, find), limit, prefix, itself,
         [&](const rib::Prefix& p) { page.add(p); });
  }
  page.finish(replies);
  return done();
}

}  // namespace bgpd::api
