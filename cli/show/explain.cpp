#include "cli/show/explain.hpp"

#include <map>

#include "cli/show/why_down.hpp"

namespace cli::show {
namespace {

constexpr std::size_t kNamesShown = 8;  // of receivers with the same answer

/// One step of the chain: its name on the first line, further lines below it.
class Step {
 public:
  Step(std::string& out, const char* name) : out_(out), name_(name) {}
  void line(const std::string& text) {
    append(out_, "  %-14s %s\n", is_first_ ? name_ : "", text.c_str());
    is_first_ = false;
  }

 private:
  std::string& out_;
  const char* name_;
  bool is_first_ = true;
};

std::string path_name(const api::Path& path) {
  return path.own() ? "this host" : who_text(path.peer(), path.peer_hostname());
}

std::string next_hops_phrase(const NextHopList& next_hops) {
  std::string text;
  for (const auto& hop : next_hops) {
    text += text.empty() ? "" : " and ";
    if (!hop.gateway().empty()) text += "via " + address_text(hop.gateway()) + ", ";
    text += hop.interface();
  }
  return text;
}

void append_received(std::string& out, const api::Explanation& explanation) {
  Step step(out, "Received");
  for (const auto& path : explanation.destination().paths()) {
    auto text = path_name(path) + ", " + age_text(path.age_ms()) + " ago: " + rejection_text(path);
    if (path.stale()) text += ", stale";
    step.line(text);
  }
  if (!explanation.destination().paths().empty()) return;
  for (const auto& neighbor : explanation.neighbors()) {
    auto text = who_text(neighbor.name(), neighbor.hostname()) + ": ";
    if (neighbor.state() != api::STATE_ESTABLISHED)
      text.append(state_text(neighbor)).append(", ").append(no_session_text(neighbor));
    else if (!neighbor.negotiated())
      text += "Established without this family";
    else
      text += "Established, sent " + prefixes_text(neighbor.received()) + ", not this one";
    if (neighbor.malformed_updates() > 0)
      text += "; " + std::to_string(neighbor.malformed_updates()) +
              " malformed UPDATEs, the last: " + neighbor.last_malformed_update();
    step.line(text);
  }
  if (explanation.neighbors().empty()) step.line("there is no neighbor");
}

void append_next_hops(std::string& out, const api::Explanation& explanation) {
  Step step(out, "Next hop");
  for (const auto& path : explanation.destination().paths()) {
    if (!path.has_tracked()) continue;
    const auto& next_hop = path.tracked();
    auto text = address_text(next_hop.address()) + ": ";
    if (!next_hop.resolved())
      text += "no route leads to it";
    else if (next_hop.has_through())
      text += "through " + prefix_text(next_hop.through()) + " " +
              next_hops_phrase(next_hop.kernel_next_hops()) + ", metric " + std::to_string(next_hop.metric());
    else
      text += "on the link " + next_hops_phrase(next_hop.kernel_next_hops());
    step.line(text);
  }
}

void append_contest(std::string& out, const api::Explanation& explanation) {
  const auto& destination = explanation.destination();
  const api::Path* best = nullptr;
  for (const auto& path : destination.paths())
    if (path.best()) best = &path;
  if (!best) return;
  Step step(out, "Best path");
  step.line(path_name(*best) + ": " + std::string(rib::name_of(reason_of(destination.reason()))));
  for (const auto& path : destination.paths()) {
    if (path.best() || path.lost_at() == api::BEST_NONE) continue;
    auto text = "over " + path_name(path) + ": " + std::string(rib::name_of(reason_of(path.lost_at())));
    if (const auto values = contest_values(*best, path); !values.empty()) text += ", " + values;
    if (path.multipath()) text += "; shares the traffic";
    step.line(text);
  }
}

void append_routes(std::string& out, const api::Explanation& explanation) {
  Step step(out, "Routing table");
  for (const auto& route : explanation.routes()) {
    std::string text(code_of(route.source()));
    append(text, " [%u/%u]", route.distance(), route.metric());
    if (const auto hops = next_hops_phrase(route.next_hops()); !hops.empty()) text += " " + hops;
    if (route.type() != api::UNICAST) text += " (drops)";
    text += route.selected() ? ": selected" : ": not selected";
    step.line(text);
  }
  if (explanation.has_covered_by()) {
    const auto& around = explanation.covered_by();
    step.line("around it: " + prefix_text(around.prefix()) + ", " + std::string(code_of(around.source())) +
              " " + next_hops_phrase(around.next_hops()));
  }
}

void append_fib(std::string& out, const api::Explanation& explanation) {
  if (!explanation.has_destination()) return;
  Step step(out, "Kernel route");
  std::string text(rib::name_of(state_of(explanation.destination().fib())));
  for (const auto& route : explanation.routes()) {
    if (route.source() != api::BGP) continue;
    if (!route.error_text().empty()) text += ": " + route.error_text();
    if (route.installed() && explanation.has_last_audit() && explanation.last_audit().ms() < route.age_ms())
      text += ", seen by the audit " + age_text(explanation.last_audit().ms()) + " ago";
  }
  step.line(text);
}

/// Receivers by answer, in the order of the first of each.
void append_announced(std::string& out, const api::Explanation& explanation) {
  bool has_best = false;
  for (const auto& path : explanation.destination().paths()) has_best |= path.best();
  if (!has_best) return;
  std::vector<std::pair<std::string, std::vector<std::string>>> answers;
  std::map<std::string, std::size_t> index;
  for (const auto& neighbor : explanation.neighbors()) {
    const auto why = export_text(neighbor);
    const auto [at, is_new] = index.emplace(why, answers.size());
    if (is_new) answers.push_back({why, {}});
    answers[at->second].second.push_back(who_text(neighbor.name(), neighbor.hostname()));
  }
  Step step(out, "Announced to");
  for (const auto& [why, names] : answers) {
    std::string text;
    for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i) text += (i > 0 ? ", " : "") + names[i];
    if (names.size() > kNamesShown) text += " and " + std::to_string(names.size() - kNamesShown) + " more";
    step.line((why == rib::name_of(rib::ExportState::Sent) ? "" : "not ") + text + ": " + why);
  }
  if (answers.empty()) step.line("nobody: there is no neighbor");
}

void append_kernel(std::string& out, const api::Explanation& explanation, const FirewallAnswer& firewall) {
  const auto& kernel = explanation.kernel();
  Step step(out, "Packet");
  step.line("to " + address_text(explanation.address()) + ": " + kernel_answer_text(kernel));
  auto switches = std::string("forwarding is ") + (kernel.forwarding() ? "on" : "off");
  if (kernel.has_reverse_path_filter()) {
    static constexpr const char* kMeaning[] = {"off", "strict", "loose"};
    const auto value = kernel.reverse_path_filter();
    switches +=
        ", rp_filter of " + kernel.next_hop().interface() + " is " + (value < 3 ? kMeaning[value] : "?");
  }
  step.line(switches);
  if (const auto text = firewall_text(firewall); !text.empty())
    step.line("firewall" + (kernel.inside().empty() ? "" : ", from " + kernel.inside()) + ": " + text);
}

}  // namespace

bool is_reachable(const api::Explanation& explanation, const FirewallAnswer& firewall) {
  return explanation.reachable() && firewall.outcome != FirewallAnswer::Outcome::Drops;
}

std::string explain_text(const api::Explanation& explanation, const FirewallAnswer& firewall) {
  auto out = prefix_text(explanation.prefix()) + "\n";
  append_received(out, explanation);
  append_next_hops(out, explanation);
  append_contest(out, explanation);
  append_routes(out, explanation);
  append_fib(out, explanation);
  append_announced(out, explanation);
  append_kernel(out, explanation, firewall);
  const auto conclusion = conclusion_of(explanation, firewall);
  append(out, "\n%s: %s.\nNext: %s\n", is_reachable(explanation, firewall) ? "Reachable" : "Not reachable",
         conclusion.sentence.c_str(), conclusion.command.c_str());
  return out;
}

}  // namespace cli::show
