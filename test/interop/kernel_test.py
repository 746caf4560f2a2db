"""The kernel's tables: what is kuland's, and what is not."""

from harness import AS_KULAND, AS_PEER, check, interop, kuland_config, neighbors_for, netns, wait_for

PREFIXES = (("10.200.0.0/24", "ipv4"), ("fd00:200::/64", "ipv6"))


def lines_of(host, prefix):
    return netns.run(["ip", "-n", host.namespace, "-6" if ":" in prefix else "-4", "-N", "route", "show", prefix]
                     ).strip().splitlines()


@interop(peers=("bird",))
def routes_of_others_are_never_touched(lab, peer):
    """The same prefix by hand, by DHCP's and by another daemon's protocol: they outlive learning, withdraw and stop."""
    hosts = lab.hosts(2)
    foreign = []
    for prefix, gateway in (("10.200.0.0/24", hosts[2].ipv4), ("fd00:200::/64", hosts[2].ipv6)):
        for protocol, metric in ((4, 700), (16, 701), (186, 702)):
            hosts[1].ip(f"route add {prefix} via {gateway} proto {protocol} metric {metric}")
        foreign.append((prefix, lines_of(hosts[1], prefix)))
    hosts[1].ip(f"route add 10.222.0.0/16 via {hosts[2].ipv4} proto 12")
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=[p for p, _ in PREFIXES])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER)))

    for prefix, before in foreign:
        wait_for(lambda: len(lines_of(hosts[1], prefix)) == len(before) + 1, f"kuland's own route to {prefix} beside them")
        speaker.withdraw(prefix)
        wait_for(lambda: lines_of(hosts[1], prefix) == before, f"only the others' routes to {prefix} are left")
    kuland.stop()
    for prefix, before in foreign:
        check(lines_of(hosts[1], prefix) == before, f"and after the stop: {prefix}")
    check("10.222.0.0/16" in hosts[1].routes(), "a route of another protocol to another prefix")


@interop(peers=("bird",))
def routes_that_someone_deletes_come_back(lab, peer):
    hosts, _, _ = lab.pair(peer)
    for prefix, family in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is learned")
        hosts[1].ip(f"route del {prefix}")
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is put back")


@interop(peers=("bird",))
def no_kernel_learns_and_writes_nothing(lab, peer):
    hosts = lab.hosts(2)
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=[p for p, _ in PREFIXES])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER)), arguments=["--no-kernel"])

    for prefix, family in PREFIXES:
        wait_for(lambda: kuland.paths(prefix), f"{prefix} is learned")
        check(prefix not in hosts[1].routes(family), f"{prefix} is not written")
    for subnet in hosts[1].subnets:
        wait_for(lambda: speaker.route(subnet), f"{subnet} is announced all the same")


@interop(peers=("bird",))
def metric_and_table_are_those_of_the_file(lab, peer):
    hosts = lab.hosts(2)
    lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=[p for p, _ in PREFIXES])
    lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER),
                                       more=["fib metric 77", "fib table 100"]))
    for prefix, family in PREFIXES:
        def entry():
            flag = "-6" if family == "ipv6" else "-4"
            found = netns.ip_json(hosts[1].namespace, flag, "route", "show", "table", "100", prefix)
            return found and found[0]
        route = wait_for(entry, f"{prefix} is in table 100")
        check(route["metric"] == 77, f"its metric: {route}")
        check(prefix not in hosts[1].routes(family), "and not in the main table")
