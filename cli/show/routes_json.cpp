#include "cli/show/json.hpp"
#include "cli/show/routes.hpp"

namespace cli::show {
namespace {

Json next_hops_json(const api::Path& path) {
  const auto& attributes = path.attributes();
  const bool has_link_local = !attributes.link_local_next_hop().empty();
  const auto one = [&](const std::string& octets, const char* scope, bool used) {
    Json json;
    json["ip"] = address_text(octets);
    if (!path.peer_hostname().empty()) json["hostname"] = path.peer_hostname();
    json["afi"] = octets.size() == 4 ? "ipv4" : "ipv6";
    if (octets.size() != 4) json["scope"] = scope;
    if (used) json["used"] = true;
    return json;
  };
  auto all = Json::array({one(attributes.next_hop(), "global", !has_link_local)});
  if (has_link_local) all.push_back(one(attributes.link_local_next_hop(), "link-local", true));
  return all;
}

/// A path in the table's shape: here "bestpath" is a boolean (in the detail it is an object).
Json path_json(const api::Destination& destination, const api::Path& path) {
  const auto prefix = prefix_of(destination.prefix());
  const auto& attributes = path.attributes();
  Json json;
  if (path.state() == api::PATH_ACCEPTED) json["valid"] = true;
  if (path.stale()) json["stale"] = true;
  if (path.long_lived_stale()) json["longLivedStale"] = true;
  if (path.multipath()) json["multipath"] = true;
  if (path.best()) {
    json["bestpath"] = true;
    json["selectionReason"] = rib::name_of(reason_of(destination.reason()));
    if (destination.fib() == api::FIB_FAILED) json["ribFailure"] = true;
  }
  if (is_duplicate(destination, path)) json["duplicate"] = true;
  if (is_rejected(path.state())) json["rejected"] = rib::name_of(state_of(path.state()));
  if (!path.denied_by().empty()) json["deniedBy"] = path.denied_by();
  if (path.suppressed()) json["suppressed"] = true;
  json["pathFrom"] = !path.own() && path.peer_type() == api::INTERNAL ? "internal" : "external";
  json["prefix"] = prefix.address().to_string();
  json["prefixLen"] = prefix.length();
  json["network"] = prefix.to_string();
  json["version"] = destination.version();
  if (attributes.has_med()) json["metric"] = attributes.med();
  if (attributes.has_local_pref()) json["locPrf"] = attributes.local_pref();
  json["weight"] = path.weight();
  json["peerId"] = path.own() ? "(unspec)" : neighbor_text(path.peer());
  json["path"] = as_path_text(attributes);
  json["origin"] = origin_text(attributes.origin());
  json["nexthops"] = next_hops_json(path);
  return json;
}

/// `show ip bgp json` and `… neighbors X routes json`.
class TableJson : public RouteListing {
 public:
  explicit TableJson(Sink sink) : out_(std::move(sink)) {}

  void page(const api::Routes& routes) override {
    begin(routes);
    for (const auto& destination : routes.destinations()) {
      auto paths = Json::array();
      for (const auto& path : destination.paths())
        if (!is_rejected(path.state())) paths.push_back(path_json(destination, path));
      if (paths.empty()) continue;
      ++routes_;
      paths_ += paths.size();
      out_.member(prefix_text(destination.prefix()), paths);
    }
  }

  void finish() override {
    if (!begun_) begin({});
    out_.close();
    out_.member("totalRoutes", routes_);
    out_.member("totalPaths", paths_);
    out_.close();
  }

 private:
  void begin(const api::Routes& routes) {
    if (begun_) return;
    begun_ = true;
    out_.open();
    out_.member("vrfId", 0);
    out_.member("vrfName", "default");
    out_.member("tableVersion", routes.table_version());
    out_.member("routerId", identifier_text(routes.router_id()));
    out_.member("defaultLocPrf", routes.default_local_pref());
    out_.member("localAS", routes.local_as());
    out_.open("routes");
  }

  JsonStream out_;
  bool begun_ = false;
  std::size_t routes_ = 0, paths_ = 0;
};

/// `advertised-routes json` and `received-routes json`: one object per prefix.
class ExchangedJson : public RouteListing {
 public:
  ExchangedJson(RouteListingKind kind, Sink sink) : kind_(kind), out_(std::move(sink)) {}

  void page(const api::Routes& routes) override {
    begin(routes);
    for (const auto& destination : routes.destinations()) put(destination);
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
  void put(const api::Destination& destination) {
    auto paths = Json::array();
    for (const auto& path : destination.paths()) {
      if (kind_ == RouteListingKind::Filtered && !is_rejected(path.state())) continue;
      paths.push_back(exchanged(destination, path));
      if (is_rejected(path.state())) ++filtered_;
    }
    if (paths.empty()) return;
    auto json = paths.front();
    if (paths.size() > 1) json["paths"] = std::move(paths);
    out_.member(prefix_text(destination.prefix()), json);
    ++prefixes_;
  }

  Json exchanged(const api::Destination& destination, const api::Path& path) const {
    const auto prefix = prefix_of(destination.prefix());
    const auto& attributes = path.attributes();
    Json json;
    json["addrPrefix"] = prefix.address().to_string();
    json["prefixLen"] = prefix.length();
    json["network"] = prefix.to_string();
    json[prefix.address().is_v4() ? "nextHop" : "nextHopGlobal"] = address_text(attributes.next_hop());
    if (!attributes.link_local_next_hop().empty())
      json["nextHopLocal"] = address_text(attributes.link_local_next_hop());
    if (attributes.has_med()) json["metric"] = attributes.med();
    if (attributes.has_local_pref()) json["locPrf"] = attributes.local_pref();
    json["weight"] = path.weight();
    json["path"] = as_path_text(attributes);
    json["bgpOriginCode"] = std::string(1, origin_code(attributes.origin()));
    if (path.path_id() != 0)
      json[kind_ == RouteListingKind::Advertised ? "addpathTxId" : "addpathRxId"] = path.path_id();
    if (is_rejected(path.state())) json["rejected"] = rib::name_of(state_of(path.state()));
    if (!path.denied_by().empty()) json["deniedBy"] = path.denied_by();
    if (path.suppressed()) json["suppressed"] = true;
    if (is_duplicate(destination, path)) json["duplicate"] = true;
    auto symbols = Json::object();
    if (path.state() == api::PATH_ACCEPTED) symbols["*"] = true;
    if (path.best()) symbols[">"] = true;
    json["appliedStatusSymbols"] = std::move(symbols);
    return json;
  }

  RouteListingKind kind_;
  JsonStream out_;
  bool begun_ = false;
  std::size_t prefixes_ = 0, filtered_ = 0;
};

}  // namespace

std::unique_ptr<RouteListing> json_listing(RouteListingKind kind, Sink sink) {
  if (kind == RouteListingKind::Table || kind == RouteListingKind::Learned)
    return std::make_unique<TableJson>(std::move(sink));
  return std::make_unique<ExchangedJson>(kind, std::move(sink));
}

}  // namespace cli::show
