"""Route maps and lists towards every other speaker: what is denied is withdrawn, what is set arrives, and no session is reset."""

from harness import AS_KULAND, check, interop, wait_for

RTN_BLACKHOLE = "6"  # linux/rtnetlink.h
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


@interop(covers="lists", peers=EVERYBODY)
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


def neighbor_line(kuland, hosts, peer, family, line):
    """`[no] neighbor X LINE` on the session that carries the family."""
    address = hosts[2].ipv4 if family == "ipv4" or peer.BOTH_FAMILIES_IN_ONE_SESSION else hosts[2].ipv6
    negated = "no " if line.startswith("no ") else ""
    kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast",
                     f"{negated}neighbor {address} {line.removeprefix('no ')}")


@interop(covers="default_originate", peers=("bird", "frr"))
def the_default_route_carries_what_its_route_map_sets(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for family, default, subnet in (("ipv4", "0.0.0.0/0", hosts[1].subnet_ipv4), ("ipv6", "::/0", hosts[1].subnet_ipv6)):
        wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet}")
        kuland.configure(f"{'ip' if family == 'ipv4' else 'ipv6'} prefix-list WAY permit {subnet}", "route-map DEFAULT permit 10",
                         f"match {'ip' if family == 'ipv4' else 'ipv6'} address prefix-list WAY",
                         "set as-path prepend 65010", "set community 65000:77")
        neighbor_line(kuland, hosts, peer, family, "default-originate route-map DEFAULT")
        wait_for(lambda: speaker.route(default), f"{speaker.NAME} has {default}")
        check(speaker.route(default)["as_path"] == [AS_KULAND, 65010], f"what is set is in it: {speaker.route(default)}")
        check(speaker.route(subnet)["as_path"] == [AS_KULAND], "and in no other route")
        kuland.configure("route-map DEFAULT permit 10", "set as-path prepend 65011 65012")
        wait_for(lambda: speaker.route(default)["as_path"] == [AS_KULAND, 65011, 65012], "a change of it is told")
        kuland.configure(f"no {'ip' if family == 'ipv4' else 'ipv6'} prefix-list WAY")
        wait_for(lambda: not speaker.route(default), f"{default} goes when the route map stops holding")
        kuland.configure("no route-map DEFAULT")


@interop(covers="aggregate", peers=EVERYBODY)
def an_aggregate_is_a_blackhole_and_hides_what_no_map_unsuppresses(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for family, whole, subnet in (("ipv4", "10.0.0.0/12", hosts[1].subnet_ipv4), ("ipv6", "fd00:10::/32", hosts[1].subnet_ipv6)):
        wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet}")
        kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast", f"aggregate-address {whole} summary-only")
        wait_for(lambda: speaker.route(whole) and not speaker.route(subnet), f"{speaker.NAME} has {whole} for {subnet}")
        wait_for(lambda: hosts[1].routes(family).get(whole, {}).get("type") == RTN_BLACKHOLE, f"{whole} is a blackhole")
        check(f"{whole} [200/0] unreachable (blackhole), weight 1" in
              kuland.show(f"show {'ip' if family == 'ipv4' else 'ipv6'} route bgp"), "as FRR shows it")

        kuland.configure("route-map SHOWN permit 10", "set as-path prepend 65010")
        neighbor_line(kuland, hosts, peer, family, "unsuppress-map SHOWN")
        wait_for(lambda: speaker.route(subnet), f"{subnet} passes by the unsuppress-map")
        check(speaker.route(subnet)["as_path"] == [AS_KULAND, 65010], f"with what it sets: {speaker.route(subnet)}")
        neighbor_line(kuland, hosts, peer, family, "no unsuppress-map SHOWN")
        wait_for(lambda: not speaker.route(subnet), f"{subnet} is hidden again")

        kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast", f"no aggregate-address {whole}")
        wait_for(lambda: speaker.route(subnet) and not speaker.route(whole), f"{speaker.NAME} has {subnet} again")
        wait_for(lambda: whole not in hosts[1].routes(family), "and the blackhole is gone")


