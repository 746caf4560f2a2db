#include "cli/show/route_table.hpp"

#include <algorithm>
#include <array>
#include <cstring>
#include <map>
#include <optional>

#include "cli/show/json.hpp"

namespace cli::show {
namespace {

constexpr const char* kLegend =
    "Codes: K - kernel route, C - connected, S - static, B - BGP,\n"
    "       > - selected route, * - FIB route, q - queued, r - rejected, b - backup\n"
    "       t - trapped, o - offload failure\n"
    "\n";

char source_letter(api::RouteSource source) {
  switch (source) {
    case api::CONNECTED:
      return 'C';
    case api::STATIC:
      return 'S';
    case api::BGP:
      return 'B';
    default:
      return 'K';
  }
}

std::string_view protocol_of(api::RouteSource source) {
  switch (source) {
    case api::CONNECTED:
      return "connected";
    case api::STATIC:
      return "static";
    case api::BGP:
      return "bgp";
    default:
      return "kernel";
  }
}

const char* type_text(api::RouteType type) {
  if (type == api::BLACKHOLE) return "unreachable (blackhole)";
  return type == api::PROHIBIT ? "unreachable (ICMP admin-prohibited)" : "unreachable (ICMP unreachable)";
}

/// "File exists".
std::string error_words(int error) {
  constexpr int kMaximumErrno = 4095;
  return error > 0 && error <= kMaximumErrno ? std::strerror(error) : "error " + std::to_string(error);
}

/// '*' in the kernel, 'q' on its way, 'r' refused, ' ' not chosen.
char fib_letter(const api::RouteEntry& entry) {
  if (entry.installed()) return '*';
  if (!entry.selected()) return ' ';
  if (entry.fib() == api::FIB_FAILED) return 'r';
  return entry.fib() == api::FIB_PENDING ? 'q' : ' ';
}

/// Why a route of ours is not in the kernel; "": it is, or it is another's.
std::string_view reason_of_absence(const api::RouteEntry& entry) {
  const bool is_ours = entry.source() == api::BGP || entry.source() == api::STATIC;
  if (!is_ours || entry.fib() == api::FIB_INSTALLED) return {};
  if (entry.fib() != api::FIB_NONE) return rib::name_of(state_of(entry.fib()));
  const bool goes_nowhere = entry.type() == api::UNICAST && entry.next_hops().empty();
  return goes_nowhere ? "no usable next hop" : "";
}

/// "via 192.168.77.2, eth0" or "is directly connected, docker0".
std::string next_hop_text(const api::NextHop& next_hop) {
  std::string text =
      next_hop.gateway().empty() ? "is directly connected" : "via " + address_text(next_hop.gateway());
  text += ", " + interface_text(next_hop);
  if (next_hop.onlink()) text += " onlink";
  return text;
}

/// The lines of one entry, each but the first aligned under "via".
void append_entry(std::string& out, const api::RouteEntry& entry) {
  std::string head;
  append(head, "%c%c%c %s", source_letter(entry.source()), entry.selected() ? '>' : ' ', fib_letter(entry),
         prefix_text(entry.prefix()).c_str());
  if (entry.source() != api::CONNECTED) append(head, " [%u/%u]", entry.distance(), entry.metric());
  out += head + ' ';

  const auto age = age_text(entry.age_ms());
  if (entry.type() != api::UNICAST) {
    append(out, "%s, weight 1, %s\n", type_text(entry.type()), age.c_str());
    return;
  }
  const auto indent = [&] {
    append(out, "  %c%*s", entry.installed() ? '*' : ' ', static_cast<int>(head.size()) - 2, "");
  };
  bool first = true;
  if (!entry.recursive_next_hop().empty()) {
    append(out, "via %s %s, weight 1, %s\n", address_text(entry.recursive_next_hop()).c_str(),
           entry.next_hops().empty() ? "inactive" : "(recursive)", age.c_str());
    first = false;
  } else if (entry.next_hops().empty()) {
    append(out, "inactive, %s\n", age.c_str());
  }
  for (const auto& next_hop : entry.next_hops()) {
    if (!first) indent();
    out += next_hop_text(next_hop);
    if (!next_hop.gateway().empty()) append(out, ", weight %u", std::max(next_hop.weight(), 1u));
    out += ", " + age + '\n';
    first = false;
  }
}

class TextList : public RouteTableListing {
 public:
  TextList(Sink sink, RouteTableHead head) : sink_(std::move(sink)), head_(head) {}
  void page(const api::RouteTable& table) override {
    std::string out;
    if (vrf_ != table.vrf() && !table.entries().empty()) {
      out = vrf_ ? "\n" : kLegend;
      out += head_of(table);
      vrf_ = table.vrf();
    }
    for (const auto& entry : table.entries()) append_entry(out, entry);
    sink_(out);
  }
  void finish() override {}

