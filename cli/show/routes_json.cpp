#include <algorithm>
#include <vector>

#include "cli/show/json.hpp"
#include "cli/show/routes.hpp"

namespace cli::show {
namespace {

struct Sender {
  const api::NeighborName& name;
  const std::string& hostname;  // our own: this host's
};
Sender sender_of(const api::Routes& routes, const api::Path& path) {
  const auto number = path.peer_number();
  if (number != 0 && number <= static_cast<std::uint32_t>(routes.peers_size())) {
    const auto& peer = routes.peers(static_cast<int>(number - 1));
    return {peer.name(), peer.hostname()};
  }
  return {path.peer(), path.own() ? routes.hostname() : path.peer_hostname()};
}

void put_next_hops(JsonLine& line, const api::PathAttributes& attributes, const std::string& hostname) {
  const bool has_link_local = !attributes.link_local_next_hop().empty();
  const auto put = [&](const std::string& octets, const char* scope, bool is_used) {
    line.open('{');
    line.text_member("ip", [&](std::string& out) {
      if (const auto address = address_of(octets)) address->append_to(out);
    });
    if (!hostname.empty()) line.member("hostname", hostname);
    line.member("afi", octets.size() == 4 ? "ipv4" : "ipv6");
    if (octets.size() != 4) line.member("scope", scope);
    if (is_used) line.member("used", true);
    line.close('}');
  };
  line.key("nexthops");
  line.open('[');
  put(attributes.next_hop(), "global", !has_link_local);
  if (has_link_local) put(attributes.link_local_next_hop(), "link-local", true);
  line.close(']');
}

void put_numbers(JsonLine& line, const api::PathAttributes& attributes, const api::Path& path) {
  if (attributes.has_med()) line.member("metric", attributes.med());
  if (attributes.has_local_pref()) line.member("locPrf", attributes.local_pref());
  line.member("weight", path.weight());
}

void put_prefix_member(JsonLine& line, const char* name, const rib::Prefix& prefix) {
  line.text_member(name, [&](std::string& out) { prefix.address().append_to(out); });
  line.member("prefixLen", prefix.length());
  line.text_member("network", [&](std::string& out) { prefix.append_to(out); });
}

void put_as_path(JsonLine& line, const api::PathAttributes& attributes) {
  line.text_member("path", [&](std::string& out) { append_as_path(out, attributes); });
}

void put_rejection(JsonLine& line, const api::Path& path) {
  if (is_rejected(path.state())) line.member("rejected", rib::name_of(state_of(path.state())));
  if (!path.denied_by().empty()) line.member("deniedBy", path.denied_by());
  if (path.suppressed()) line.member("suppressed", true);
}

/// A path in the table's shape: here "bestpath" is a boolean (in the detail it is an object).
void put_path(JsonLine& line, const api::Routes& routes, const api::Destination& destination,
              const api::Path& path) {
  const auto& attributes = attributes_of(routes, path);
  const auto sender = sender_of(routes, path);
  line.open('{');
  if (path.state() == api::PATH_ACCEPTED) line.member("valid", true);
  if (path.stale()) line.member("stale", true);
  if (path.long_lived_stale()) line.member("longLivedStale", true);
  if (path.multipath()) line.member("multipath", true);
  if (path.best()) {
    line.member("bestpath", true);
    line.member("selectionReason", rib::name_of(reason_of(destination.reason())));
    if (destination.fib() == api::FIB_FAILED) line.member("ribFailure", true);
  }
  if (is_duplicate(destination, path)) line.member("duplicate", true);
  put_rejection(line, path);
  line.member("pathFrom", !path.own() && path.peer_type() == api::INTERNAL ? "internal" : "external");
  put_prefix_member(line, "prefix", prefix_of(destination.prefix()));
  line.member("version", destination.version());
  put_numbers(line, attributes, path);
  line.member("peerId", path.own() ? "(unspec)" : neighbor_text(sender.name));
  put_as_path(line, attributes);
  line.member("origin", origin_text(attributes.origin()));
  put_next_hops(line, attributes, sender.hostname);
  line.close('}');
}

/// `show ip bgp json` and `… neighbors X routes json`.
class TableJson : public RouteListing {
 public:
  TableJson(RouteListingKind kind, Sink sink) : kind_(kind), out_(std::move(sink)) {}

  void page(const api::Routes& routes) override {
    begin(routes);
    listed_in_table_ = routes.listed_paths();
    for (const auto& destination : routes.destinations()) put(routes, destination);
    out_.flush();
  }

  void finish() override {
    if (!begun_) begin({});
    out_.close();
    out_.member("totalRoutes", routes_);
    out_.member("totalPaths", kind_ == RouteListingKind::Table ? paths_ : listed_in_table_);
    out_.close();
  }

 private:
  void put(const api::Routes& routes, const api::Destination& destination) {
    const auto count = std::ranges::count_if(destination.paths(),
                                             [](const auto& path) { return !is_rejected(path.state()); });
    if (count == 0) return;
    ++routes_;
    paths_ += static_cast<std::uint64_t>(count);
    out_.line_member(prefix_text(destination.prefix()), [&](JsonLine& line) {
      line.open('[');
      for (const auto& path : destination.paths())
        if (!is_rejected(path.state())) put_path(line, routes, destination, path);
      line.close(']');
    });
  }