@interop(peers=("bird", "frr"))
def a_route_map_follows_the_way_to_the_next_hop(lab, peer):
    """`match interface` and `match peer` of what comes in, `set metric igp`, `set distance` and `set tag`."""
    hosts, kuland, speaker = lab.pair(peer)
    prefixes = ("10.200.0.0/24", "fd00:200::/64")
    for prefix in prefixes:
        wait_for(lambda: kuland.paths(prefix), f"kuland has {prefix}")
    other = hosts[2].ipv4 if peer.BOTH_FAMILIES_IN_ONE_SESSION else hosts[2].ipv6
    kuland.configure("route-map IN permit 10", "match interface eth0", "set metric igp", "set distance 99", "set tag 7")
    for family, address in (("ipv4", hosts[2].ipv4), ("ipv6", other)):
        kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast", f"neighbor {address} route-map IN in")
    for family, prefix in (("ip", prefixes[0]), ("ipv6", prefixes[1])):
        wait_for(lambda: kuland.json(f"show {family} route {prefix}")[prefix][0]["distance"] == 99, "its distance is 99")
        entry = kuland.json(f"show {family} route {prefix}")[prefix][0]
        check(entry["tag"] == 7 and entry.get("installed"), f"{entry}")
    kuland.configure("route-map IN permit 10", "match interface docker0")
    for prefix in prefixes:
        wait_for(lambda: not any(path["valid"] for path in kuland.paths(prefix)), f"{prefix} does not come by docker0")
    kuland.configure("route-map IN permit 10", "no match interface", f"match peer {hosts[2].ipv4}")
    wait_for(lambda: any(path["valid"] for path in kuland.paths(prefixes[0])), f"{prefixes[0]} comes from {hosts[2].ipv4}")


@interop(peers=("bird", "frr"))
def our_next_hop_follows_the_address_of_its_link(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    subnet = hosts[1].subnet_ipv6
    wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet}")
    before = sessions_since_start(kuland, hosts)
    check(hosts[1].ipv6 in speaker.describe(subnet), speaker.describe(subnet))
    new = hosts[1].ipv6 + "00"
    hosts[1].ip(f"addr add {new}/64 dev eth0 nodad", f"addr del {hosts[1].ipv6}/64 dev eth0")
    wait_for(lambda: new in speaker.describe(subnet), f"{speaker.NAME} hears of {new}:\n{speaker.describe(subnet)}")
    check(sessions_since_start(kuland, hosts) == before, "on the same session")


@interop(covers="as_set", peers=EVERYBODY)
def an_aggregate_tells_the_ases_of_what_it_stands_for(lab, peer):
    """RFC 4271 §9.2.2.2, `as-set`."""
    hosts, feeder, kuland, far = lab.chain(peer)
    for first, second, next_hop, whole, family in (
            ("10.76.1.0/24", "10.76.2.0/24", hosts[1].ipv4, "10.76.0.0/16", "ipv4"),
            ("fd76:0:1::/48", "fd76:0:2::/48", hosts[1].ipv6, "fd76::/32", "ipv6")):
        parts = ((first, "as-path [65001 65077]"), (second, "as-path [65001 65078]"))
        for prefix, path in parts:
            feeder.say(f"announce route {prefix} next-hop {next_hop} {path}")
        kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast", f"aggregate-address {whole} as-set")
        wait_for(lambda: far.route(whole) and "65077" in far.describe(whole) and "65078" in far.describe(whole),
                 f"{far.NAME} has {whole} with both ASes")
        check(far.route(whole)["as_path"][0] == AS_KULAND, f"behind ours: {far.route(whole)}")
        for prefix, path in parts:
            feeder.say(f"withdraw route {prefix} next-hop {next_hop} {path}")
        wait_for(lambda: not far.route(whole), f"{whole} goes with all that it stood for")


@interop(covers="community_lists", peers=EVERYBODY)
def community_lists_choose_by_what_a_route_carries(lab, peer):
    """Standard, expanded and large, each alone; what is chosen is withdrawn and comes back."""
    hosts, feeder, kuland, far = lab.chain(peer)
    routes = (("10.77.1.0/24", hosts[1].ipv4), ("fd77:0:1::/48", hosts[1].ipv6))
    for prefix, next_hop in routes:
        feeder.say(f"announce route {prefix} next-hop {next_hop} community [65001:7] large-community [65001:1:7]")
    def apply(negated):
        for family in ("ipv4", "ipv6"):
            kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast",
                             f"{negated}neighbor {hosts[1].ipv4} route-map IN in")
    lists = (("bgp community-list standard L permit 65001:7", "match community L"),
             ("bgp community-list expanded L permit 65001:[6-8]", "match community L"),
             ("bgp large-community-list standard L permit 65001:1:7", "match large-community L"))
    for line, match in lists:
        for prefix, _ in routes:
            wait_for(lambda: far.route(prefix), f"{far.NAME} has {prefix}")
        kuland.configure(line, "route-map IN deny 10", match, "route-map IN permit 20")
        apply("")
        for prefix, _ in routes:
            wait_for(lambda: not far.route(prefix), f"{prefix} is chosen by '{line}'")
        apply("no ")
        kuland.configure("no route-map IN", "no " + line)