 private:
  std::string head_of(const api::RouteTable& table) const {
    if (head_ == RouteTableHead::OtherVrf && table.vrf().empty()) return {};
    auto text = "VRF " + vrf_text(table.vrf());
    if (head_ == RouteTableHead::Table) text += " table " + std::to_string(table.entries(0).table());
    return text + ":\n";
  }

  Sink sink_;
  const RouteTableHead head_;
  std::optional<std::string> vrf_;  // of the last line
};

class TextDetail : public RouteTableListing {
 public:
  explicit TextDetail(Sink sink) : sink_(std::move(sink)) {}

  void page(const api::RouteTable& table) override {
    std::string out;
    for (const auto& entry : table.entries()) append_one(out, entry, table.vrf());
    sink_(out);
    any_ = any_ || !table.entries().empty();
  }
  void finish() override {
    if (!any_) sink_("% Network not in table\n");
  }

 private:
  static void append_one(std::string& out, const api::RouteEntry& entry, const std::string& vrf) {
    append(out, "Routing entry for %s\n", prefix_text(entry.prefix()).c_str());
    append(out, "  Known via \"%s\", distance %u, metric %u",
           std::string(protocol_of(entry.source())).c_str(), entry.distance(), entry.metric());
    if (entry.tag() != 0) append(out, ", tag %u", entry.tag());
    if (!vrf.empty()) out += ", vrf " + vrf;
    if (entry.selected()) out += ", best";
    append(out, "\n  Last update %s ago\n", age_text(entry.age_ms()).c_str());
    const char mark = entry.installed() ? '*' : ' ';
    if (!entry.recursive_next_hop().empty())
      append(out, "    %s %s, weight 1\n", address_text(entry.recursive_next_hop()).c_str(),
             entry.next_hops().empty() ? "inactive" : "(recursive)");
    if (entry.type() != api::UNICAST) append(out, "  %c %s\n", mark, type_text(entry.type()));
    for (const auto& next_hop : entry.next_hops()) {
      if (next_hop.gateway().empty())
        append(out, "  %c directly connected, %s", mark, interface_text(next_hop).c_str());
      else
        append(out, "  %c %s, via %s, weight %u", mark, address_text(next_hop.gateway()).c_str(),
               interface_text(next_hop).c_str(), std::max(next_hop.weight(), 1u));
      out += next_hop.onlink() ? " onlink\n" : "\n";
    }
    if (const auto reason = reason_of_absence(entry); !reason.empty()) {
      append(out, "  Not in the kernel: %s", std::string(reason).c_str());
      if (entry.error() != 0) append(out, " (%s)", error_words(entry.error()).c_str());
      if (!entry.error_text().empty()) out += ", " + entry.error_text();
      out += '\n';
    }
    out += '\n';
  }

  Sink sink_;
  bool any_ = false;
};

/// Counts by source, the rows of `show ip route summary`.
class Summary : public RouteTableListing {
 public:
  Summary(bool as_json, Sink sink) : as_json_(as_json), sink_(std::move(sink)) {}

  void page(const api::RouteTable& table) override {
    const auto vrf = vrf_text(table.vrf());
    if (!as_json_ && !vrf_.empty() && vrf_ != vrf) {  // in JSON all are one
      finish_text();
      counts_ = {};
    }
    vrf_ = vrf;
    for (const auto& entry : table.entries()) {
      auto& count = counts_[row_of(entry)];
      ++count.routes;
      if (entry.installed()) ++count.in_fib;
    }
  }
  void finish() override { as_json_ ? finish_json() : finish_text(); }

 private:
  struct Count {
    std::uint64_t routes = 0, in_fib = 0;
  };
  static constexpr std::array<const char*, 5> kRows{"kernel", "connected", "static", "ebgp", "ibgp"};

  static std::size_t row_of(const api::RouteEntry& entry) {
    switch (entry.source()) {
      case api::CONNECTED:
        return 1;
      case api::STATIC:
        return 2;
      case api::BGP:
        return entry.internal_bgp() ? 4 : 3;
      default:
        return 0;
    }
  }
  bool shown(std::size_t row) const { return row >= 3 || counts_[row].routes > 0; }

