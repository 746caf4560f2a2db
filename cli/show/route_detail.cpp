#include "cli/show/route_detail.hpp"

#include <algorithm>
#include <array>

#include "cli/show/json.hpp"
#include "rib/community.hpp"

namespace cli::show {
namespace {

std::string communities_text(const api::PathAttributes& attributes) {
  std::string text;
  for (const auto community : attributes.communities())
    text += (text.empty() ? "" : " ") + rib::to_string(rib::Community{community});
  return text;
}

std::string extended_communities_text(const api::PathAttributes& attributes) {
  std::string text;
  for (const auto& octets : attributes.extended_communities()) {
    rib::ExtendedCommunity community;
    if (octets.size() != community.octets.size()) continue;
    std::copy(octets.begin(), octets.end(), community.octets.begin());
    text += (text.empty() ? "" : " ") + rib::to_string(community);
  }
  return text;
}

std::string large_communities_text(const api::PathAttributes& attributes) {
  std::string text;
  const auto& parts = attributes.large_communities();
  for (int i = 0; i + 2 < parts.size(); i += 3)
    text +=
        (text.empty() ? "" : " ") + rib::to_string(rib::LargeCommunity{parts[i], parts[i + 1], parts[i + 2]});
  return text;
}

std::string cluster_list_text(const api::PathAttributes& attributes) {
  std::string text;
  for (const auto cluster : attributes.cluster_list())
    text += (text.empty() ? "" : " ") + identifier_text(cluster);
  return text;
}

/// ", not advertised to EBGP peer" and the like: well-known communities of the best path, RFC 1997.
std::string well_known_remark(const api::Destination& destination) {
  for (const auto& path : destination.paths()) {
    if (!path.best()) continue;
    const auto has = [&](rib::Community wanted) {
      return std::ranges::find(path.attributes().communities(), wanted.value) !=
             path.attributes().communities().end();
    };
    if (has(rib::kNoAdvertise)) return ", not advertised to any peer";
    if (has(rib::kNoExport)) return ", not advertised to EBGP peer";
    if (has(rib::kNoExportSubconfed)) return ", not advertised outside local AS";
  }
  return {};
}

void append_heading(std::string& out, const api::Destination& destination) {
  append(out, "BGP routing table entry for %s, version %llu\n", prefix_text(destination.prefix()).c_str(),
         static_cast<unsigned long long>(destination.version()));
  int available = 0, best = 0;
  for (const auto& path : destination.paths()) {
    if (!is_rejected(path.state())) ++available;
    if (path.best()) best = available;
  }
  append(out, "Paths: (%d available, ", available);
  if (best > 0)
    append(out, "best #%d, table default", best);
  else
    out += "no best path";
  out += well_known_remark(destination) + ")\n";

  if (destination.advertised_to().empty()) {
    out += "  Not advertised to any peer\n";
  } else {
    out += "  Advertised to peers:\n ";
    for (const auto& peer : destination.advertised_to()) out += " " + neighbor_text(peer.name());
    out += '\n';
  }
  const auto fib = state_of(destination.fib());
  if (fib == rib::FibState::Suppressed)
    out += "  Duplicate subnet: claimed by more than one node; nothing is installed for it\n";
  else if (fib != rib::FibState::None && fib != rib::FibState::Installed)
    append(out, "  Kernel: %s\n", std::string(rib::name_of(fib)).c_str());
}

std::string peer_name(const api::Path& path) {
  if (!path.own()) return neighbor_text(path.peer());
  return path.attributes().next_hop().size() == 16 ? "::" : "0.0.0.0";
}

void append_attributes(std::string& out, const api::Destination& destination, const api::Path& path) {
  const auto& attributes = path.attributes();
  append(out, "      Origin %s", std::string(origin_text(attributes.origin())).c_str());
  if (attributes.has_med()) append(out, ", metric %u", attributes.med());
  if (attributes.has_local_pref()) append(out, ", localpref %u", attributes.local_pref());
  if (path.weight() != 0) append(out, ", weight %u", path.weight());
  if (attributes.tag() != 0) append(out, ", tag %u", attributes.tag());
  if (path.state() == api::PATH_ACCEPTED) out += ", valid";
  if (is_rejected(path.state())) append(out, ", rejected (%s)", rejection_text(path).c_str());
  if (is_duplicate(destination, path)) out += ", duplicate subnet";
  if (path.stale()) out += path.long_lived_stale() ? ", long-lived stale" : ", stale";
  if (path.own())
    out += ", sourced, local";
  else
    out += path.peer_type() == api::INTERNAL ? ", internal" : ", external";
  if (attributes.atomic_aggregate()) out += ", atomic-aggregate";
  if (attributes.has_only_to_customer()) append(out, ", otc %u", attributes.only_to_customer());
  if (path.multipath()) out += ", multipath";
  if (path.suppressed()) out += ", suppressed";
  if (path.best())
    append(out, ", best (%s)", std::string(rib::name_of(reason_of(destination.reason()))).c_str());
  out += '\n';
}

void append_path(std::string& out, const api::Destination& destination, const api::Path& path,
                 WallClock now) {
  const auto& attributes = path.attributes();
  const auto as_path = as_path_text(attributes);
  out += "  " + (as_path.empty() ? "Local" : as_path);
  if (attributes.has_aggregator_as())
    append(out, ", (aggregated by %u %s)", attributes.aggregator_as(),
           identifier_text(attributes.aggregator_address()).c_str());
  append(out, "\n    %s", address_text(attributes.next_hop()).c_str());
  if (path.state() == api::PATH_NEXT_HOP_UNREACHABLE)
    out += " (inaccessible)";
  else if (path.has_igp_metric() && path.igp_metric() != 0)
    append(out, " (metric %u)", path.igp_metric());
  append(out, " from %s (%s)\n", peer_name(path).c_str(), identifier_text(path.peer_identifier()).c_str());
  if (!attributes.link_local_next_hop().empty())
    append(out, "    (%s) (used)\n", address_text(attributes.link_local_next_hop()).c_str());
  append_attributes(out, destination, path);
  const auto line = [&](const char* name, const std::string& text) {
    if (!text.empty()) append(out, "      %s: %s\n", name, text.c_str());
  };
  line("Community", communities_text(attributes));
  line("Extended Community", extended_communities_text(attributes));
  line("Large Community", large_communities_text(attributes));
  if (!attributes.has_originator_id()) {
    line("Cluster list", cluster_list_text(attributes));
  } else {
    append(out, "      Originator: %s", identifier_text(attributes.originator_id()).c_str());
    if (!attributes.cluster_list().empty())
      append(out, ", Cluster list: %s", cluster_list_text(attributes).c_str());
    out += '\n';
  }
  append(out, "      Last update: %s\n", date_text(time_of(now, path.age_ms())).c_str());
}

Json as_path_json(const api::PathAttributes& attributes) {
  Json json;
  const auto text = as_path_text(attributes);
  json["string"] = text.empty() ? "Local" : text;
  static constexpr std::array<const char*, 5> kTypes{"", "as-set", "as-sequence", "as-confed-sequence",
                                                     "as-confed-set"};
  json["segments"] = Json::array();
  for (const auto& segment : attributes.as_path()) {
    Json numbers = Json::array();
    for (const auto as : segment.as_numbers()) numbers.push_back(as);
    json["segments"].push_back({{"type", segment.type() < kTypes.size() ? kTypes[segment.type()] : ""},
                                {"list", std::move(numbers)}});
  }
  json["length"] = attributes.as_path_length();
  return json;
}

Json community_json(const std::string& text) {
  Json json;
  json["string"] = text;
  auto list = Json::array();
  for (std::size_t from = 0; from <= text.size();) {
    const auto to = std::min(text.find(' ', from), text.size());
    list.push_back(text.substr(from, to - from));
    from = to + 1;
  }
  json["list"] = std::move(list);
  return json;
}

Json path_next_hops_json(const api::Path& path) {
  const auto& attributes = path.attributes();
  const bool has_link_local = !attributes.link_local_next_hop().empty();
  auto all = Json::array();
  const auto add = [&](const std::string& octets, const char* scope, bool used) {
    Json json;
    json["ip"] = address_text(octets);
    if (!path.peer_hostname().empty()) json["hostname"] = path.peer_hostname();
    json["afi"] = octets.size() == 4 ? "ipv4" : "ipv6";
    if (octets.size() != 4) json["scope"] = scope;
    if (path.state() != api::PATH_NEXT_HOP_UNREACHABLE) {
      json["metric"] = path.igp_metric();
      json["accessible"] = true;
    } else {
      json["accessible"] = false;
    }
    if (used) json["used"] = true;
    all.push_back(std::move(json));
  };
  add(attributes.next_hop(), "global", !has_link_local);
  if (has_link_local) add(attributes.link_local_next_hop(), "link-local", true);
  return all;
}

Json peer_json(const api::Path& path) {
  Json json;
  json["peerId"] = peer_name(path);
  json["routerId"] = identifier_text(path.peer_identifier());
  if (path.own()) return json;
  if (!path.peer_hostname().empty()) json["hostname"] = path.peer_hostname();
  json["type"] = path.peer_type() == api::INTERNAL ? "internal" : "external";
  return json;
}

/// The neighbor AS: of the first segment that is a sequence, outside of the confederation.
std::optional<std::uint32_t> first_as(const api::PathAttributes& attributes) {
  constexpr std::uint32_t kSequence = 2, kConfederation = 3;
  for (const auto& segment : attributes.as_path()) {
    if (segment.type() >= kConfederation) continue;
    if (segment.type() != kSequence || segment.as_numbers().empty()) return std::nullopt;
    return segment.as_numbers(0);
  }
  return std::nullopt;
}

/// Ids of ADD-PATH: as the path was received, and as the first neighbor of each kind has it. 0: none has.
void put_add_path(Json& json, const api::Path& path) {
  const auto id_of = [&](std::string_view selection) {
    for (const auto& sent : path.advertised_to())
      if (sent.path_id() != 0 && (selection.empty() || sent.selection() == selection)) return sent.path_id();
    return 0u;
  };
  json["addpathRxId"] = path.path_id();
  json["addpathTxId"] = id_of("");
  json["addpathTxIdAll"] = id_of("all");
  json["addpathTxIdBestPerAS"] = id_of("per-AS");
  if (path.advertised_to().empty()) return;
  auto& advertised = json["advertisedTo"] = Json::object();
  for (const auto& sent : path.advertised_to()) {
    auto& entry = advertised[neighbor_text(sent.name())] = Json::object();
    if (!sent.hostname().empty()) entry["hostname"] = sent.hostname();
    if (sent.path_id() != 0) entry["addpathTxId"] = sent.path_id();
  }
}

Json path_json(const api::Destination& destination, const api::Path& path, WallClock now) {
  const auto& attributes = path.attributes();
  Json json;
  json["aspath"] = as_path_json(attributes);
  if (attributes.has_aggregator_as()) {
    json["aggregatorAs"] = attributes.aggregator_as();
    json["aggregatorId"] = identifier_text(attributes.aggregator_address());
  }
  json["origin"] = origin_text(attributes.origin());
  if (attributes.has_med()) json["metric"] = attributes.med();
  if (attributes.has_local_pref()) json["locPrf"] = attributes.local_pref();
  if (path.weight() != 0) json["weight"] = path.weight();
  if (attributes.tag() != 0) json["tag"] = attributes.tag();
  if (path.state() == api::PATH_ACCEPTED) json["valid"] = true;
  if (is_rejected(path.state())) json["rejected"] = rib::name_of(state_of(path.state()));
  if (!path.denied_by().empty()) json["deniedBy"] = path.denied_by();
  if (path.suppressed()) json["suppressed"] = true;
  if (is_duplicate(destination, path)) json["duplicate"] = true;
  if (path.stale()) json["stale"] = true;
  if (path.long_lived_stale()) json["longLivedStale"] = true;
  json["version"] = destination.version();
  if (path.own()) {
    json["sourced"] = true;
    json["local"] = true;
  }
  if (attributes.atomic_aggregate()) json["atomicAggregate"] = true;
  if (path.multipath()) json["multipath"] = true;
  if (path.best()) {
    auto& best = json["bestpath"] = Json::object();
    if (const auto as = first_as(attributes)) best["bestpathFromAs"] = *as;
    best["overall"] = true;
    best["selectionReason"] = rib::name_of(reason_of(destination.reason()));
    if (destination.fib() == api::FIB_FAILED) json["ribFailure"] = true;
  }
  const auto communities = [&](const char* name, const std::string& text) {
    if (!text.empty()) json[name] = community_json(text);
  };
  communities("community", communities_text(attributes));
  communities("extendedCommunity", extended_communities_text(attributes));
  communities("largeCommunity", large_communities_text(attributes));
  if (attributes.has_originator_id()) json["originatorId"] = identifier_text(attributes.originator_id());
  if (!attributes.cluster_list().empty()) {
    auto list = Json::array();
    for (const auto cluster : attributes.cluster_list()) list.push_back(identifier_text(cluster));
    json["clusterList"] = {{"list", std::move(list)}};
  }
  if (destination.add_path() || path.path_id() != 0) put_add_path(json, path);
  json["lastUpdate"] = {{"epoch", epoch_of(now, path.age_ms())},
                        {"string", date_text(time_of(now, path.age_ms())) + "\n"}};
  json["nexthops"] = path_next_hops_json(path);
  json["peer"] = peer_json(path);
  return json;
}

}  // namespace

namespace {

bool is_shown(const api::Path& path, DetailPaths which) {
  return which == DetailPaths::All || path.best() || (which == DetailPaths::Multipath && path.multipath());
}

}  // namespace

std::string route_detail_text(const api::Routes& routes, WallClock now, DetailPaths which) {
  std::string out;
  for (const auto& destination : routes.destinations()) {
    append_heading(out, destination);
    for (const auto& path : destination.paths())
      if (is_shown(path, which)) append_path(out, destination, path, now);
  }
  return out;
}

std::string route_detail_json(const api::Routes& routes, WallClock now, DetailPaths which) {
  auto json = Json::object();
  for (const auto& destination : routes.destinations()) {
    json["prefix"] = prefix_text(destination.prefix());
    json["version"] = destination.version();
    if (!destination.advertised_to().empty()) {
      auto advertised = Json::object();
      for (const auto& peer : destination.advertised_to()) {
        auto& entry = advertised[neighbor_text(peer.name())] = Json::object();
        if (!peer.hostname().empty()) entry["hostname"] = peer.hostname();
      }
      json["advertisedTo"] = std::move(advertised);
    }
    json["paths"] = Json::array();
    for (const auto& path : destination.paths())
      if (is_shown(path, which)) json["paths"].push_back(path_json(destination, path, now));
    break;
  }
  return json_text(json) + "\n";
}

}  // namespace cli::show
