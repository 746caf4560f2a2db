"""Routes both ways, announced and withdrawn, IPv4 and IPv6. RFC 4271 §9, RFC 4760, RFC 2545."""

import socket

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, neighbors_for, peers, wait_for
from lab.ping import ping_from

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd", "exabgp")
KULAN_PROTOCOL = "75"


@interop(covers="sessions", peers=EVERYBODY, kind=("ibgp", "ebgp"))
def go_both_ways(lab, peer, kind):
    peer_as = AS_KULAND if kind == "ibgp" else AS_PEER
    hosts, kuland, speaker = lab.pair(peer, peer_as=peer_as)
    mine, its = hosts[1], hosts[2]

    for subnet, next_hop in zip(mine.subnets, (mine.ipv4, mine.ipv6)):
        route = wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet}")
        check(route["next_hop"] == next_hop, f"next hop of {subnet}: {route}")
        check(route["as_path"] == ([] if kind == "ibgp" else [AS_KULAND]), f"AS path of {subnet}: {route}")
    for prefix, next_hops, family in zip(("10.200.0.0/24", "fd00:200::/64"), its.next_hops, ("ipv4", "ipv6")):
        entry = wait_for(lambda: mine.routes(family).get(prefix), f"kuland's kernel has {prefix}")
        check(entry["gateway"] in next_hops, f"gateway of {prefix}: {entry}")
        check(str(entry["protocol"]) == KULAN_PROTOCOL and entry["metric"] == 20, f"protocol and metric: {entry}")
        path = kuland.paths(prefix)[0]
        check(path["valid"] and path["bestpath"], f"its path in show bgp: {path}")
        check(path["path"] == ("" if kind == "ibgp" else str(AS_PEER)), f"its AS path in show bgp: {path}")


@interop(covers="sessions", peers=EVERYBODY)
def of_the_peer_come_and_go(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    for prefix in ("10.201.0.0/16", "fd00:201::/32"):
        family = "ipv6" if ":" in prefix else "ipv4"

        speaker.announce(prefix)
        wait_for(lambda: prefix in hosts[1].routes(family), f"the kernel has {prefix}")
        speaker.withdraw(prefix)
        wait_for(lambda: prefix not in hosts[1].routes(family), f"the kernel has {prefix} no more")
        check(not kuland.paths(prefix), f"{prefix} is gone from show bgp")


@interop(covers="sessions", peers=EVERYBODY)
def of_kuland_come_and_go(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    for prefix in ("10.202.0.0/16", "fd00:202::/32"):
        family = "ipv6" if ":" in prefix else "ipv4"
        block = [f"router bgp {AS_KULAND}", f"address-family {family} unicast"]

        kuland.configure(*block, f"network {prefix}")
        wait_for(lambda: speaker.route(prefix), f"{speaker.NAME} has {prefix}")
        kuland.configure(*block, f"no network {prefix}")
        wait_for(lambda: not speaker.route(prefix), f"{speaker.NAME} has {prefix} no more")


@interop(covers="transit", peers=EVERYBODY)
def pass_through_kuland(lab, peer):
    """What one AS announces reaches another, with kuland's AS in the path. RFC 4271 §5.1.2."""
    hosts = lab.hosts(3)
    origin_as, far_as = 65001, 65003
    origin = lab.peer(peers.Bird, hosts[1], origin_as, [Neighbor(hosts[2].ipv4, AS_KULAND)],
                      networks=["10.200.0.0/24", "fd00:200::/64"])
    far = lab.peer(peer, hosts[3], far_as, neighbors_for(peer, hosts[2], AS_KULAND))
    lab.kuland(hosts[2], kuland_config(hosts[2], [Neighbor(hosts[1].ipv4, origin_as),
                                                  *neighbors_for(peer, hosts[3], far_as)]))

    for prefix in ("10.200.0.0/24", "fd00:200::/64"):
        route = wait_for(lambda: far.route(prefix), f"{far.NAME} has {prefix}")
        check(route["as_path"] == [AS_KULAND, origin_as], f"AS path: {route}")
        origin.withdraw(prefix)
        wait_for(lambda: not far.route(prefix), f"{far.NAME} has {prefix} no more")


@interop(peers=("bird", "frr"))
def carry_pings_between_pods(lab, peer):
    hosts = lab.hosts(2)
    lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), docker0=True)
    lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER)))

    for family, target in ((socket.AF_INET, hosts[2].pod_ipv4), (socket.AF_INET6, hosts[2].pod_ipv6)):
        wait_for(lambda: ping_from(hosts[1].pod_namespace, [target], 1, family, 0.5)[target] == 1, f"{target} answers")
