"""What the lines of a neighbor do to what it gets and to what is taken from it, and no session is reset for it."""

import json
import re

from harness import AS_KULAND, AS_PEER, FAMILIES, Neighbor, check, interop, kuland_config, neighbors_for, wait_for

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd", "exabgp")
PREFIXES = {"ipv4": "10.200.0.0/24", "ipv6": "fd00:200::/64"}


def in_each_family(kuland, peer, host, line):
    """`[no] neighbor X LINE` in each family, on the session with a host that carries it."""
    negated, line = ("no ", line[3:]) if line.startswith("no ") else ("", line)
    for neighbor in neighbors_for(peer, host, 0):
        for family in neighbor.families:
            kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast",
                             f"{negated}neighbor {neighbor.address} {line}")


def feed(feeder, hosts, more=""):
    for prefix, next_hop in ((PREFIXES["ipv4"], hosts[1].ipv4), (PREFIXES["ipv6"], hosts[1].ipv6)):
        feeder.say(f"announce route {prefix} next-hop {next_hop} {more}")


def wait_for_path(far, as_path):
    for prefix in PREFIXES.values():
        wait_for(lambda: (far.route(prefix) or {}).get("as_path") == as_path, f"{prefix} with {as_path}")


def sessions(kuland, host):
    return kuland.json(f"show ip bgp neighbors {host.ipv4}")[host.ipv4]["connectionsEstablished"]


@interop(covers="as_override", peers=EVERYBODY)
def as_override_hides_the_neighbors_as(lab, peer):
    hosts, feeder, kuland, far = lab.chain(peer)
    feed(feeder, hosts, f"as-path [65001 {AS_PEER}]")
    for prefix in PREFIXES.values():
        wait_for(lambda: kuland.paths(prefix), f"kuland has {prefix}")
    in_each_family(kuland, peer, hosts[3], "as-override")
    wait_for_path(far, [AS_KULAND, 65001, AS_KULAND])
    in_each_family(kuland, peer, hosts[3], "no as-override")
    for prefix in PREFIXES.values() if peer.NAME != "gobgp" else ():  # it keeps what it had when a loop comes instead
        wait_for(lambda: (far.route(prefix) or {}).get("as_path") != [AS_KULAND, 65001, AS_KULAND], f"{prefix} as it was")
    check(sessions(kuland, hosts[3]) == 1, "no session was reset")


@interop(covers="remove_private_as", peers=EVERYBODY)
def private_ases_are_removed_or_replaced(lab, peer):
    hosts, feeder, kuland, far = lab.chain(peer)
    feed(feeder, hosts, "as-path [65001 65002]")
    wait_for_path(far, [AS_KULAND, 65001, 65002])
    in_each_family(kuland, peer, hosts[3], "remove-private-AS")
    wait_for_path(far, [AS_KULAND])
    feed(feeder, hosts, "as-path [65001 3000 65002]")
    wait_for_path(far, [AS_KULAND, 65001, 3000, 65002])  # not all are private
    in_each_family(kuland, peer, hosts[3], "remove-private-AS all")
    wait_for_path(far, [AS_KULAND, 3000])
    in_each_family(kuland, peer, hosts[3], "remove-private-AS all replace-AS")
    wait_for_path(far, [AS_KULAND, AS_KULAND, 3000, AS_KULAND])
    in_each_family(kuland, peer, hosts[3], "no remove-private-AS all replace-AS")
    wait_for_path(far, [AS_KULAND, 65001, 3000, 65002])
    check(sessions(kuland, hosts[3]) == 1, "no session was reset")


KINDS = {"standard": "65001:7", "extended": "65001:9", "large": "65001:1:2"}


