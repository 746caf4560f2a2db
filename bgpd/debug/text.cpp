#include "bgpd/debug/text.hpp"

#include <utility>

namespace bgpd::debug {

namespace {

constexpr std::size_t kLongest = 1000;  // of what a neighbor can make as long as it likes

std::string shortened(std::string text) {
  if (text.size() <= kLongest) return text;
  text.resize(kLongest);
  return text + " ...";
}

template <typename Values>
void append_all(std::string& text, std::string_view title, const Values& values) {
  if (values.empty()) return;
  text += title;
  for (const auto& value : values) {
    if (text.size() > kLongest) break;
    text += ' ' + to_string(value);
  }
}

std::string_view letter_of(rib::Origin origin) {
  if (origin == rib::Origin::Igp) return "i";
  return origin == rib::Origin::Egp ? "e" : "?";
}

std::string identifier_text(rib::BgpIdentifier identifier) {
  return rib::IpAddress::v4(identifier).to_string();
}

std::string_view cause_text(rib::EventCause cause) {
  using enum rib::EventCause;
  switch (cause) {
    case None:
      return "";
    case Learned:
      return "learned";
    case Changed:
      return "its attributes changed";
    case Better:
      return "it is better";
    case Withdrawn:
      return "the one before was withdrawn";
    case SessionLost:
      return "the session of the one before ended";
    case Rejected:
      return "the one before is not accepted any more";
  }
  std::unreachable();
}

}  // namespace

std::string attributes_text(const rib::PathAttributes& attributes) {
  std::string text = "nexthop " + attributes.next_hop.to_string();
  if (const auto& link_local = attributes.rare->link_local_next_hop)
    text += " (" + link_local->to_string() + ")";
  text += ", origin " + std::string(letter_of(attributes.origin));
  if (attributes.local_pref) text += ", localpref " + std::to_string(*attributes.local_pref);
  if (attributes.med) text += ", metric " + std::to_string(*attributes.med);
  if (attributes.atomic_aggregate) text += ", atomic-aggregate";
  if (const auto& by = attributes.rare->aggregator)
    text += ", aggregated by " + std::to_string(by->as) + " " + identifier_text(by->address);
  if (const auto& originator = attributes.rare->originator_id)
    text += ", originator " + identifier_text(*originator);
  if (!attributes.rare->cluster_list.empty()) {
    text += ", clusterlist";
    for (const auto cluster : attributes.rare->cluster_list) text += ' ' + identifier_text(cluster);
  }
  append_all(text, ", community", attributes.communities);
  append_all(text, ", extcommunity", attributes.rare->extended_communities);
  append_all(text, ", large-community", attributes.rare->large_communities);
  return shortened(text + ", path " + attributes.as_path.to_string());
}

std::string nlri_text(const rib::Nlri& nlri) {
  auto text = nlri.prefix.to_string() + (nlri.prefix.address().is_v6() ? " IPv6 unicast" : " IPv4 unicast");
  if (nlri.path_id != 0) text += " path id " + std::to_string(nlri.path_id);
  return text;
}

std::string open_text(const wire::Open& open) {
  const auto& capabilities = open.capabilities;
  std::string text = "OPEN, version 4, AS " + std::to_string(open.as()) + ", holdtime " +
                     std::to_string(open.hold_time) + ", id " + identifier_text(open.identifier) +
                     ", families";
  for (const auto family : rib::kFamilies)
    if (capabilities.has(family)) text += ' ' + std::string(rib::name_of(family));
  if (capabilities.route_refresh) text += ", route refresh";
  if (capabilities.enhanced_route_refresh) text += ", enhanced route refresh";
  if (capabilities.extended_message) text += ", extended messages";
  if (!capabilities.add_path.empty()) text += ", ADD-PATH";
  if (!capabilities.extended_next_hop.empty()) text += ", extended next hop";
  if (capabilities.graceful_restart) text += ", graceful restart";
  if (capabilities.long_lived) text += ", long-lived graceful restart";
  return text;
}

std::string best_text(const rib::EventView& event) {
  auto text = event.prefix.to_string() + ": ";
  if (event.kind == rib::EventKind::Gone)
    text += "no best path any more";
  else
    text += "best path is that of " + std::string(event.neighbor);
  if (event.next_hop) text += ", nexthop " + event.next_hop->to_string();
  if (event.kind == rib::EventKind::Best) text += ", by " + std::string(rib::name_of(event.reason));
  if (const auto cause = cause_text(event.cause); !cause.empty()) text += "; " + std::string(cause);
  if (event.cause == rib::EventCause::Rejected) text += " (" + std::string(rib::name_of(event.state)) + ")";
  if (!event.before.empty()) text += "; before: " + std::string(event.before);
  return text;
}

std::string next_hop_text(const rib::NextHopTable::Entry& entry, const InterfaceName& name_of) {
  const auto text = "nexthop " + entry.address.to_string();
  if (!entry.resolved) return text + " is unreachable";
  return text + " is reachable through " +
         (entry.through ? entry.through->to_string() : "the session's link") + ", metric " +
         std::to_string(entry.metric) + ", " +
         route_text(rib::RouteType::Unicast, entry.kernel_next_hops, name_of);
}

std::string route_text(rib::RouteType type, const std::vector<rib::NextHop>& next_hops,
                       const InterfaceName& name_of) {
  switch (type) {
    case rib::RouteType::Blackhole:
      return "blackhole";
    case rib::RouteType::Unreachable:
      return "unreachable";
    case rib::RouteType::Prohibit:
      return "prohibit";
    case rib::RouteType::Unicast:
      break;
  }
  std::string text = "via";
  for (const auto& hop : next_hops) {
    if (text.size() > kLongest) return shortened(text);
    text +=
        ' ' + (hop.gateway ? hop.gateway->to_string() + ' ' : std::string()) + name_of(hop.interface_index);
    if (hop.weight > 1) text += " weight " + std::to_string(hop.weight);
  }
  return text;
}

std::string link_text(const fib::Link& link) {
  return link.name + " index " + std::to_string(link.index) + (link.is_up ? " up" : " down") +
         (link.is_running ? "" : ", no carrier");
}

}  // namespace bgpd::debug