  void finish_text() {
    std::string out;
    append(out, "%-20s %-20s %s  (vrf %s)\n", "Route Source", "Routes", "FIB", vrf_.c_str());
    Count total;
    const auto line = [&](const char* name, const Count& count) {
      append(out, "%-20s %-20llu %-20llu \n", name, static_cast<unsigned long long>(count.routes),
             static_cast<unsigned long long>(count.in_fib));
    };
    for (std::size_t row = 0; row < kRows.size(); ++row) {
      if (shown(row)) line(kRows[row], counts_[row]);
      total.routes += counts_[row].routes;
      total.in_fib += counts_[row].in_fib;
    }
    out += "------\n";
    line("Totals", total);
    sink_(out + "\n");
  }

  void finish_json() {
    Json json;
    json["routes"] = Json::array();
    Count total;
    for (std::size_t row = 0; row < kRows.size(); ++row) {
      total.routes += counts_[row].routes;
      total.in_fib += counts_[row].in_fib;
      if (!shown(row)) continue;
      json["routes"].push_back({{"fib", counts_[row].in_fib},
                                {"rib", counts_[row].routes},
                                {"fibOffLoaded", 0},
                                {"fibTrapped", 0},
                                {"type", kRows[row]}});
    }
    json["routesTotal"] = total.routes;
    json["routesTotalFib"] = total.in_fib;
    sink_(json_text(json) + "\n");
  }

  bool as_json_;
  Sink sink_;
  std::string vrf_;
  std::array<Count, kRows.size()> counts_{};
};

constexpr int kActive = 1, kInFib = 2, kRecursive = 4;                        // nexthops[].flags
constexpr int kStatusInstalled = 16, kStatusFailed = 32, kStatusQueued = 64;  // internalStatus

Json next_hop_json(const api::RouteEntry& entry, const api::NextHop& next_hop) {
  Json json;
  json["flags"] = entry.installed() ? kActive | kInFib : kActive;
  if (entry.installed()) json["fib"] = true;
  if (next_hop.gateway().empty()) {
    json["directlyConnected"] = true;
  } else {
    json["ip"] = address_text(next_hop.gateway());
    json["afi"] = next_hop.gateway().size() == 4 ? "ipv4" : "ipv6";
  }
  json["interfaceIndex"] = next_hop.interface_index();
  json["interfaceName"] = interface_text(next_hop);
  json["active"] = true;
  if (!entry.recursive_next_hop().empty()) json["resolver"] = true;
  if (next_hop.onlink()) json["onLink"] = true;
  if (!next_hop.gateway().empty()) json["weight"] = std::max(next_hop.weight(), 1u);
  return json;
}

Json entry_json(const api::RouteTable& table, const api::RouteEntry& entry) {
  const auto prefix = prefix_of(entry.prefix());
  const int count = entry.type() == api::UNICAST ? entry.next_hops_size() : 1;
  Json json;
  json["prefix"] = prefix.to_string();
  json["prefixLen"] = prefix.length();
  json["protocol"] = protocol_of(entry.source());
  json["vrfId"] = table.vrf_id();
  json["vrfName"] = vrf_text(table.vrf());
  if (entry.selected()) {
    json["selected"] = true;
    json["destSelected"] = true;
  }
  json["distance"] = entry.distance();
  json["metric"] = entry.metric();
  if (entry.tag() != 0) json["tag"] = entry.tag();
  if (entry.installed()) json["installed"] = true;
  if (entry.fib() == api::FIB_PENDING) json["queued"] = true;
  if (entry.fib() == api::FIB_FAILED) json["failed"] = true;
  if (entry.fib() == api::FIB_SUPPRESSED) json["duplicate"] = true;
  if (const auto reason = reason_of_absence(entry); !reason.empty()) json["reason"] = reason;
  if (entry.error() != 0 || !entry.error_text().empty())
    json["error"] = entry.error_text().empty() ? error_words(entry.error()) : entry.error_text();
  json["table"] = entry.table();
  json["internalStatus"] = entry.installed()                 ? kStatusInstalled
                           : entry.fib() == api::FIB_FAILED  ? kStatusFailed
                           : entry.fib() == api::FIB_PENDING ? kStatusQueued
                                                             : 0;
  json["internalFlags"] = entry.source() == api::BGP ? 13 : 8;
  json["internalNextHopNum"] = count;
  json["internalNextHopActiveNum"] = count;
  json["internalNextHopFibInstalledNum"] = entry.installed() ? count : 0;
  json["nexthopGroupId"] = 0;  // next hops stand in the route
  json["installedNexthopGroupId"] = 0;
  json["uptime"] = age_text(entry.age_ms());
  auto hops = Json::array();
  if (!entry.recursive_next_hop().empty()) {
    const bool is_active = !entry.next_hops().empty();
    Json hop{{"flags", is_active ? kActive | kRecursive : kRecursive},
             {"ip", address_text(entry.recursive_next_hop())},
             {"afi", entry.recursive_next_hop().size() == 4 ? "ipv4" : "ipv6"}};
    if (is_active) hop["active"] = true;
    hop["recursive"] = true;
    hop["weight"] = 1;
    hops.push_back(std::move(hop));
  }
  if (entry.type() != api::UNICAST)
    hops.push_back({{"flags", entry.installed() ? kActive | kInFib : kActive},
                    {"fib", entry.installed()},
                    {"unreachable", true},
                    {entry.type() == api::BLACKHOLE ? "blackhole" : "reject", true},
                    {"active", true},
                    {"weight", 1}});
  for (const auto& next_hop : entry.next_hops()) hops.push_back(next_hop_json(entry, next_hop));
  json["nexthops"] = std::move(hops);
  return json;
}

/// As FRR's `json brief`.
Json brief_of(const Json& whole) {
  Json brief;
  for (const auto* key : {"protocol", "selected", "destSelected", "distance", "metric", "installed",
                          "nexthopGroupId", "uptime"})
    if (const auto at = whole.find(key); at != whole.end()) brief[key] = *at;
  return brief;
}

class JsonList : public RouteTableListing {
 public:
  JsonList(bool is_brief, Sink sink, const std::vector<api::RouteTable>& beside, std::string nothing)
      : is_brief_(is_brief), nothing_(std::move(nothing)), out_(std::move(sink)) {
    for (const auto& table : beside)
      for (const auto& entry : table.entries()) {
        auto& known = beside_[prefix_text(entry.prefix())];
        if (known.is_null()) known = Json::array();
        known.push_back(shown(table, entry));
      }
  }

