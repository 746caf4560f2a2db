#include "cli/show/system.hpp"

#include <array>

#include "cli/show/explain.hpp"
#include "cli/show/json.hpp"

namespace cli::show {
namespace {

std::string uptime_text(const api::Status& status) { return age_text(status.uptime_ms()); }

std::string config_text(const api::Status& status) {
  return status.config_built_in() ? "built in (no file " + status.config_file() + ")" : status.config_file();
}

std::string name_of(const api::TrackedNextHop& next_hop) {
  const auto address = address_text(next_hop.address());
  return next_hop.interface().empty() ? address : address + "%" + next_hop.interface();
}

}  // namespace

std::string next_hop_tracking_text(const api::NextHops& next_hops) {
  std::string out;
  for (const auto& next_hop : next_hops.next_hops()) {
    append(out, "%s\n", name_of(next_hop).c_str());
    append(out, next_hop.resolved() ? " resolved via %s\n" : " unresolved\n",
           code_of(next_hop.source()).data());
    for (const auto& via : next_hop.kernel_next_hops())
      if (via.gateway().empty() || via.gateway() == next_hop.address())
        append(out, " is directly connected, %s\n", interface_text(via).c_str());
      else
        append(out, " via %s, %s\n", address_text(via.gateway()).c_str(), interface_text(via).c_str());
    out += " Client list: bgp\n";
  }
  return out;
}

std::string next_hops_text(const api::NextHops& next_hops) {
  std::string out = "Current BGP nexthop cache:\n";
  for (const auto& next_hop : next_hops.next_hops()) {
    append(out, " %s", name_of(next_hop).c_str());
    if (next_hop.resolved())
      append(out, " valid [IGP metric %u], #paths %u\n", next_hop.metric(), next_hop.paths());
    else
      append(out, " invalid, #paths %u\n", next_hop.paths());
    if (next_hop.has_through())
      append(out, "  Resolved prefix %s\n", prefix_text(next_hop.through()).c_str());
    for (const auto& via : next_hop.kernel_next_hops()) {
      if (via.gateway().empty())
        append(out, "  if %s\n", interface_text(via).c_str());
      else
        append(out, "  gate %s, if %s\n", address_text(via.gateway()).c_str(), interface_text(via).c_str());
    }
    if (!next_hop.resolved()) out += "  No route to it\n";
    out += '\n';
  }
  return out;
}

std::string next_hops_json(const api::NextHops& next_hops) {
  Json json;
  json["ipv4"] = Json::object();
  json["ipv6"] = Json::object();
  for (const auto& next_hop : next_hops.next_hops()) {
    Json entry;
    entry["valid"] = next_hop.resolved();
    entry["complete"] = true;
    if (next_hop.resolved()) entry["igpMetric"] = next_hop.metric();
    entry["pathCount"] = next_hop.paths();
    if (next_hop.has_through()) entry["resolvedPrefix"] = prefix_text(next_hop.through());
    auto hops = Json::array();
    for (const auto& via : next_hop.kernel_next_hops()) {
      Json hop;
      if (!via.gateway().empty()) hop["ip"] = address_text(via.gateway());
      hop["interfaceName"] = interface_text(via);
      hops.push_back(std::move(hop));
    }
    entry["nexthops"] = std::move(hops);
    const bool is_v4 = next_hop.address().size() == 4;
    json[is_v4 ? "ipv4" : "ipv6"].get_ref<Json::object_t&>().emplace_back(name_of(next_hop),
                                                                          std::move(entry));
  }
  return json_text(json) + "\n";
}

std::string version_text(const api::Version& version) {
  std::string out;
  append(out, "Kulan %s (%s) on %s, commit %s.\n", version.version().c_str(), version.hostname().c_str(),
         version.system().c_str(), version.commit().c_str());
  return out;
}

std::string version_json(const api::Version& version) {
  Json json;
  json["name"] = "Kulan";
  json["version"] = version.version();
  json["commit"] = version.commit();
  json["hostname"] = version.hostname();
  json["system"] = version.system();
  return json_text(json) + "\n";
}

namespace {

struct OwnerWords {
  std::string_view key, text;
};

OwnerWords words_of(api::MemoryUse::Owner owner) {
  static constexpr std::array<OwnerWords, 11> kWords{{
      {"destinations", "prefixes, each with its first path"},
      {"prefixIndex", "index of the prefixes"},
      {"paths", "further paths"},
      {"attributes", "path attributes"},
      {"changes", "changes not told to peers and kernel yet"},
      {"adjRibsOut", "what the update groups were sent"},
      {"output", "messages not written yet"},
      {"sessions", "sessions"},
      {"history", "history"},
      {"spare", "free, not given back to the system yet"},
      {"other", "program, libraries and everything else"},
  }};
  const auto number = static_cast<std::size_t>(owner);
  return number < kWords.size() ? kWords[number] : OwnerWords{"unknown", "unknown"};
}

}  // namespace

std::string memory_report_text(const api::Status& status) {
  std::string out;
  for (const auto& totals : status.totals())
    append(
        out, "%llu %s RIB nodes, %llu BGP routes\n", static_cast<unsigned long long>(totals.destinations()),
        std::string(family_name(totals.family())).c_str(), static_cast<unsigned long long>(totals.paths()));
  append(out, "%llu BGP attributes\n", static_cast<unsigned long long>(status.attribute_sets()));
  append(out, "RIB with its indexes, using %s of memory\n", memory_text(status.rib_bytes()).c_str());
  append(out, "%u peers\n\n", status.neighbors());
  for (const auto& use : status.memory())
    append(out, "%12s  %s\n", memory_text(use.bytes()).c_str(),
           std::string(words_of(use.owner()).text).c_str());
  append(out, "Process, using %s of memory (resident)\n", memory_text(status.resident_bytes()).c_str());
  return out;
}

std::string memory_report_json(const api::Status& status) {
  auto json = Json::object();
  for (const auto& totals : status.totals())
    json[std::string(family_key(totals.family()))] = {{"ribNodes", totals.destinations()},
                                                      {"routes", totals.paths()}};
  json["attributes"] = status.attribute_sets();
  json["ribBytes"] = status.rib_bytes();
  for (const auto& use : status.memory())
    json["owners"][std::string(words_of(use.owner()).key)] = use.bytes();
  json["peers"] = status.neighbors();
  json["residentBytes"] = status.resident_bytes();
  return json_text(json) + "\n";
}

std::string status_text(const api::Status& status) {
  std::string out;
  append(out, "Host            %s\n", status.hostname().c_str());
  append(out, "Process         %u, up for %s\n", status.process_id(), uptime_text(status).c_str());
  append(out, "Configuration   %s\n", config_text(status).c_str());
  append(out, "Kernel routes   %s\n", status.writes_kernel() ? "written" : "not written (--no-kernel)");
  if (status.bgp_configured())
    append(out, "BGP             AS %u, router identifier %s\n", status.local_as(),
           identifier_text(status.router_id()).c_str());
  else
    out += "BGP             not configured\n";
  append(out, "Neighbors       %u, %u established\n", status.neighbors(), status.established());
  for (const auto& totals : status.totals())
    append(out, "%-15s %llu routes, %llu paths\n", std::string(family_name(totals.family())).c_str(),
           static_cast<unsigned long long>(totals.destinations()),
           static_cast<unsigned long long>(totals.paths()));
  append(out, "Memory          %s\n", memory_text(status.resident_bytes()).c_str());
  return out;
}

std::string status_json(const api::Status& status) {
  Json json;
  json["hostname"] = status.hostname();
  json["processId"] = status.process_id();
  json["uptimeMsec"] = status.uptime_ms();
  json["configFile"] = status.config_file();
  json["configBuiltIn"] = status.config_built_in();
  json["writesKernel"] = status.writes_kernel();
  json["bgpConfigured"] = status.bgp_configured();
  json["as"] = status.local_as();
  json["routerId"] = identifier_text(status.router_id());
  json["neighbors"] = status.neighbors();
  json["established"] = status.established();
  json["residentBytes"] = status.resident_bytes();
  return json_text(json) + "\n";
}

}  // namespace cli::show
