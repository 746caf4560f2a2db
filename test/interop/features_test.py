"""What the capabilities and attributes of today's BGP do between kuland and each other speaker. The page docs/interop.md
comes from the rows that tests cover, here and in the other files."""

import re
import time

from harness import AS_KULAND, AS_PEER, check, interop, kuland_config, neighbors_for, wait_for

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd", "exabgp")
AS_FOUR_OCTETS = 4200000001


def neighbor_of(kuland, host):
    return kuland.json(f"show ip bgp neighbors {host.ipv4}")[host.ipv4]


@interop(covers="four_octet_as", peers=EVERYBODY)
def four_octet_as_numbers_are_spoken(lab, peer):
    hosts, kuland, speaker = lab.pair(peer, local_as=AS_FOUR_OCTETS, peer_as=AS_FOUR_OCTETS + 1)
    route = wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), "the peer has kuland's subnet")
    check(route["as_path"] == [AS_FOUR_OCTETS], f"its AS path: {route}")
    path = wait_for(lambda: kuland.paths("10.200.0.0/24"), "kuland has the peer's prefix")[0]
    check(path["path"] == str(AS_FOUR_OCTETS + 1), f"its AS path: {path}")


TWO_OCTETS = {"bird": ["enable as4 off;"], "openbgpd": ["announce as-4byte no"], "exabgp": ["asn4 disable;"]}


@interop(covers="two_octet_peer", peers=tuple(TWO_OCTETS))
def a_peer_of_two_octets_gets_as4_path(lab, peer):
    """RFC 6793 §4.2: AS_TRANS in AS_PATH, the truth beside it, merged again on the way back."""
    hosts, feeder, kuland, far = lab.chain(peer, raw=TWO_OCTETS[peer.NAME], feeder_as=AS_FOUR_OCTETS)
    feeder.announce("10.210.0.0/24")
    route = wait_for(lambda: far.route("10.210.0.0/24"), "the peer of two octets has the route")
    check(route["as_path"] in ([AS_KULAND, AS_FOUR_OCTETS], [AS_KULAND, 23456]), f"its AS path: {route}")
    far.announce("10.211.0.0/24")
    back = wait_for(lambda: feeder.route("10.211.0.0/24"), "a route of the peer arrives at the other end")
    check(back["as_path"] == [AS_KULAND, AS_PEER], f"its AS path: {back}")
    feeder.withdraw("10.210.0.0/24")
    wait_for(lambda: not far.route("10.210.0.0/24"), "and goes again")


@interop(covers="communities", peers=EVERYBODY)
def communities_of_all_kinds_are_carried(lab, peer):
    hosts, feeder, kuland, far = lab.chain(peer)
    for prefix, next_hop in (("10.212.0.0/24", hosts[1].ipv4), ("fd00:212::/64", hosts[1].ipv6)):
        feeder.say(f"announce route {prefix} next-hop {next_hop} community [65001:7 65001:8] "
                   "large-community [65001:1:2] extended-community [target:65001:9]")
        path = wait_for(lambda: kuland.paths(prefix), f"kuland has {prefix}")[0]
        check(path["valid"], f"{prefix} in kuland: {path}")
        wait_for(lambda: far.route(prefix), f"the peer has {prefix}")
        text = far.describe(prefix)
        for community in ("65001:7", "65001:8", "65001:1:2", "65001:9"):
            check(community in text, f"{community} in what {far.NAME} has of {prefix}:\n{text}")
        feeder.say(f"withdraw route {prefix} next-hop {next_hop}")
        wait_for(lambda: not far.route(prefix), f"{prefix} is gone at the peer")


