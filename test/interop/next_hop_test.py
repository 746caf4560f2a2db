"""Next hops: which one a route is sent with, of which family, and several of them in the kernel."""

from harness import AS_KULAND, AS_PEER, FAMILIES, Neighbor, check, interop, kuland_config, neighbors_for, netns, wait_for

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd", "exabgp")
PREFIXES = {"ipv4": "10.200.0.0/24", "ipv6": "fd00:200::/64"}
EXTENDED = {"bird": {"channel": ("extended next hop on;",)}, "frr": {"raw": ("capability extended-nexthop",)},
            "exabgp": {"raw": ("nexthop enable;",), "channel": ("nexthop {", "  ipv4 unicast ipv6;", "}")}}


@interop(covers="extended_next_hop", peers=tuple(EXTENDED))
def ipv4_routes_go_by_ipv6_next_hops(lab, peer):
    """RFC 8950 over a session of global IPv6 addresses, down to the kernel and back again."""
    hosts = lab.hosts(2)
    speaker = lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv6, AS_KULAND, **EXTENDED[peer.NAME])],
                       networks=[PREFIXES["ipv6"]] if peer.NAME == "exabgp" else PREFIXES.values())
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv6, AS_PEER)], lines=[
        f"neighbor {hosts[2].ipv6} capability extended-nexthop"]))
    wait_for(lambda: kuland.is_established(hosts[2].ipv6), "established")
    if peer.NAME == "exabgp":
        speaker.say(f"announce route {PREFIXES['ipv4']} next-hop {hosts[2].ipv6}")

    def kernel_route():
        return netns.run(["ip", "-n", hosts[1].namespace, "route", "show", PREFIXES["ipv4"]])
    wait_for(lambda: any(f"via inet6 {hop} " in kernel_route() for hop in hosts[2].next_hops[1]), "the kernel has it")
    route = wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), "the peer has kuland's subnet")
    check(route["next_hop"] == hosts[1].ipv6, f"with an IPv6 next hop: {route}")
    told = kuland.json(f"show bgp neighbors {hosts[2].ipv6}")[hosts[2].ipv6]["neighborCapabilities"]["extendedNexthop"]
    check(told == "advertisedAndReceived", f"the capability is shown: {told}")
    if peer.NAME == "exabgp":
        speaker.say(f"withdraw route {PREFIXES['ipv4']} next-hop {hosts[2].ipv6}")
    else:
        speaker.withdraw(PREFIXES["ipv4"])
    wait_for(lambda: not kernel_route(), "withdrawn, it leaves the kernel")


def feed(feeder, hosts, word="announce"):
    for prefix, next_hop in ((PREFIXES["ipv4"], hosts[1].ipv4), (PREFIXES["ipv6"], hosts[1].ipv6)):
        feeder.say(f"{word} route {prefix} next-hop {next_hop}")


def of_far(kuland, hosts, peer, line, number=3):
    """`[no] neighbor X LINE` in each family, on the session with a host that carries it."""
    negated, line = ("no ", line[3:]) if line.startswith("no ") else ("", line)
    for neighbor in neighbors_for(peer, hosts[number], 0):
        for family in neighbor.families:
            kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast",
                             f"{negated}neighbor {neighbor.address} {line}")


def wait_for_next_hop(far, host):
    for prefix, next_hop in ((PREFIXES["ipv4"], host.ipv4), (PREFIXES["ipv6"], host.ipv6)):
        wait_for(lambda: (far.route(prefix) or {}).get("next_hop") == next_hop, f"{prefix} goes by {host.name}")


@interop(covers="next_hop_self", peers=EVERYBODY)
def next_hop_self_is_for_routes_of_other_ases(lab, peer):
    hosts, feeder, kuland, far = lab.chain(peer, peer_as=AS_KULAND)
    feed(feeder, hosts)
    wait_for_next_hop(far, hosts[1])
    of_far(kuland, hosts, peer, "next-hop-self")
    wait_for_next_hop(far, hosts[2])
    of_far(kuland, hosts, peer, "no next-hop-self")
    wait_for_next_hop(far, hosts[1])


@interop(covers="next_hop_self", peers=EVERYBODY)
def next_hop_self_force_is_for_reflected_routes_too(lab, peer):
    hosts, feeder, kuland, far = lab.chain(peer, peer_as=AS_KULAND, feeder_as=AS_KULAND)
    of_far(kuland, hosts, peer, "route-reflector-client")
    of_far(kuland, hosts, peer, "next-hop-self")
    feed(feeder, hosts)
    wait_for_next_hop(far, hosts[1])
    of_far(kuland, hosts, peer, "next-hop-self force")
    wait_for_next_hop(far, hosts[2])
    feed(feeder, hosts, "withdraw")
    for prefix in PREFIXES.values():
        wait_for(lambda: not far.route(prefix), f"{prefix} is withdrawn")


