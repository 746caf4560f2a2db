#include <algorithm>
#include <optional>

#include "cli/show/json.hpp"
#include "cli/show/neighbors.hpp"
#include "cli/show/why_down.hpp"

namespace cli::show {
namespace {

/// FRR's word; "" when neither side has it.
std::string directions_code(bool advertised, bool received) {
  if (advertised && received) return "advertisedAndReceived";
  return advertised ? "advertised" : received ? "received" : "";
}

Json capabilities_json(const api::Neighbor& n) {
  const auto& ours = n.advertised();
  const auto& theirs = n.received();
  auto json = Json::object();
  const auto put = [&](const char* name, bool advertised, bool received) {
    if (const auto word = directions_code(advertised, received); !word.empty()) json[name] = word;
  };
  put("4byteAs", ours.four_octet_as(), theirs.four_octet_as());
  put("extendedMessage", ours.extended_message(), theirs.extended_message());
  auto add_path = Json::object();
  auto extensions = Json::object();
  for (const auto family : {api::IPV4_UNICAST, api::IPV6_UNICAST}) {
    const std::string key(family_key(family));
    const auto direction = [&](const char* prefix, bool advertised, bool received) {
      auto word = directions_code(advertised, received);
      if (word.empty()) return;
      word[0] = static_cast<char>(word[0] - 'a' + 'A');
      add_path[key][prefix + word] = true;
    };
    direction("tx", has_family(ours.add_path_send(), family), has_family(theirs.add_path_send(), family));
    direction("rx", has_family(ours.add_path_receive(), family),
              has_family(theirs.add_path_receive(), family));
    if (const auto word =
            directions_code(has_family(ours.families(), family), has_family(theirs.families(), family));
        !word.empty())
      extensions[key] = {{word, true}};
  }
  if (!add_path.empty()) json["addPath"] = std::move(add_path);
  put("extendedNexthop", ours.extended_next_hop(), theirs.extended_next_hop());
  put("longLivedGracefulRestart", ours.long_lived_graceful_restart(), theirs.long_lived_graceful_restart());
  if (theirs.long_lived_graceful_restart()) {
    auto by_peer = Json::object();
    for (const auto number : theirs.long_lived_families())
      by_peer[std::string(family_key(static_cast<api::Family>(number)))] =
          has_family(theirs.preserved_families(), static_cast<api::Family>(number)) ? "preserved"
                                                                                    : "notPreserved";
    json["longLivedGracefulRestartByPeer"] = std::move(by_peer);
  }
  put("role", ours.has_role(), theirs.has_role());
  put("routeRefresh", ours.route_refresh(), theirs.route_refresh());
  put("enhancedRouteRefresh", ours.enhanced_route_refresh(), theirs.enhanced_route_refresh());
  if (!extensions.empty()) json["multiprotocolExtensions"] = std::move(extensions);
  auto hostname = Json::object();
  const auto names = [&](const char* prefix, const api::Capabilities& side) {
    if (!side.has_hostname()) return;
    hostname[std::string(prefix) + "HostName"] = side.hostname();
    hostname[std::string(prefix) + "DomainName"] = side.domain().empty() ? "n/a" : side.domain();
  };
  names("adv", ours);
  names("rcv", theirs);
  if (!hostname.empty()) json["hostName"] = std::move(hostname);
  put("gracefulRestart", ours.graceful_restart(), theirs.graceful_restart());
  if (theirs.graceful_restart()) {
    json["gracefulRestartRemoteTimerMsecs"] = theirs.restart_seconds() * 1000;
    auto by_peer = Json::object();
    for (const auto number : theirs.graceful_restart_families()) {
      const auto family = static_cast<api::Family>(number);
      by_peer[std::string(family_key(family))]
             [has_family(theirs.preserved_families(), family) ? "preserved" : "notPreserved"] = true;
    }
    if (by_peer.empty())
      json["addressFamiliesByPeer"] = "none";
    else
      json["addressFamiliesByPeer"] = std::move(by_peer);
  }
  return json;
}

Json graceful_restart_json(const api::Neighbor& n) {
  auto sent = Json::object(), received = Json::object();
  for (const auto& family : n.families()) {
    const std::string key(family_key(family.family()));
    if (family.end_of_rib_sent()) sent[key] = true;
    if (family.end_of_rib_received()) received[key] = true;
  }
  Json json{{"endOfRibSend", std::move(sent)}, {"endOfRibRecv", std::move(received)}};
  const char* mode = n.graceful_mode() == api::Neighbor::GRACEFUL_HELPER      ? "Helper"
                     : n.graceful_mode() == api::Neighbor::GRACEFUL_RESTARTER ? "Restart"
                                                                              : "Disable";
  json["localGrMode"] = std::string(mode) + (n.graceful_mode_is_own() ? "" : "*");
  json["remoteGrMode"] = !n.has_received()                                  ? "NotApplicable"
                         : !n.received().graceful_restart()                 ? "Disable"
                         : n.received().graceful_restart_families().empty() ? "Helper"
                                                                            : "Restart";
  json["rBit"] = n.received().restarting();
  json["nBit"] = n.advertised().graceful_notification() && n.received().graceful_notification();
  json["timers"] = {{"configuredRestartTimer", n.configured_restart_seconds()},
                    {"receivedRestartTimer", n.received().restart_seconds()}};
  for (const auto& family : n.families()) {
    Json state;
    state["fBit"] = has_family(n.received().preserved_families(), family.family());
    state["endOfRibStatus"] = {
        {"endOfRibSend", family.end_of_rib_sent()},
        {"endOfRibSentAfterUpdate", family.end_of_rib_sent()},  // always behind the table
        {"endOfRibRecv", family.end_of_rib_received()}};
    state["timers"] = {{"stalePathTimer", n.stale_path_seconds()},
                       {"selectionDeferralTimer", n.select_defer_seconds()}};
    if (family.long_lived_seconds() > 0) state["timers"]["longLivedStaleTimer"] = family.long_lived_seconds();
    if (family.stale() != api::NeighborFamily::NOTHING_STALE) {
      constexpr const char* kStale[] = {"", "restarting", "returning", "refreshing", "longLived"};
      state["staleRoutes"] = kStale[std::min<std::size_t>(static_cast<std::size_t>(family.stale()), 4)];
      state["timers"]["stalePathTimerRemaining"] = (family.stale_ms_left() + 999) / 1000;
    }
    json[std::string(family_key(family.family()))] = std::move(state);
  }
  return json;
}

Json message_stats_json(const api::Neighbor& n) {
  const auto& sent = n.sent();
  const auto& received = n.received_messages();
  const auto total = [](const api::MessageCounts& c) {
    return c.opens() + c.notifications() + c.updates() + c.keepalives() + c.route_refreshes() +
           c.capabilities();
  };
  Json json;
  json["depthInq"] = n.input_queue();
  json["depthOutq"] = n.output_queue();
  json["opensSent"] = sent.opens();
  json["opensRecv"] = received.opens();
  json["notificationsSent"] = sent.notifications();
  json["notificationsRecv"] = received.notifications();
  json["updatesSent"] = sent.updates();
  json["updatesRecv"] = received.updates();
  json["keepalivesSent"] = sent.keepalives();
  json["keepalivesRecv"] = received.keepalives();
  json["routeRefreshSent"] = sent.route_refreshes();
  json["routeRefreshRecv"] = received.route_refreshes();
  json["capabilitySent"] = sent.capabilities();
  json["capabilityRecv"] = received.capabilities();
  json["totalSent"] = total(sent);
  json["totalRecv"] = total(received);
  return json;
}

/// The key of `best-selected` is that of FRR 10; older ones have no such line.
void put_add_path(Json& json, const api::NeighborFamily& family) {
  const auto& selection = family.add_path_send();
  if (selection == "all") json["addpathTxAllPaths"] = true;
  if (selection == "per-AS") json["addpathTxBestpathPerAS"] = true;
  if (selection.starts_with("best ")) json["addpathTxBestSelectedPaths"] = std::stoi(selection.substr(5));
  if (family.add_path_receive_disabled()) json["disableAddPathRx"] = true;
}

/// Names of lists and route maps, under FRR's keys.
void put_policies(Json& json, const api::NeighborFamily& family) {
  const auto& in = family.policy_in();
  const auto& out = family.policy_out();
  if (!is_empty(in)) json["inboundPathPolicyConfig"] = true;
  if (!is_empty(out)) json["outboundPathPolicyConfig"] = true;
  const auto put = [&](const char* key, const std::string& name) {
    if (!name.empty()) json[key] = name;
  };
  put("incomingUpdateNetworkFilterList", in.distribute_list());
  put("outgoingUpdateNetworkFilterList", out.distribute_list());
  put("incomingUpdatePrefixFilterList", in.prefix_list());
  put("outgoingUpdatePrefixFilterList", out.prefix_list());
  put("incomingUpdateAsPathFilterList", in.filter_list());
  put("outgoingUpdateAsPathFilterList", out.filter_list());
  put("routeMapForIncomingAdvertisements", in.route_map());
  put("routeMapForOutgoingAdvertisements", out.route_map());
  put("selectiveUnsuppressRouteMap", family.unsuppress_map());
}

Json family_json(const api::Neighbor& n, const api::NeighborFamily& family) {
  Json json;
  if (!n.peer_group().empty()) json["peerGroupMember"] = n.peer_group();
  if (family.has_update_group()) {
    json["updateGroupId"] = family.update_group();
    json["subGroupId"] = family.update_group();
    json["packetQueueLength"] = family.output_queue();
  }
  if (family.is_behind()) json["readsTooSlowly"] = true;
  if (family.route_reflector_client()) json["routeReflectorClient"] = true;
  if (family.soft_reconfiguration()) json["inboundSoftConfigPermit"] = true;
  if (family.next_hop_self()) json["routerAlwaysNextHop"] = true;
  if (const auto& rule = family.remove_private_as(); !rule.empty())
    json[rule == "removed"         ? "privateAsNumsRemovedInUpdatesToNbr"
         : rule == "replaced"      ? "privateAsNumsReplacedInUpdatesToNbr"
         : rule == "(all) removed" ? "privateAsNumsAllRemovedInUpdatesToNbr"
                                   : "privateAsNumsAllReplacedInUpdatesToNbr"] = true;
  if (family.as_override()) json["overrideASNsInOutboundUpdates"] = "ifAspathEqualRemoteAs";
  if (family.as_path_unchanged()) json["unchangedAsPathPropogatedToNbr"] = true;
  if (family.med_unchanged()) json["unchangedMedPropogatedToNbr"] = true;
  put_add_path(json, family);
  if (family.next_hop_unchanged()) json["unchangedNextHopPropogatedToNbr"] = true;  // FRR's spelling
  if (family.allow_own_as() > 0) json["localAsAllowedInPath"] = family.allow_own_as();
  if (family.allow_own_as_as_origin()) json["localAsAllowedAsOrigin"] = true;
  if (family.weight() > 0) json["defaultWeight"] = family.weight();
  if (family.send_standard() && family.send_extended())
    json["commAttriSentToNbr"] = "extendedAndStandard";
  else if (family.send_standard() || family.send_extended())
    json["commAttriSentToNbr"] = family.send_standard() ? "standard" : "extended";
  if (family.default_originate()) {
    json["defaultOriginate"] = true;
    // With a route map only the daemon knows.
    if (n.state() != api::STATE_ESTABLISHED)
      json["defaultNotSent"] = true;
    else if (family.default_originate_map().empty())
      json["defaultSent"] = true;
  }
  if (const auto& map = family.default_originate_map(); !map.empty()) json["defaultRouteMap"] = map;
  if (family.policy_missing_in())
    json["inboundEbgpRequiresPolicy"] = "Inbound updates discarded due to missing policy";
  if (family.policy_missing_out())
    json["outboundEbgpRequiresPolicy"] = "Outbound updates discarded due to missing policy";
  put_policies(json, family);
  json["acceptedPrefixCounter"] = family.accepted();
  json["sentPrefixCounter"] = family.sent();
  json["receivedPrefixCounter"] = family.received();
  if (family.maximum_prefix() > 0) {
    json["prefixAllowedMax"] = family.maximum_prefix();
    if (family.maximum_prefix_warning_only()) json["prefixAllowedMaxWarning"] = true;
    json["prefixAllowedWarningThresh"] = family.maximum_prefix_threshold();
    if (family.maximum_prefix_restart_minutes() > 0)
      json["prefixAllowedRestartIntervalMsecs"] = family.maximum_prefix_restart_minutes() * 60000u;
  }
  return json;
}

void put_timers(Json& json, const api::Neighbor& n, WallClock now) {
  json["bgpState"] = state_text(n);
  if (n.state() == api::STATE_ACTIVE) {
    const bool is_expected = std::ranges::any_of(
        n.families(), [](const auto& family) { return family.stale() == api::NeighborFamily::RESTARTING; });
    if (n.passive() || is_expected) json["bgpStateIs"] = n.passive() ? "passive" : "passiveNSF";
  }
  if (n.state() == api::STATE_ESTABLISHED) {
    json["bgpTimerUpMsec"] = n.state_ms();
    json["bgpTimerUpString"] = age_text(n.state_ms());
    json["bgpTimerUpEstablishedEpoch"] = epoch_of(now, n.state_ms());
  }
  json["bgpTimerLastRead"] = n.last_read_ms();
  json["bgpTimerLastWrite"] = n.last_write_ms();
  json["bgpInUpdateElapsedTimeMsecs"] = n.last_update_ms();
  json["bgpTimerConfiguredHoldTimeMsecs"] = n.configured_hold_seconds() * 1000;
  json["bgpTimerConfiguredKeepAliveIntervalMsecs"] = n.configured_keepalive_seconds() * 1000;
  json["extendedOptionalParametersLength"] = false;  // RFC 9072: not sent
  json["bgpTimerHoldTimeMsecs"] = n.hold_seconds() * 1000;
  json["bgpTimerKeepAliveIntervalMsecs"] = n.keepalive_seconds() * 1000;
}

void put_connection(Json& json, const api::Neighbor& n) {
  json["connectionsEstablished"] = n.established_count();
  json["connectionsDropped"] = n.dropped_count();
  const auto code = reset_code(why_down(n));
  if (n.last_reset().cause() == api::LastReset::NONE)
    json["lastReset"] = "never";
  else
    json["lastResetTimerMsecs"] = n.last_reset().ms();
  json["lastResetDueTo"] = reset_reason(why_down(n));
  if (code) json["lastResetCode"] = *code;
  if (n.last_reset().cause() != api::LastReset::NONE) {
    if (n.last_reset().code() != 0) {
      std::string hex;
      append(hex, "%02X%02X", n.last_reset().code(), n.last_reset().subcode());
      json["lastErrorCodeSubcode"] = hex;
    }
  }
  if (!n.last_error().empty()) json["lastErrorText"] = n.last_error();
  const bool internal = n.type() == api::INTERNAL;
  json[internal ? "internalBgpNbrMaxHopsAway" : "externalBgpNbrMaxHopsAway"] =
      n.minimum_ttl() > 0 ? 256 - std::min(n.minimum_ttl(), 255u) : n.ttl();
  const bool is_connected = !n.local_address().empty();
  json["hostLocal"] = is_connected ? address_text(n.local_address()) : "Unknown";
  json["portLocal"] = is_connected ? static_cast<int>(n.local_port()) : -1;
  json["hostForeign"] = is_connected ? address_text(n.remote_address()) : "Unknown";
  json["portForeign"] = is_connected ? static_cast<int>(n.remote_port()) : -1;
  if (!n.next_hop().empty()) {
    json["nexthop"] = address_text(n.next_hop());
    json["nexthopGlobal"] = n.next_hop_global().empty() ? "::" : address_text(n.next_hop_global());
    json["nexthopLocal"] = n.next_hop_link_local().empty() ? "::" : address_text(n.next_hop_link_local());
  }
  if (!n.local_address().empty()) json["bgpConnection"] = n.on_link() ? "sharedNetwork" : "nonSharedNetwork";
  json["connectRetryTimer"] = n.connect_retry_seconds();
  json["tcpUserTimeoutMsecs"] = n.user_timeout_ms();
  if (n.has_next_connect_ms()) json["nextConnectTimerDueInMsecs"] = n.next_connect_ms();
  if (n.authenticated()) json["authenticationEnabled"] = 1;
  if (n.delay_open_seconds() > 0) json["delayOpenTimer"] = n.delay_open_seconds();
  if (n.offers_no_capabilities()) json["dontCapabilityNegotiate"] = true;
  json["extendedOptionalParametersLength"] = n.extends_open();
  if (n.overrides_capabilities()) json["overrideCapability"] = true;
  if (n.strict_capabilities()) json["strictCapabilityMatch"] = true;
  if (!n.last_error_message().empty()) {
    std::string hex;
    for (const auto octet : n.last_error_message())
      append(hex, "%02X", static_cast<unsigned>(static_cast<unsigned char>(octet)));
    json["lastErrorMessage"] = hex;
  }
}

Json neighbor_json(const api::Neighbor& n, WallClock now) {
  Json json;
  json["remoteAs"] = n.remote_as();
  json["localAs"] = n.local_as();
  if (n.local_as_no_prepend()) json["localAsNoPrepend"] = true;
  if (n.local_as_replace_as()) json["localAsReplaceAs"] = true;
  constexpr const char* kRoles[] = {"provider", "rs-server", "rs-client", "customer", "peer"};
  const auto role = [&](std::uint32_t number) { return number < 5 ? kRoles[number] : "undefined"; };
  json["localRole"] = n.has_local_role() ? role(n.local_role()) : "undefined";
  if (n.strict_role()) json["strictRole"] = true;
  json["remoteRole"] = n.received().has_role() ? role(n.received().role()) : "undefined";
  if (n.confederation_peer()) json["nbrCommonAdmin"] = true;
  if (!n.type_follows()) json[n.type() == api::INTERNAL ? "nbrInternalLink" : "nbrExternalLink"] = true;
  if (!n.description().empty()) json["nbrDesc"] = n.description();
  if (!n.received().hostname().empty()) json["hostname"] = n.received().hostname();
  if (n.name().named_by_interface()) json["bgpNeighborAddr"] = address_text(n.name().address());
  if (!n.peer_group().empty()) json["peerGroup"] = n.peer_group();
  if (n.has_listen_range()) json["subnetRangeGroup"] = prefix_text(n.listen_range());
  if (n.discovered() || n.dynamic()) json["dynamicPeer"] = true;
  if (n.shutdown()) json["adminShutDown"] = true;
  json["bgpVersion"] = 4;
  json["remoteRouterId"] = identifier_text(n.remote_identifier());
  json["localRouterId"] = identifier_text(n.local_identifier());
  put_timers(json, n, now);
  json["neighborCapabilities"] = capabilities_json(n);
  json["gracefulRestartInfo"] = graceful_restart_json(n);
  json["messageStats"] = message_stats_json(n);
  if (n.malformed_updates() != 0) {
    json["malformedUpdates"] = n.malformed_updates();
    json["lastMalformedUpdate"] = n.last_malformed_update();
  }
  std::uint32_t filtered = 0;
  auto families = Json::object();
  for (const auto& family : n.families()) {
    families[std::string(family_key(family.family()))] = family_json(n, family);
    filtered += family.received() - std::min(family.received(), family.accepted());
  }
  json["prefixStats"] = {{"inboundFiltered", filtered}};
  if (!n.update_source().empty()) json["updateSource"] = n.update_source();
  json["minBtwnAdvertisementRunsTimerMsecs"] = n.advertisement_interval_seconds() * 1000;
  json["addressFamilyInfo"] = std::move(families);
  put_connection(json, n);
  return json;
}

}  // namespace

std::string neighbors_json(const api::Neighbors& neighbors, WallClock now,
                           const std::optional<Instance>& instance) {
  auto json = Json::object();
  if (instance) {
    json["vrfId"] = instance->id;
    json["vrfName"] = instance->name;
  }
  for (const auto& neighbor : neighbors.neighbors())
    json.get_ref<Json::object_t&>().emplace_back(neighbor_text(neighbor.name()),
                                                 neighbor_json(neighbor, now));
  return json_text(json) + "\n";
}

std::string no_such_neighbor_json() { return json_text({{"bgpNoSuchNeighbor", true}}) + "\n"; }

}  // namespace cli::show