@interop(covers="unknown_attribute", peers=("bird", "frr", "gobgp", "openbgpd", "exabgp"))
def unknown_transitive_attributes_are_passed_on(lab, peer):
    """RFC 4271 §5: with the Partial bit; the peer keeps the session and the route."""
    hosts, feeder, kuland, far = lab.chain(peer)
    feeder.say(f"announce route 10.213.0.0/24 next-hop {hosts[1].ipv4} attribute [0xfa 0xc0 0x0a0b0c]")
    wait_for(lambda: far.route("10.213.0.0/24"), "the peer has the route")
    text = kuland.show("show ip bgp 10.213.0.0/24 json")
    check("10.213.0.0/24" in text, f"kuland has it: {text}")
    if peer.NAME == "bird":
        check("fa" in far.describe("10.213.0.0/24").lower() and "0a 0b 0c" in far.describe("10.213.0.0/24"),
              f"BIRD shows the attribute:\n{far.describe('10.213.0.0/24')}")
    check(far.is_established(hosts[2].ipv4), "the session stays")


@interop(covers="route_refresh", peers=("bird", "frr", "gobgp"))
def the_peer_answers_a_route_refresh(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "kuland has the peer's prefix")
    before = neighbor_of(kuland, hosts[2])["messageStats"]

    kuland.show(f"clear ip bgp {hosts[2].ipv4} soft in")
    wait_for(lambda: neighbor_of(kuland, hosts[2])["messageStats"]["routeRefreshSent"] > before["routeRefreshSent"], "asked")
    wait_for(lambda: neighbor_of(kuland, hosts[2])["messageStats"]["updatesRecv"] > before["updatesRecv"], "answered")
    check(kuland.is_established(hosts[2].ipv4), "on the same session")


@interop(covers="route_refresh_answered", peers=("bird", "frr", "openbgpd", "exabgp"))
def kuland_answers_a_route_refresh(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "kuland has the peer's prefix")
    before = neighbor_of(kuland, hosts[2])["messageStats"]
    speaker.ask_refresh(hosts[1].ipv4)
    wait_for(lambda: neighbor_of(kuland, hosts[2])["messageStats"]["routeRefreshRecv"] > before["routeRefreshRecv"],
             "kuland is asked")
    wait_for(lambda: neighbor_of(kuland, hosts[2])["messageStats"]["updatesSent"] > before["updatesSent"], "and answers")
    check(kuland.is_established(hosts[2].ipv4), "on the same session")


ENHANCED_REFRESH = {"openbgpd": ("announce enhanced refresh yes",)}


def pair_with_marks(lab, peer):
    """A session on which both know the marks of RFC 7313, and routes both ways."""
    hosts = lab.hosts(2)
    its = neighbors_for(peer, hosts[1], AS_KULAND, raw=ENHANCED_REFRESH.get(peer.NAME, ()))
    speaker = lab.peer(peer, hosts[2], AS_PEER, its, networks=["10.200.0.0/24", "fd00:200::/64"])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER)))
    wait_for(lambda: kuland.paths("10.200.0.0/24") and speaker.route(hosts[1].subnet_ipv4), "routes both ways")
    other = neighbor_of(kuland, hosts[2])
    check(other["neighborCapabilities"].get("enhancedRouteRefresh") == "advertisedAndReceived", f"agreed: {other}")
    return hosts, kuland, speaker, other["messageStats"]


@interop(covers="enhanced_refresh", peers=("bird", "frr"))
def the_peers_refresh_stands_between_its_marks(lab, peer):
    """RFC 7313: two marks come; what is told between them stays."""
    hosts, kuland, _, before = pair_with_marks(lab, peer)
    kuland.show(f"clear ip bgp ipv4 unicast {hosts[2].ipv4} soft in")
    wait_for(lambda: neighbor_of(kuland, hosts[2])["messageStats"]["routeRefreshRecv"] >= before["routeRefreshRecv"] + 2,
             "the peer's table comes between its marks")
    check("10.200.0.0/24" in hosts[1].routes(), "the route stays in the kernel")
    wait_for(lambda: not any(path.get("stale") for path in kuland.paths("10.200.0.0/24")), "and is fresh")
    check(kuland.is_established(hosts[2].ipv4), "on the same session")