@interop(covers="send_community", peers=EVERYBODY)
def communities_are_sent_by_kind(lab, peer):
    hosts, feeder, kuland, far = lab.chain(peer)
    feed(feeder, hosts, "community [65001:7] extended-community [target:65001:9] large-community [65001:1:2]")

    def kinds_at_far(prefix):
        text = far.describe(prefix) if far.route(prefix) else ""
        return {kind for kind, community in KINDS.items() if re.search(rf"(?<!\d){community}(?![\d:])", text)}

    for kind in KINDS:
        in_each_family(kuland, peer, hosts[3], f"no send-community {kind}")
        for prefix in PREFIXES.values():
            wait_for(lambda: kinds_at_far(prefix) == set(KINDS) - {kind}, f"{prefix} without the {kind} ones")
        in_each_family(kuland, peer, hosts[3], f"send-community {kind}")
    for prefix in PREFIXES.values():
        wait_for(lambda: kinds_at_far(prefix) == set(KINDS), f"{prefix} with all")
    check(sessions(kuland, hosts[3]) == 1, "no session was reset")


@interop(covers="allowas_in", peers=("bird", "frr", "openbgpd"))
def two_sites_of_one_as_need_allowas_in(lab, peer):
    """kuland's AS on both sides of the peer."""
    hosts = lab.hosts(3)
    its = [neighbor for host in (hosts[1], hosts[3]) for neighbor in neighbors_for(peer, host, AS_KULAND)]
    speaker = lab.peer(peer, hosts[2], AS_PEER, its)
    for host in (hosts[1], hosts[3]):
        kuland = lab.kuland(host, kuland_config(host, neighbors_for(peer, hosts[2], AS_PEER)))
    for subnet in hosts[1].subnets:
        wait_for(lambda: speaker.route(subnet), f"the peer has {subnet}")
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the other site is up")
    check(not any(subnet in hosts[3].routes(family) for family, subnet in zip(FAMILIES, hosts[1].subnets)), "own AS: not taken")

    in_each_family(kuland, peer, hosts[2], "allowas-in 1")
    for family, subnet in zip(FAMILIES, hosts[1].subnets):
        wait_for(lambda: subnet in hosts[3].routes(family), f"{subnet} is taken")
        check(kuland.paths(subnet)[0]["path"] == f"{AS_PEER} {AS_KULAND}", f"{kuland.paths(subnet)}")
    in_each_family(kuland, peer, hosts[2], "no allowas-in")
    for family, subnet in zip(FAMILIES, hosts[1].subnets):
        wait_for(lambda: subnet not in hosts[3].routes(family), f"{subnet} is not, again")


@interop(covers="default_originate", peers=EVERYBODY)
def a_default_route_is_sent_without_having_one(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv6) and speaker.route(hosts[1].subnet_ipv4), "the table is there")
    in_each_family(kuland, peer, hosts[2], "default-originate")
    for default in ("0.0.0.0/0", "::/0"):
        wait_for(lambda: speaker.route(default), f"the peer has {default}")
    in_each_family(kuland, peer, hosts[2], "no default-originate")
    for default in ("0.0.0.0/0", "::/0"):
        wait_for(lambda: not speaker.route(default), f"and no more: {default}")


@interop(covers="cluster_id", peers=EVERYBODY)
def the_cluster_id_changes_on_living_sessions(lab, peer):
    hosts, feeder, kuland, far = lab.chain(peer, peer_as=AS_KULAND, feeder_as=AS_KULAND)
    in_each_family(kuland, peer, hosts[3], "route-reflector-client")
    feed(feeder, hosts)
    for prefix in PREFIXES.values():
        wait_for(lambda: hosts[2].ipv4 in cluster(far, prefix), f"{prefix} has the router's identifier")
    kuland.configure(f"router bgp {AS_KULAND}", "bgp cluster-id 10.11.12.13")
    for prefix in PREFIXES.values():
        wait_for(lambda: "10.11.12.13" in cluster(far, prefix), f"{prefix} has the cluster's")
    check(sessions(kuland, hosts[3]) == 1 and sessions(kuland, hosts[1]) == 1, "no session was reset")


def cluster(speaker, prefix):
    """CLUSTER_LIST of a route, as text."""
    route = speaker.route(prefix) or {}
    return " ".join(route.get("cluster_list") or []) or speaker.describe(prefix)


