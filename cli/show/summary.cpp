#include "cli/show/summary.hpp"

#include <algorithm>

#include "cli/show/json.hpp"
#include "cli/show/why_down.hpp"

namespace cli::show {
namespace {

constexpr std::size_t kNeighborWidth = 16, kDescriptionWidth = 20, kWideDescriptionWidth = 64;

/// "Idle (Admin)", "Active", or the number of prefixes.
std::string state_or_prefixes(const api::SummaryNeighbor& neighbor) {
  if (neighbor.state() == api::STATE_ESTABLISHED) {
    if (neighbor.not_negotiated()) return "NoNeg";
    return neighbor.policy_missing() ? "(Policy)" : std::to_string(neighbor.received());
  }
  return std::string(state_text(neighbor));
}

std::string sent_prefixes(const api::SummaryNeighbor& neighbor) {
  if (neighbor.state() != api::STATE_ESTABLISHED) return "0";
  if (neighbor.not_negotiated()) return "NoNeg";
  return neighbor.policy_missing() ? "(Policy)" : std::to_string(neighbor.sent());
}

std::string shown_name(const api::SummaryNeighbor& neighbor) {
  return (neighbor.discovered() || neighbor.dynamic() ? "*" : "") + neighbor_text(neighbor.name());
}

std::string as_text(const api::SummaryNeighbor& neighbor) {
  return neighbor.has_remote_as() ? std::to_string(neighbor.remote_as()) : "0";
}

/// Up/Down: the time since the last change; only Established and sessions that once were have one.
std::optional<std::uint64_t> since(const api::SummaryNeighbor& neighbor) {
  return neighbor.has_state_ms() ? std::optional(neighbor.state_ms()) : std::nullopt;
}

std::string description(const api::SummaryNeighbor& neighbor, bool wide) {
  if (neighbor.description().empty()) return "N/A";
  return neighbor.description().substr(0, wide ? kWideDescriptionWidth : kDescriptionWidth);
}

std::string none_found_text(const api::Summary& summary) {
  return "% No BGP neighbors found in VRF " + vrf_text(summary.vrf()) + "\n";
}

/// `failed` has columns of its own, `wide` one more.
void append_head(std::string& out, int pad, const SummaryFilter& filter) {
  append(out, "%-*s", pad, "Neighbor");
  out +=
      filter.failed ? "EstdCnt DropCnt ResetTime Reason\n"
      : filter.wide
          ? "V         AS    LocalAS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt "
            "Desc\n"
          : "V         AS   MsgRcvd   MsgSent   TblVer  InQ OutQ  Up/Down State/PfxRcd   PfxSnt Desc\n";
}

void append_neighbor(std::string& out, int pad, const api::SummaryNeighbor& neighbor,
                     const SummaryFilter& filter) {
  append(out, "%-*s", pad, shown_name(neighbor).c_str());
  if (filter.failed)
    return append(out, "%7u %7u %9s %s\n", neighbor.established_count(), neighbor.dropped_count(),
                  age_text(since(neighbor)).c_str(), reset_reason(why_down(neighbor)).c_str());
  append(out, "4 %10s ", as_text(neighbor).c_str());
  if (filter.wide) append(out, "%10u ", neighbor.local_as());
  append(out, "%9llu %9llu %8llu %4u %4u %8s %12s %8s %s\n",
         static_cast<unsigned long long>(neighbor.messages_received()),
         static_cast<unsigned long long>(neighbor.messages_sent()),
         static_cast<unsigned long long>(neighbor.table_version()), neighbor.input_queue(),
         neighbor.output_queue(), age_text(since(neighbor)).c_str(), state_or_prefixes(neighbor).c_str(),
         sent_prefixes(neighbor).c_str(), description(neighbor, filter.wide).c_str());
}

void append_family(std::string& out, const api::Summary& summary, const api::FamilySummary& family,
                   const SummaryFilter& filter) {
  append(out, "\n%s Summary:\n", std::string(family_name(family.family())).c_str());
  append(out, "BGP router identifier %s, local AS number %u VRF %s vrf-id %u\n",
         identifier_text(family.router_id()).c_str(), family.local_as(), vrf_text(summary.vrf()).c_str(),
         summary.vrf_id());
  if (!filter.terse) {
    append(out, "BGP table version %llu\n", static_cast<unsigned long long>(family.table_version()));
    append(out, "RIB entries %llu, using %s of memory\n",
           static_cast<unsigned long long>(family.rib_entries()), memory_text(family.rib_bytes()).c_str());
    append(out, "Peers %d, using %s of memory\n", family.neighbors_size(),
           memory_text(family.neighbor_bytes()).c_str());
    if (family.peer_groups() > 0)
      append(out, "Peer groups %u, using %s of memory\n", family.peer_groups(),
             memory_text(family.peer_group_bytes()).c_str());
  }
  out += '\n';

  std::size_t width = kNeighborWidth;
  for (const auto& neighbor : family.neighbors()) width = std::max(width, shown_name(neighbor).size() + 1);
  const int pad = static_cast<int>(width);
  int displayed = 0, dynamic = 0;
  for (const auto& neighbor : family.neighbors()) {
    if (!filter.shows(neighbor)) continue;
    if (displayed++ == 0) append_head(out, pad, filter);
    append_neighbor(out, pad, neighbor, filter);
    if (neighbor.discovered() || neighbor.dynamic()) ++dynamic;
  }
  if (displayed == 0 && filter.filters() && family.neighbors_size() > 0) {
    out += "% No matching neighbor\n";
    return;
  }
  if (displayed == 0) out += none_found_text(summary);
  if (filter.filters()) append(out, "\nDisplayed neighbors %d", displayed);
  append(out, "\nTotal number of neighbors %d\n", family.neighbors_size());
  if (dynamic == 0) return;
  append(out, "* - dynamic neighbor\n%d dynamic neighbor(s)", dynamic);
  if (family.listen_limit() > 0) append(out, ", limit %u", family.listen_limit());
  out += '\n';
}

std::string_view peer_state(const api::SummaryNeighbor& neighbor) {
  if (neighbor.shutdown()) return "Admin";
  if (neighbor.prefix_limit()) return "PfxCt";
  if (neighbor.passive()) return "Passive";
  return neighbor.policy_missing() ? "Policy" : "OK";
}

std::string_view id_type(const api::SummaryNeighbor& neighbor) {
  if (neighbor.name().named_by_interface() || !neighbor.name().interface().empty()) return "interface";
  return neighbor.name().address().size() == 4 ? "ipv4" : "ipv6";
}

Json failed_json(const api::SummaryNeighbor& neighbor) {
  Json json;
  json["connectionsEstablished"] = neighbor.established_count();
  json["connectionsDropped"] = neighbor.dropped_count();
  json["peerUptime"] = age_text(since(neighbor));
  json["peerUptimeMsec"] = neighbor.state_ms();
  const auto why = why_down(neighbor);
  json["lastResetDueTo"] = reset_reason(why);
  if (const auto code = reset_code(why)) json["lastResetCode"] = *code;
  json["idType"] = id_type(neighbor);
  return json;
}

Json neighbor_json(const api::SummaryNeighbor& neighbor, WallClock now) {
  Json json;
  if (!neighbor.hostname().empty()) json["hostname"] = neighbor.hostname();
  json["remoteAs"] = neighbor.remote_as();
  json["localAs"] = neighbor.local_as();
  json["version"] = 4;
  json["msgRcvd"] = neighbor.messages_received();
  json["msgSent"] = neighbor.messages_sent();
  json["tableVersion"] = neighbor.table_version();
  json["outq"] = neighbor.output_queue();
  json["inq"] = neighbor.input_queue();
  json["peerUptime"] = age_text(since(neighbor));
  json["peerUptimeMsec"] = neighbor.state_ms();
  if (neighbor.state() == api::STATE_ESTABLISHED)
    json["peerUptimeEstablishedEpoch"] = epoch_of(now, neighbor.state_ms());
  json["pfxRcd"] = neighbor.received();
  json["pfxSnt"] = neighbor.sent();
  json["state"] = state_text(neighbor);
  json["peerState"] = peer_state(neighbor);
  json["connectionsEstablished"] = neighbor.established_count();
  json["connectionsDropped"] = neighbor.dropped_count();
  if (!neighbor.description().empty()) json["desc"] = neighbor.description();
  json["idType"] = id_type(neighbor);
  if (neighbor.discovered() || neighbor.dynamic()) json["dynamicPeer"] = true;
  return json;
}

/// Words for what is on, as in FRR.
Json best_path_json(const api::FamilySummary& family) {
  Json json;
  if (family.ignore_as_path_length()) json["asPath"] = "ignore";
  if (family.count_member_ases()) json["asPath"] = "confed";
  json["multiPathRelax"] = family.multipath_relax() ? "true" : "false";
  if (family.compare_router_id()) json["compareRouterId"] = "true";
  if (family.med_confederation()) json["med"] = "confed";
  if (family.med_missing_as_worst()) json["med"] = "missing-as-worst";
  return json;
}

Json family_json(const api::Summary& summary, const api::FamilySummary& family, const SummaryFilter& filter,
                 WallClock now) {
  Json json;
  json["routerId"] = identifier_text(family.router_id());
  json["as"] = family.local_as();
  json["vrfId"] = summary.vrf_id();
  json["vrfName"] = vrf_text(summary.vrf());
  json["tableVersion"] = family.table_version();
  json["ribCount"] = family.rib_entries();
  json["ribMemory"] = family.rib_bytes();
  json["peerCount"] = family.neighbors_size();
  json["peerMemory"] = family.neighbor_bytes();
  if (family.peer_groups() > 0) {
    json["peerGroupCount"] = family.peer_groups();
    json["peerGroupMemory"] = family.peer_group_bytes();
  }

  auto peers = Json::object();
  int failed = 0, displayed = 0, dynamic = 0;
  for (const auto& neighbor : family.neighbors()) {
    if (neighbor.state() != api::STATE_ESTABLISHED) ++failed;
    if (neighbor.discovered() || neighbor.dynamic()) ++dynamic;
    if (!filter.shows(neighbor)) continue;
    ++displayed;
    // emplace_back, not operator[], which would look through all members each time.
    static_cast<Json::object_t&>(peers.get_ref<Json::object_t&>())
        .emplace_back(neighbor_text(neighbor.name()),
                      filter.failed ? failed_json(neighbor) : neighbor_json(neighbor, now));
  }
  json["peers"] = std::move(peers);
  json["failedPeers"] = failed;
  json["displayedPeers"] = displayed;
  json["totalPeers"] = family.neighbors_size();
  json["dynamicPeers"] = dynamic;
  json["bestPath"] = best_path_json(family);
  if (family.listen_limit() > 0) json["dynamicPeersLimit"] = family.listen_limit();
  return json;
}

}  // namespace

bool SummaryFilter::shows(const api::SummaryNeighbor& candidate) const {
  const bool is_established = candidate.state() == api::STATE_ESTABLISHED;
  if ((established && !is_established) || (failed && is_established)) return false;
  if (neighbor && address_of(candidate.name().address()) != neighbor) return false;
  if (type && (candidate.type_follows() || candidate.type() != *type)) return false;
  return !remote_as || candidate.remote_as() == *remote_as;
}

std::string summary_text(const api::Summary& summary, const SummaryFilter& filter) {
  if (summary.families().empty()) return none_found_text(summary);
  std::string out;
  for (const auto& family : summary.families()) append_family(out, summary, family, filter);
  return out;
}

std::string summary_json(const api::Summary& summary, const SummaryFilter& filter, bool keyed,
                         WallClock now) {
  auto json = Json::object();
  for (const auto& family : summary.families()) {
    if (!keyed) return json_text(family_json(summary, family, filter, now)) + "\n";
    json[std::string(family_key(family.family()))] = family_json(summary, family, filter, now);
  }
  return json_text(json) + "\n";
}

}  // namespace cli::show