@interop(covers="enhanced_refresh", peers=("bird", "frr", "openbgpd", "exabgp"))
def a_refresh_of_kuland_stands_between_its_marks(lab, peer):
    """RFC 7313, the other way; both count the marks as ROUTE-REFRESH messages."""
    hosts, kuland, speaker, before = pair_with_marks(lab, peer)
    speaker.ask_refresh(hosts[1].ipv4)
    wait_for(lambda: neighbor_of(kuland, hosts[2])["messageStats"]["updatesSent"] > before["updatesSent"], "kuland answers")
    wait_for(lambda: neighbor_of(kuland, hosts[2])["messageStats"]["routeRefreshSent"] >= before["routeRefreshSent"] + 2,
             "between its marks")
    if peer.NAME == "frr":
        wait_for(lambda: re.search(r"Route Refresh: +\d+ +([2-9]|\d\d)", speaker.describe_neighbor(hosts[1].ipv4)),
                 "which the peer has counted")
    check(speaker.route(hosts[1].subnet_ipv4), "the peer still has the route")
    check(kuland.is_established(hosts[2].ipv4), "on the same session")


EXTENDED_MESSAGE = {"bird": ["enable extended messages;"], "exabgp": ["extended-message enable;"]}


@interop(covers="extended_message", peers=tuple(EXTENDED_MESSAGE))
def extended_messages_are_used(lab, peer):
    """RFC 8654: what has no room in 4096 octets goes through when both have the capability."""
    hosts, feeder, kuland, far = lab.chain(peer, raw=EXTENDED_MESSAGE[peer.NAME])
    for name, host in (("feeder", hosts[1]), ("far", hosts[3])):
        capability = neighbor_of(kuland, host)["neighborCapabilities"].get("extendedMessage")
        check(capability, f"{name}: {neighbor_of(kuland, host)['neighborCapabilities']}")
    many = " ".join(f"65001:{number}" for number in range(1, 1200))
    feeder.say(f"announce route 10.214.0.0/24 next-hop {hosts[1].ipv4} community [{many}]")
    wait_for(lambda: far.route("10.214.0.0/24"), "a route with 4800 octets of communities arrives")
    check("65001:1199" in far.describe("10.214.0.0/24"), "whole")


@interop(covers="shutdown_text", peers=("bird", "frr", "gobgp", "openbgpd"))
def the_shutdown_text_arrives(lab, peer):
    """RFC 9003, from kuland to the peer and, where its shell can say one, back."""
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    kuland.configure(f"router bgp {AS_KULAND}", f"neighbor {hosts[2].ipv4} shutdown message rack 7 is moved")
    wait_for(lambda: not speaker.is_established(hosts[1].ipv4), "the session ends")
    wait_for(lambda: "rack 7 is moved" in speaker.logs() + speaker.describe_neighbor(hosts[1].ipv4), "the peer shows the text")
    kuland.configure(f"router bgp {AS_KULAND}", f"no neighbor {hosts[2].ipv4} shutdown")
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 30)


TTL_SECURITY = {"bird": ["ttl security on;"], "frr": ["ttl-security hops 1"], "openbgpd": ["ttl-security yes"],
                "gobgp": ["[neighbors.ttl-security.config]", "enabled = true", "ttl-min = 255"]}


@interop(covers="ttl_security", peers=tuple(TTL_SECURITY))
def ttl_security_holds_both_ways(lab, peer):
    hosts = lab.hosts(2)
    its = neighbors_for(peer, hosts[1], AS_KULAND, raw=tuple(TTL_SECURITY[peer.NAME]))
    speaker = lab.peer(peer, hosts[2], AS_PEER, its)
    config = kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER),
                           lines=[f"neighbor {neighbor.address} ttl-security hops 1"
                                  for neighbor in neighbors_for(peer, hosts[2], AS_PEER)])
    kuland = lab.kuland(hosts[1], config)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4) and speaker.is_established(hosts[1].ipv4), "established with 255")


@interop(covers="maximum_prefix", peers=EVERYBODY)
def too_many_prefixes_end_the_session(lab, peer):
    """RFC 4486 §4: Cease, Maximum Number of Prefixes Reached."""
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "one prefix is there")
    kuland.configure(f"router bgp {AS_KULAND}", "address-family ipv4 unicast",
                     f"neighbor {hosts[2].ipv4} maximum-prefix 2")
    speaker.announce("10.201.0.0/24")
    wait_for(lambda: kuland.paths("10.201.0.0/24"), "two are as many as may be")
    speaker.announce("10.202.0.0/24")
    wait_for(lambda: kuland.peers()[hosts[2].ipv4]["state"] != "Established", "three are too many")
    wait_for(lambda: not kuland.paths("10.200.0.0/24"), "and its routes go")
    check(kuland.peers()[hosts[2].ipv4].get("connectionsDropped", 0) >= 1, "a session was dropped")