  void begin(const api::Routes& routes) {
    if (begun_) return;
    begun_ = true;
    out_.open();
    out_.member("vrfId", routes.vrf_id());
    out_.member("vrfName", vrf_text(routes.vrf()));
    out_.member("tableVersion", routes.table_version());
    out_.member("routerId", identifier_text(routes.router_id()));
    out_.member("defaultLocPrf", routes.default_local_pref());
    out_.member("localAS", routes.local_as());
    out_.open("routes");
  }

  const RouteListingKind kind_;
  JsonStream out_;
  bool begun_ = false;
  std::uint64_t routes_ = 0, paths_ = 0, listed_in_table_ = 0;
};

/// `advertised-routes json` and `received-routes json`: one object per prefix.
class ExchangedJson : public RouteListing {
 public:
  ExchangedJson(RouteListingKind kind, Sink sink) : kind_(kind), out_(std::move(sink)) {}

  void page(const api::Routes& routes) override {
    begin(routes);
    for (const auto& destination : routes.destinations()) put(routes, destination);
    out_.flush();
  }

  void finish() override {
    if (!begun_) begin({});
    out_.close();
    out_.member("totalPrefixCounter", prefixes_);
    out_.member("filteredPrefixCounter", filtered_);
    out_.close();
  }

 private:
  void begin(const api::Routes& routes) {
    if (begun_) return;
    begun_ = true;
    out_.open();
    out_.member("bgpTableVersion", routes.table_version());
    out_.member("bgpLocalRouterId", identifier_text(routes.router_id()));
    out_.member("defaultLocPrf", routes.default_local_pref());
    out_.member("localAS", routes.local_as());
    out_.member("bgpStatusCodes", {{"suppressed", "s"},
                                   {"damped", "d"},
                                   {"history", "h"},
                                   {"valid", "*"},
                                   {"best", ">"},
                                   {"multipath", "="},
                                   {"internal", "i"},
                                   {"ribFailure", "r"},
                                   {"stale", "S"},
                                   {"removed", "R"},
                                   {"duplicate", "D"}});
    out_.member("bgpOriginCodes", {{"igp", "i"}, {"egp", "e"}, {"incomplete", "?"}});
    out_.open(kind_ == RouteListingKind::Advertised ? "advertisedRoutes"
              : kind_ == RouteListingKind::Filtered ? "filteredRoutes"
                                                    : "receivedRoutes");
  }

  /// The key is the prefix. With ADD-PATH there may be several paths of it: the first stands where FRR has
  /// the only one, all of them in `paths`.
  void put(const api::Routes& routes, const api::Destination& destination) {
    std::vector<const api::Path*> paths;
    for (const auto& path : destination.paths()) {
      if (kind_ == RouteListingKind::Filtered && !is_rejected(path.state())) continue;
      paths.push_back(&path);
      if (is_rejected(path.state())) ++filtered_;
    }
    if (paths.empty()) return;
    out_.line_member(prefix_text(destination.prefix()), [&](JsonLine& line) {
      line.open('{');
      put_exchanged(line, routes, destination, *paths.front());
      if (paths.size() > 1) {
        line.key("paths");
        line.open('[');
        for (const auto* path : paths) {
          line.open('{');
          put_exchanged(line, routes, destination, *path);
          line.close('}');
        }
        line.close(']');
      }
      line.close('}');
    });
    ++prefixes_;
  }

  void put_exchanged(JsonLine& line, const api::Routes& routes, const api::Destination& destination,
                     const api::Path& path) const {
    const auto prefix = prefix_of(destination.prefix());
    const auto& attributes = attributes_of(routes, path);
    put_prefix_member(line, "addrPrefix", prefix);
    line.member(prefix.address().is_v4() ? "nextHop" : "nextHopGlobal", address_text(attributes.next_hop()));
    if (!attributes.link_local_next_hop().empty())
      line.member("nextHopLocal", address_text(attributes.link_local_next_hop()));
    put_numbers(line, attributes, path);
    put_as_path(line, attributes);
    line.member("bgpOriginCode", std::string(1, origin_code(attributes.origin())));
    if (path.path_id() != 0)
      line.member(kind_ == RouteListingKind::Advertised ? "addpathTxId" : "addpathRxId", path.path_id());
    put_rejection(line, path);
    if (is_duplicate(destination, path)) line.member("duplicate", true);
    line.key("appliedStatusSymbols");
    line.open('{');
    if (path.state() == api::PATH_ACCEPTED) line.member("*", true);
    if (path.best()) line.member(">", true);
    line.close('}');
  }

  RouteListingKind kind_;
  JsonStream out_;
  bool begun_ = false;
  std::size_t prefixes_ = 0, filtered_ = 0;
};

}  // namespace

std::unique_ptr<RouteListing> json_listing(RouteListingKind kind, Sink sink) {
  using enum RouteListingKind;
  if (kind == Table || kind == Matching || kind == Learned)
    return std::make_unique<TableJson>(kind, std::move(sink));
  return std::make_unique<ExchangedJson>(kind, std::move(sink));
}

}  // namespace cli::show
