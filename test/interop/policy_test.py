"""Route maps and lists towards every other speaker: what is denied is withdrawn, what is set arrives, and no session is reset."""

from harness import AS_KULAND, check, interop, wait_for

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd", "exabgp")


def sessions_since_start(kuland, hosts):
    return kuland.json(f"show ip bgp neighbors {hosts[2].ipv4}")[hosts[2].ipv4]["connectionsEstablished"]


def apply_out(kuland, hosts, peer, line):
    """`neighbor X LINE out` in both families, on the sessions that carry them."""
    other = hosts[2].ipv4 if peer.BOTH_FAMILIES_IN_ONE_SESSION else hosts[2].ipv6
    for family, address in (("ipv4", hosts[2].ipv4), ("ipv6", other)):
        negated = "no " if line.startswith("no ") else ""
        kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast",
                         f"{negated}neighbor {address} {line.removeprefix('no ')} out")


@interop(covers="policy", peers=EVERYBODY)
def a_route_map_decides_what_the_peer_gets(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    subnets = (hosts[1].subnet_ipv4, hosts[1].subnet_ipv6)
    for subnet in subnets:
        wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet}")
    before = sessions_since_start(kuland, hosts)

    kuland.configure("route-map OUT permit 10", "set as-path prepend 65010 65011")
    apply_out(kuland, hosts, peer, "route-map OUT")
    for subnet in subnets:
        wait_for(lambda: speaker.route(subnet)["as_path"] == [AS_KULAND, 65010, 65011], f"the longer path of {subnet}")

    kuland.configure(f"ip prefix-list OWN permit {subnets[0]}", f"ipv6 prefix-list OWN permit {subnets[1]}",
                     "route-map OUT deny 5", "match ip address prefix-list OWN",
                     "route-map OUT deny 6", "match ipv6 address prefix-list OWN")
    for subnet in subnets:
        wait_for(lambda: not speaker.route(subnet), f"{speaker.NAME} has {subnet} no more")

    kuland.configure("no ip prefix-list OWN", "no ipv6 prefix-list OWN")  # what is not defined never matches
    for subnet in subnets:
        wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet} again")

    apply_out(kuland, hosts, peer, "no route-map OUT")
    for subnet in subnets:
        wait_for(lambda: speaker.route(subnet)["as_path"] == [AS_KULAND], f"the plain path of {subnet}")
    check(sessions_since_start(kuland, hosts) == before, "no session was reset")


@interop(peers=("bird", "frr"))
def lists_alone_filter_too(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    subnets = (hosts[1].subnet_ipv4, hosts[1].subnet_ipv6)
    for line in ("prefix-list NONE", "filter-list OTHERS", "distribute-list NONE"):
        for subnet in subnets:
            wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet}")
        kuland.configure("bgp as-path access-list OTHERS permit _65099_")
        apply_out(kuland, hosts, peer, line)
        for subnet in subnets:
            wait_for(lambda: not speaker.route(subnet), f"{line}: {speaker.NAME} has {subnet} no more")
        apply_out(kuland, hosts, peer, "no " + line)