@interop(covers="graceful_shutdown", peers=EVERYBODY)
def a_graceful_shutdown_marks_what_is_sent(lab, peer):
    """RFC 8326: GRACEFUL_SHUTDOWN on every route, and off again."""
    hosts, kuland, speaker = lab.pair(peer)
    marks = ("65535:0", "graceful-shutdown", "planned-shut", "GRACEFUL_SHUTDOWN")
    for subnet in (hosts[1].subnet_ipv4, hosts[1].subnet_ipv6):
        wait_for(lambda p=subnet: speaker.route(p), f"the peer has {subnet}")
        check(not any(mark in speaker.describe(subnet) for mark in marks), f"unmarked:\n{speaker.describe(subnet)}")
    kuland.configure(f"router bgp {AS_KULAND}", "bgp graceful-shutdown")
    for subnet in (hosts[1].subnet_ipv4, hosts[1].subnet_ipv6):
        wait_for(lambda p=subnet: any(mark in speaker.describe(p) for mark in marks), f"{subnet} is marked")
    kuland.configure(f"router bgp {AS_KULAND}", "no bgp graceful-shutdown")
    for subnet in (hosts[1].subnet_ipv4, hosts[1].subnet_ipv6):
        wait_for(lambda p=subnet: not any(mark in speaker.describe(p) for mark in marks), f"{subnet} is not, again")


@interop(covers="local_as", peers=EVERYBODY)
def kuland_is_another_as_to_a_neighbor(lab, peer):
    hosts = lab.hosts(2)
    mine, its = neighbors_for(peer, hosts[2], AS_PEER), neighbors_for(peer, hosts[1], 65400)
    speaker = lab.peer(peer, hosts[2], AS_PEER, its, networks=["10.200.0.0/24", "fd00:200::/64"])
    kuland = lab.kuland(hosts[1], kuland_config(
        hosts[1], mine, lines=[f"neighbor {neighbor.address} local-as 65400" for neighbor in mine]))
    route = wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), "the peer has kuland's subnet")
    check(route["as_path"] == [65400, AS_KULAND], f"through both: {route}")
    path = wait_for(lambda: kuland.paths("10.200.0.0/24"), "kuland has the peer's prefix")[0]
    check(path["path"] == f"65400 {AS_PEER}", f"through the other AS: {path}")


@interop(covers="advertisement_interval", peers=EVERYBODY)
def announcements_keep_their_interval(lab, peer):
    """RFC 4271 §9.2.1.1: the second change waits for the end of the interval, a withdraw does not."""
    hosts = lab.hosts(2)
    lines = [f"neighbor {neighbor.address} advertisement-interval 6" for neighbor in neighbors_for(peer, hosts[2], AS_PEER)]
    lines.append("no bgp network import-check")
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND))
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER), lines=lines))
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv6), "the first table is there")
    text = kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}")
    check("Minimum time between advertisement runs is 6 seconds" in text, text)
    for family, first, second in (("ipv4", "10.240.0.0/24", "10.241.0.0/24"), ("ipv6", "fd00:240::/64", "fd00:241::/64")):
        unicast = (f"router bgp {AS_KULAND}", f"address-family {family} unicast")
        kuland.configure(*unicast, f"network {first}")
        wait_for(lambda: speaker.route(first), "the first change goes at once")
        began = time.monotonic()
        kuland.configure(*unicast, f"network {second}", f"no network {first}")
        wait_for(lambda: not speaker.route(first), "a withdraw goes at once")
        check(not speaker.route(second) or time.monotonic() - began > 4, "the second change waits")
        wait_for(lambda: speaker.route(second), "and goes when the interval is over")
        check(time.monotonic() - began > 4, f"that took {time.monotonic() - began:.1f} s")