@interop(covers="requires_policy", peers=EVERYBODY)
def without_a_policy_nothing_is_taken_or_sent(lab, peer):
    """RFC 8212."""
    hosts = lab.hosts(2)
    mine = neighbors_for(peer, hosts[2], AS_PEER)
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=PREFIXES.values())
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], mine, more=["route-map ALL permit 10", "exit"])
                        .replace("no bgp ebgp-requires-policy", "bgp ebgp-requires-policy"))
    for neighbor in mine:
        wait_for(lambda: kuland.is_established(neighbor.address, neighbor.families[0]), "established")
    check(not any(kuland.paths(prefix) for prefix in PREFIXES.values()), "nothing is taken")
    check(not any(speaker.route(subnet) for subnet in hosts[1].subnets), "and nothing sent")
    in_each_family(kuland, peer, hosts[2], "route-map ALL in")
    for family, prefix in PREFIXES.items():
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is taken")
    check(not any(speaker.route(subnet) for subnet in hosts[1].subnets), "still nothing is sent")
    in_each_family(kuland, peer, hosts[2], "route-map ALL out")
    for subnet in hosts[1].subnets:
        wait_for(lambda: speaker.route(subnet), f"{subnet} is sent")


@interop(covers="first_as", peers=("exabgp",))
def the_first_as_is_the_neighbors(lab, peer):
    hosts = lab.hosts(2)
    speaker = lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)], lines=[
        f"neighbor {hosts[2].ipv4} enforce-first-as"]))
    wait_for(lambda: speaker.is_established(hosts[1].ipv4), "established")
    speaker.say(f"announce route 10.201.0.0/24 next-hop {hosts[2].ipv4} as-path [65077 {AS_PEER}]")
    speaker.say(f"announce route 10.200.0.0/24 next-hop {hosts[2].ipv4} as-path [{AS_PEER} 65077]")
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "who begins with its own AS is heard")
    check("10.201.0.0/24" not in hosts[1].routes(), "who does not is not")
    check(kuland.is_established(hosts[2].ipv4), "on the same session")


@interop(covers="identifier", peers=EVERYBODY, kind=("ebgp", "ibgp"))
def the_identifier_is_unique_within_an_as(lab, peer, kind):
    """RFC 6286: two routers of different ASes may have the same, two of one AS may not."""
    hosts = lab.hosts(2)
    number = AS_PEER if kind == "ebgp" else AS_KULAND
    lab.peer(peer, hosts[2], number, neighbors_for(peer, hosts[1], AS_KULAND))
    config = kuland_config(hosts[1], neighbors_for(peer, hosts[2], number))
    same = config.replace(f"router-id {hosts[1].ipv4}", f"router-id {hosts[2].ipv4}")
    kuland = lab.kuland(hosts[1], same)
    if kind == "ebgp":
        wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    else:
        wait_for(lambda: "Bad BGP Identifier" in kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}"), "refused")


@interop(covers="weight", peers=EVERYBODY)
def the_weight_decides_before_all_else(lab, peer):
    """The longer AS path wins by its neighbor's weight."""
    hosts, feeder, kuland, far = lab.chain(peer)
    feed(feeder, hosts)
    for prefix in PREFIXES.values():
        far.announce(prefix)
        wait_for(lambda: len(kuland.paths(prefix)) == 2, f"two paths to {prefix}")
    for host, line in ((hosts[3], "weight 100"), (hosts[1], "weight 200"), (hosts[3], "weight 300")):
        in_each_family(kuland, type(far) if host is hosts[3] else type(feeder), host, line)
        for prefix in PREFIXES.values():
            wait_for(lambda: best(kuland, prefix).get("weight") == int(line.split()[1]), f"{prefix}: {line}")
    check(sessions(kuland, hosts[3]) == 1, "no session was reset")


def best(kuland, prefix):
    return next((path for path in kuland.paths(prefix) if path.get("bestpath")), {})