def gateways(host, family):
    route = host.routes(family).get(PREFIXES[family], {})
    return sorted(hop["gateway"] for hop in route.get("nexthops", [route]) if "gateway" in hop)


MULTIPATH = {"ebgp": ((AS_PEER, AS_PEER), ("maximum-paths 2",)),
             "relaxed": ((AS_PEER, AS_PEER + 1), ("maximum-paths 2", "bgp bestpath as-path multipath-relax")),
             "ibgp": ((AS_KULAND, AS_KULAND), ("maximum-paths ibgp 2",))}


@interop(covers="multipath", peers=EVERYBODY, kind=tuple(MULTIPATH))
def paths_that_are_equal_share_the_packets(lab, peer, kind):
    hosts = lab.hosts(3)
    numbers, lines = MULTIPATH[kind]
    speakers, mine = [], []
    for host, number in zip((hosts[2], hosts[3]), numbers):
        speakers.append(lab.peer(peer, host, number, neighbors_for(peer, hosts[1], AS_KULAND), networks=PREFIXES.values()))
        mine += neighbors_for(peer, host, number)
    text = kuland_config(hosts[1], mine, lines=[line for line in lines if line.startswith("bgp")])
    for family in FAMILIES:
        text = text.replace(f" address-family {family} unicast\n", f" address-family {family} unicast\n  {lines[0]}\n")
    kuland = lab.kuland(hosts[1], text)
    for family, prefix in PREFIXES.items():
        wait_for(lambda: len(gateways(hosts[1], family)) == 2, f"the kernel has two next hops of {prefix}")
        check(sum(bool(path.get("multipath")) for path in kuland.paths(prefix)) == 2, f"both are marked: {kuland.paths(prefix)}")
    for family, prefix in PREFIXES.items():
        speakers[0].withdraw(prefix)
        wait_for(lambda: len(gateways(hosts[1], family)) == 1, f"one next hop of {prefix} is left")
        check(gateways(hosts[1], family)[0] in sum(hosts[3].next_hops, ()), f"the other's: {gateways(hosts[1], family)}")


FAR = {"bird": ("multihop 2;", "source address 10.99.0.3;"), "frr": ("ebgp-multihop 2", "update-source 10.99.0.3"),
       "gobgp": ("[neighbors.transport.config]", 'local-address = "10.99.0.3"',
                 "[neighbors.ebgp-multihop.config]", "enabled = true", "multihop-ttl = 2"),
       "openbgpd": ("multihop 2", "local-address 10.99.0.3")}


@interop(covers="multihop", peers=tuple(FAR))
def a_peer_behind_a_router_needs_ebgp_multihop(lab, peer):
    """Sessions between loopback addresses, by `update-source`, through host 2."""
    hosts = lab.hosts(3)
    netns.set_sysctls(hosts[2].namespace, {f"net/ipv4/conf/{name}/send_redirects": 0 for name in ("all", "eth0")})
    for host, own, other in ((hosts[1], 1, 3), (hosts[3], 3, 1)):
        host.ip(f"addr add 10.99.0.{own}/32 dev lo", f"route add 10.99.0.{other}/32 via {hosts[2].ipv4}")
        hosts[2].ip(f"route add 10.99.0.{own}/32 via {host.ipv4}")
    speaker = lab.peer(peer, hosts[3], AS_PEER, [Neighbor("10.99.0.1", AS_KULAND, ("ipv4",), raw=FAR[peer.NAME])],
                       networks=[PREFIXES["ipv4"]], lines=["listen on 10.99.0.3"] if peer.NAME == "openbgpd" else ())
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor("10.99.0.3", AS_PEER, ("ipv4",))], lines=[
        "neighbor 10.99.0.3 update-source 10.99.0.1"]))
    wait_for(lambda: "No route to host" in kuland.show("show ip bgp neighbors 10.99.0.3"), "its packets end at the router")
    check(not kuland.is_established("10.99.0.3"), "without ebgp-multihop there is no session")

    kuland.configure(f"router bgp {AS_KULAND}", "neighbor 10.99.0.3 ebgp-multihop 2")
    wait_for(lambda: kuland.is_established("10.99.0.3"), "with it there is", 40)
    check("up to 2 hops away" in kuland.show("show ip bgp neighbors 10.99.0.3"), "and it is shown")
    way = hosts[3] if peer.NAME == "gobgp" else hosts[2]  # GoBGP's next hop is the one it is given, on the shared link
    wait_for(lambda: hosts[1].routes().get(PREFIXES["ipv4"], {}).get("gateway") == way.ipv4, f"its route goes by {way.name}")
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), "and it has kuland's subnet")