  void page(const api::RouteTable& table) override {
    begin();
    for (const auto& entry : table.entries()) {
      auto prefix = prefix_text(entry.prefix());
      if (prefix != prefix_) flush();
      prefix_ = std::move(prefix);
      entries_.push_back(shown(table, entry));
    }
    out_.flush();
  }
  void finish() override {
    begin();
    if (prefix_.empty() && beside_.empty() && !nothing_.empty()) out_.member(nothing_, entries_);
    flush();
    for (const auto& [prefix, entries] : beside_) out_.member(prefix, entries);
    out_.close();
  }

 private:
  Json shown(const api::RouteTable& table, const api::RouteEntry& entry) const {
    auto whole = entry_json(table, entry);
    return is_brief_ ? brief_of(whole) : std::move(whole);
  }
  void begin() {
    if (!begun_) out_.open();
    begun_ = true;
  }
  void flush() {
    if (!entries_.empty()) {
      if (const auto others = beside_.extract(prefix_))
        for (auto& entry : others.mapped()) entries_.push_back(std::move(entry));
      out_.member(prefix_, entries_);
    }
    entries_ = Json::array();
  }

  bool is_brief_;
  std::string nothing_;
  JsonStream out_;
  bool begun_ = false;
  std::string prefix_;
  Json entries_ = Json::array();
  std::map<std::string, Json> beside_;  // by prefix
};

}  // namespace

std::unique_ptr<RouteTableListing> text_route_table(RouteTableKind kind, Sink sink, RouteTableHead head) {
  switch (kind) {
    case RouteTableKind::Detail:
      return std::make_unique<TextDetail>(std::move(sink));
    case RouteTableKind::Summary:
      return std::make_unique<Summary>(false, std::move(sink));
    default:
      return std::make_unique<TextList>(std::move(sink), head);
  }
}

std::unique_ptr<RouteTableListing> json_route_table(RouteTableKind kind, Sink sink,
                                                    const std::vector<api::RouteTable>& beside,
                                                    std::string nothing) {
  if (kind == RouteTableKind::Summary) return std::make_unique<Summary>(true, std::move(sink));
  return std::make_unique<JsonList>(kind == RouteTableKind::Brief, std::move(sink), beside,
                                    std::move(nothing));
}

}  // namespace cli::show