@interop(covers="peer_group", peers=EVERYBODY)
def members_have_what_their_group_says(lab, peer):
    hosts = lab.hosts(2)
    mine = neighbors_for(peer, hosts[2], AS_PEER)
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=PREFIXES.values())
    lines = ["neighbor OTHERS peer-group", f"neighbor OTHERS remote-as {AS_PEER}", "neighbor OTHERS timers connect 1"]
    lines += [f"neighbor {neighbor.address} peer-group OTHERS" for neighbor in mine]
    for family in FAMILIES:
        lines += [f"address-family {family} unicast", " neighbor OTHERS activate", "exit-address-family"]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [], lines=lines))
    for family, prefix in PREFIXES.items():
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is taken")
    kuland.configure("route-map LONG permit 10", "set as-path prepend 65010", "exit", f"router bgp {AS_KULAND}",
                     *(line for family in FAMILIES for line in
                       (f"address-family {family} unicast", "neighbor OTHERS route-map LONG out", "exit-address-family")))
    for subnet in hosts[1].subnets:
        wait_for(lambda: (speaker.route(subnet) or {}).get("as_path") == [AS_KULAND, 65010], f"{subnet} by the group's map")


PORT = {"bird": {"raw": ("local port 1790;",)}, "gobgp": {"lines": ("port = 1790",)},
        "openbgpd": {"lines": ("listen on {0} port 1790",)}}


@interop(covers="port", peers=tuple(PORT))
def a_neighbor_listens_on_another_port(lab, peer):
    hosts = lab.hosts(2)
    its = Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), passive=True, raw=PORT[peer.NAME].get("raw", ()))
    lab.peer(peer, hosts[2], AS_PEER, [its], lines=[line.format(hosts[2].ipv4) for line in PORT[peer.NAME].get("lines", ())])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER, ("ipv4",))], lines=[
        f"neighbor {hosts[2].ipv4} port 1790"]))
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    text = kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}")
    check("Foreign port: 1790" in text, f"with that port:\n{text}")


@interop(covers="extended_open", peers=("frr",))
def the_long_form_of_open_is_spoken(lab, peer):
    """RFC 9072: parameters with lengths of two octets, both ways; FRR with this line reads no others."""
    hosts = lab.hosts(2)
    lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, raw=("extended-optional-parameters",))],
             networks=PREFIXES.values())
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)], lines=[
        f"neighbor {hosts[2].ipv4} extended-optional-parameters"]))
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    for family, prefix in PREFIXES.items():
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix}: the capabilities were read")


POLICY_KEYS = {"route-map M in": "routeMapForIncomingAdvertisements", "route-map M out": "routeMapForOutgoingAdvertisements",
               "prefix-list P in": "incomingUpdatePrefixFilterList", "filter-list F out": "outgoingUpdateAsPathFilterList",
               "unsuppress-map M": "selectiveUnsuppressRouteMap", "addpath-tx-all-paths": "addpathTxAllPaths",
               "default-originate route-map M": "defaultRouteMap", "as-override": "overrideASNsInOutboundUpdates",
               "attribute-unchanged as-path": "unchangedAsPathPropogatedToNbr"}


@interop(peers=("frr",))
def the_page_of_a_neighbor_has_the_same_keys(lab, peer):
    """`show ip bgp neighbors json`: what a line adds to FRR's it adds to ours, with the same value."""
    hosts, kuland, speaker = lab.pair(peer)
    kuland.configure("route-map M permit 10")
    speaker._vtysh("configure terminal", "route-map M permit 10")
    block = ("address-family ipv4 unicast",)
    for line, key in POLICY_KEYS.items():
        kuland.configure(f"router bgp {AS_KULAND}", *block, f"neighbor {hosts[2].ipv4} {line}")
        speaker._vtysh("configure terminal", f"router bgp {AS_PEER}", *block, f"neighbor {hosts[1].ipv4} {line}")
        ours = kuland.json(f"show ip bgp neighbors {hosts[2].ipv4}")[hosts[2].ipv4]["addressFamilyInfo"]["ipv4Unicast"]
        theirs = json.loads(speaker._vtysh(f"show bgp neighbors {hosts[1].ipv4} json"))[hosts[1].ipv4]
        wanted = theirs["addressFamilyInfo"]["ipv4Unicast"].get(key)
        check(wanted is not None and ours.get(key) == wanted, f"{line}: {key} is {wanted} and {ours.get(key)}")
