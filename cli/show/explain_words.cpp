#include "cli/show/explain.hpp"
#include "cli/show/why_down.hpp"

namespace cli::show {
namespace {

using Verdict = api::Explanation;

const api::Path* best_of(const api::Destination& destination) {
  for (const auto& path : destination.paths())
    if (path.best()) return &path;
  return nullptr;
}

const api::RouteEntry* selected_of(const api::Explanation& explanation) {
  for (const auto& route : explanation.routes())
    if (route.selected()) return &route;
  return nullptr;
}

std::string source_text(const api::RouteEntry& route) {
  switch (route.source()) {
    case api::CONNECTED:
      return "connected";
    case api::STATIC:
      return "static";
    case api::BGP:
      return "BGP";
    default:
      return "kernel";
  }
}

/// "; the less specific 10.0.0.0/8 (BGP) carries its packets", or "".
std::string around_text(const api::Explanation& explanation) {
  if (!explanation.has_covered_by()) return {};
  const auto& around = explanation.covered_by();
  return "; its packets follow " + prefix_text(around.prefix()) + " (" + source_text(around) + ")";
}

std::string rejected_sentence(const api::Explanation& explanation, const std::string& prefix) {
  const auto& paths = explanation.destination().paths();
  if (paths.empty()) return prefix + " is announced, but no path to it is accepted";
  const auto& path = paths[0];
  auto text = prefix + " is announced by " + who_text(path.peer(), path.peer_hostname()) +
              ", but not accepted: " + rejection_text(path);
  if (paths.size() > 1) text += " (and " + std::to_string(paths.size() - 1) + " more)";
  return text;
}

std::string rejected_command(const api::Explanation& explanation, const std::string& prefix) {
  const auto& paths = explanation.destination().paths();
  if (paths.empty()) return "show bgp " + prefix;
  const auto& path = paths[0];
  if (path.state() == api::PATH_NEXT_HOP_UNREACHABLE)
    return "explain " + address_text(path.attributes().next_hop());
  if (path.state() == api::PATH_POLICY_DENIED && path.denied_by().starts_with("route-map "))
    return "show " + path.denied_by().substr(0, path.denied_by().find(','));
  return "show bgp neighbors " + neighbor_text(path.peer()) + " filtered-routes";
}

std::string received_text(const api::Explanation& explanation) {
  std::string text;
  int others = 0;
  for (const auto& neighbor : explanation.neighbors()) {
    if (neighbor.state() != api::STATE_ESTABLISHED) continue;
    if (!text.empty()) {
      ++others;
      continue;
    }
    text = who_text(neighbor.name(), neighbor.hostname()) + " is Established and sent " +
           prefixes_text(neighbor.received());
  }
  if (others > 0) text += ", and " + std::to_string(others) + " more are";
  return text;
}

/// "none is Established (192.168.1.2: Connection refused; and 2 more)".
std::string sessions_missing_text(const api::Explanation& explanation) {
  if (explanation.neighbors().empty()) return "there is no neighbor";
  const auto& first = explanation.neighbors(0);
  auto text =
      "none is Established (" + who_text(first.name(), first.hostname()) + ": " + no_session_text(first);
  if (const auto others = explanation.neighbors_size() - 1; others > 0)
    text += "; and " + std::to_string(others) + " more";
  return text + ")";
}

std::string refusal_of(const api::Explanation& explanation) {
  const auto* route = selected_of(explanation);
  return route && !route->error_text().empty() ? route->error_text() : "errno unknown";
}

std::string_view drop_text(api::KernelAnswer::Outcome outcome) {
  switch (outcome) {
    case api::KernelAnswer::BLACKHOLE:
      return "the kernel's route is a blackhole";
    case api::KernelAnswer::UNREACHABLE:
      return "the kernel's route says unreachable";
    case api::KernelAnswer::PROHIBIT:
      return "the kernel's route prohibits it";
    case api::KernelAnswer::NO_ROUTE:
      return "the kernel has no route";
    default:
      return "the kernel could not be asked";
  }
}

}  // namespace

std::string prefixes_text(std::uint32_t count) {
  return std::to_string(count) + (count == 1 ? " prefix" : " prefixes");
}

std::string who_text(const api::NeighborName& name, const std::string& hostname) {
  const auto address = neighbor_text(name);
  return hostname.empty() ? address : address + " (" + hostname + ")";
}

std::string kernel_answer_text(const api::KernelAnswer& kernel) {
  if (kernel.outcome() == api::KernelAnswer::NOT_ASKED) return "could not be asked: " + kernel.problem();
  if (kernel.outcome() == api::KernelAnswer::NO_ROUTE) return "no route";
  std::string text(code_of(kernel.outcome()));
  if (kernel.has_prefix()) {
    append(text, " by %s%s", prefix_text(kernel.prefix()).c_str(), kernel.ours() ? " (ours)" : "");
    if (kernel.table() != 254 && kernel.table() != 255) append(text, " of table %u", kernel.table());
  }
  if (!kernel.next_hop().gateway().empty()) text += " via " + address_text(kernel.next_hop().gateway());
  if (!kernel.next_hop().interface().empty()) text += ", " + kernel.next_hop().interface();
  if (!kernel.source().empty()) text += ", from " + address_text(kernel.source());
  return text;
}

std::string no_session_text(const api::ExplainedNeighbor& neighbor) {
  return neighbor.last_error().empty() ? reset_reason(why_down(neighbor)) : neighbor.last_error();
}

std::string export_text(const api::ExplainedNeighbor& neighbor) {
  if (neighbor.state() != api::STATE_ESTABLISHED) return "session is " + std::string(state_text(neighbor));
  if (!neighbor.negotiated()) return "family not negotiated";
  const auto state = neighbor.export_();
  if (!api::ExportState_IsValid(state)) return "?";
  std::string text(rib::name_of(static_cast<rib::ExportState>(state)));
  return neighbor.denied_by().empty() ? text : text + ": " + neighbor.denied_by();
}

std::string contest_values(const api::Path& best, const api::Path& other) {
  const auto pair = [](std::uint64_t a, std::uint64_t b) {
    return std::to_string(a) + " against " + std::to_string(b);
  };
  const auto &a = best.attributes(), &b = other.attributes();
  switch (other.lost_at()) {
    case api::BEST_WEIGHT:
      return pair(best.weight(), other.weight());
    case api::BEST_LOCAL_PREF:
      return a.has_local_pref() && b.has_local_pref() ? pair(a.local_pref(), b.local_pref()) : "";
    case api::BEST_AS_PATH_LENGTH:
      return pair(a.as_path_length(), b.as_path_length());
    case api::BEST_ORIGIN:
      return std::string(origin_text(a.origin())) + " against " + std::string(origin_text(b.origin()));
    case api::BEST_INTERIOR_COST:
      return pair(best.igp_metric(), other.igp_metric());
    case api::BEST_ROUTER_ID: {
      const auto id = [](const api::Path& path) {
        return identifier_text(path.attributes().has_originator_id() ? path.attributes().originator_id()
                                                                     : path.peer_identifier());
      };
      return id(best) + " against " + id(other);
    }
    case api::BEST_CLUSTER_LIST_LENGTH:
      return pair(static_cast<std::uint64_t>(a.cluster_list_size()),
                  static_cast<std::uint64_t>(b.cluster_list_size()));
    case api::BEST_PATH_ID:
      return pair(best.path_id(), other.path_id());
    default:
      return {};  // MED compares within a neighbor AS only: the best path need not be the one that won there
  }
}

Conclusion conclusion_of(const api::Explanation& explanation, const FirewallAnswer& firewall) {
  const auto prefix = prefix_text(explanation.prefix());
  const auto address = address_text(explanation.address());
  const auto& kernel = explanation.kernel();
  const auto* route = selected_of(explanation);
  const auto* best = best_of(explanation.destination());
  const auto from = best && !best->own() ? " from " + who_text(best->peer(), best->peer_hostname()) : "";
  const std::string family = address.find(':') != std::string::npos ? "ipv6" : "ip";
  if (explanation.reachable() && !is_reachable(explanation, firewall))
    return {"this host's firewall drops what it would pass on to " + address + ": " + firewall.where,
            "nft list ruleset"};
  switch (explanation.verdict()) {
    case Verdict::REACHABLE:
      return {prefix + " is learned" + from + " and in the kernel; packets leave by " +
                  kernel.next_hop().interface(),
              "ping -c 3 " + address};
    case Verdict::OWN:
      return {prefix + " is this host's own", "show bgp " + prefix};
    case Verdict::OTHER_SOURCE:
      return {prefix + " is carried by a " + (route ? source_text(*route) : "kernel") + " route",
              "show " + family + " route " + prefix};
    case Verdict::COVERED:
      return {prefix + " itself is announced by nobody" + around_text(explanation),
              "explain " + prefix_text(explanation.covered_by().prefix())};
    case Verdict::NOT_ANNOUNCED: {
      const auto who = received_text(explanation);
      return {"No neighbor announces " + prefix + (who.empty() ? "" : ": " + who) + around_text(explanation),
              "show bgp summary"};
    }
    case Verdict::NO_NEIGHBOR:
      return {"No neighbor announces " + prefix + ": " + sessions_missing_text(explanation) +
                  around_text(explanation),
              "show bgp summary failed"};
    case Verdict::REJECTED:
      return {rejected_sentence(explanation, prefix) + around_text(explanation),
              rejected_command(explanation, prefix)};
    case Verdict::DUPLICATE:
      return {prefix +
                  " is claimed by several nodes, so nothing of it is installed: one of them needs another "
                  "subnet",
              "show bgp " + prefix};
    case Verdict::REFUSED:
      return {"The kernel refused the route to " + prefix + ": " + refusal_of(explanation), "show fib audit"};
    case Verdict::PENDING:
      return {"The route to " + prefix + from + " is chosen; the kernel has not acknowledged it yet",
              "explain " + prefix};
    case Verdict::NOT_FOR_KERNEL:
      return {"The route to " + prefix + from + " is not for the kernel: " +
                  std::string(rib::name_of(state_of(explanation.destination().fib()))) +
                  around_text(explanation),
              "show running-config | include distance|protocol"};
    case Verdict::KERNEL_DIFFERS:
      return {"The route to " + prefix + " is in the kernel, but packets to " + address +
                  " go another way: " + kernel_answer_text(kernel),
              kernel.has_prefix() ? "explain " + prefix_text(kernel.prefix()) : "explain " + address};
    case Verdict::KERNEL_DROPS:
      return {"Packets to " + address + " go nowhere: " + std::string(drop_text(kernel.outcome())),
              "show compare " + prefix};
    case Verdict::FORWARDING_OFF:
      return {
          "This host reaches " + prefix + ", but passes on no packets of its containers: forwarding is off",
          "kulan -c 'configure terminal' -c '" + family + " forwarding'"};
    case Verdict::NOT_WRITTEN:
      return {"The route to " + prefix + from + " is chosen; this daemon does not write the kernel's routes",
              "show bgp " + prefix};
    default:
      return {"The daemon is newer than this shell", "show version"};
  }
}

}  // namespace cli::show
