"""The kernel's tables: what is kuland's, and what is not."""

import os

from harness import AS_KULAND, AS_PEER, check, interop, kuland_config, neighbors_for, netns, wait_for

PREFIXES = (("10.200.0.0/24", "ipv4"), ("fd00:200::/64", "ipv6"))


def lines_of(host, prefix):
    return netns.run(["ip", "-n", host.namespace, "-6" if ":" in prefix else "-4", "-N", "route", "show", prefix]
                     ).strip().splitlines()


@interop(peers=("bird",))
def routes_of_others_are_never_touched(lab, peer):
    """Made by hand, by DHCP and by another daemon: they win by distance, and outlive learning, withdraw and stop."""
    hosts = lab.hosts(2)
    foreign = {}
    def add(prefix, gateway):
        for protocol, metric in ((4, 700), (16, 701), (186, 702)):
            hosts[1].ip(f"route add {prefix} via {gateway} proto {protocol} metric {metric}")
        foreign[prefix] = lines_of(hosts[1], prefix)
    gateways = {"10.200.0.0/24": hosts[2].ipv4, "fd00:200::/64": hosts[2].ipv6}
    for prefix, gateway in gateways.items():
        add(prefix, gateway)
    hosts[1].ip(f"route add 10.222.0.0/16 via {hosts[2].ipv4} proto 12")
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=list(gateways))
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER)))

    for prefix, gateway in gateways.items():
        wait_for(lambda: kuland.paths(prefix), f"{prefix} is learned")
        check(lines_of(hosts[1], prefix) == foreign[prefix], f"and not written beside the others': {lines_of(hosts[1], prefix)}")
        for line in foreign[prefix]:
            hosts[1].ip(f"route del {prefix} proto {line.split('proto ')[1].split()[0]} metric {line.split('metric ')[1].split()[0]}")
        wait_for(lambda: "proto 75" in "".join(lines_of(hosts[1], prefix)), f"kuland's route to {prefix} takes their place")
        add(prefix, gateway)
        speaker.withdraw(prefix)
        wait_for(lambda: not kuland.paths(prefix) and "proto 75" not in "".join(lines_of(hosts[1], prefix)),
                 f"kuland's route to {prefix} goes with the withdraw")
        left = [line for line in lines_of(hosts[1], prefix) if "proto 75" not in line]
        check(len(left) == 3, f"the others' routes to {prefix} stay: {left}")
    before = {prefix: lines_of(hosts[1], prefix) for prefix in gateways}
    kuland.stop()
    check(before == {prefix: lines_of(hosts[1], prefix) for prefix in gateways}, "and after the stop")
    check("10.222.0.0/16" in hosts[1].routes(), "a route of another protocol to another prefix stays")


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


@interop(peers=("bird",))
def another_table_is_kept_as_the_main_one_is(lab, peer):
    """Healed, audited, adopted after a restart and left in order, in table 100; what others have there stays."""
    hosts = lab.hosts(2)
    lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=[p for p, _ in PREFIXES])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER), lines=("bgp graceful-restart",),
                                                more=["fib table 100", "fib audit interval 1"]))
    def ours(prefix, table="100"):
        return netns.ip_json(hosts[1].namespace, "-6" if ":" in prefix else "-4", "route", "show", "table", table, "proto", "75", prefix)
    hosts[1].ip(f"route add 10.77.0.0/16 via {hosts[2].ipv4} proto 4 table 100")
    for prefix, _ in PREFIXES:
        wait_for(lambda: ours(prefix), f"{prefix} is in table 100")
        hosts[1].ip(f"route del {prefix} table 100")
        wait_for(lambda: ours(prefix), f"{prefix} is put back")
    wait_for(lambda: kuland.json("show fib audit")["last"]["routes"] == 2, "an audit sees both")

    kuland.kill()
    kuland.start()
    ledger = wait_for(lambda: kuland.json("show fib restart"), "the restart is over", 60)
    check((ledger["kept"], ledger["swept"]) == (2, 0), f"both were adopted: {ledger}")

    kuland.configure("no fib table")
    for prefix, _ in PREFIXES:
        wait_for(lambda: ours(prefix, "main") and not ours(prefix), f"{prefix} moves to the main table")
    check("10.77.0.0/16" in netns.run(["ip", "-n", hosts[1].namespace, "route", "show", "table", "100"]), "another's route stays")


@interop(peers=("bird",))
def an_audit_repairs_and_says_what_it_found(lab, peer):
    hosts, kuland, _ = lab.pair(peer)
    for prefix, family in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is learned")
    wait_for(lambda: kuland.json("show fib audit")["last"]["routes"] >= 2, "an audit sees both")
    found = kuland.json("show fib audit")
    check((found["missing"], found["different"]) == (0, 0), f"nothing is wrong: {found}")
    text = kuland.show("show fib audit")
    check("every 30 seconds" in text and "Missing" in text, text)


@interop(peers=("bird",))
def a_restart_is_accounted_for(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for prefix, family in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is learned")
    check("No restart" in kuland.show("show fib restart"), "the first start is none")
    kuland.kill()
    speaker.withdraw(PREFIXES[0][0])
    speaker.announce("10.201.0.0/24")

    kuland.start()

    ledger = wait_for(lambda: kuland.json("show fib restart"), "the restart is over", 60)
    check((ledger["kept"], ledger["added"], ledger["swept"]) == (1, 1, 1), f"the ledger: {ledger}")
    check("restart is over: 1 routes kept" in kuland.log(), "and a line in the log")


@interop(peers=("bird",))
def a_flush_leaves_a_clean_kernel(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for prefix, family in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is learned")
    hosts[1].ip(f"route add 10.77.0.0/16 via {hosts[2].ipv4} proto 4")

    check("removed from the kernel" in kuland.show("shutdown flush"), "it says what it does")

    wait_for(lambda: not kuland.is_running(), "kuland ends")
    for family in ("-4", "-6"):
        left = netns.run(["ip", "-n", hosts[1].namespace, family, "route", "show", "table", "all", "proto", "75"])
        check(not left.strip(), f"nothing is left: {left}")
    check("10.77.0.0/16" in hosts[1].routes(), "others' routes are")
    wait_for(lambda: not speaker.route(hosts[1].subnet_ipv4), "the peer was told")


@interop(peers=("bird",))
def what_a_dead_daemon_left_is_cleaned_up(lab, peer):
    hosts, kuland, _ = lab.pair(peer)
    for prefix, family in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is learned")
    program = os.path.join(kuland.build, "kuland")
    kuland.kill()

    dry = hosts[1].run(program, "--cleanup", "--dry-run", "--socket", "/nonexistent")
    for prefix, family in PREFIXES:
        check(f"would remove route {prefix} table 254 metric 20" in dry, f"{prefix} is named: {dry}")
        check(prefix in hosts[1].routes(family), f"{prefix} is still there")
    hosts[1].run(program, "--cleanup", "--socket", "/nonexistent")

    for prefix, family in PREFIXES:
        check(prefix not in hosts[1].routes(family), f"{prefix} is gone")


@interop(peers=("bird", "frr"))
def routes_name_objects_when_asked(lab, peer):
    """Across a crash and another's flush, and none is left where none is wanted."""
    hosts = lab.hosts(2)
    lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=[prefix for prefix, _ in PREFIXES])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER), more=["fib nexthop-objects"]))

    def names_objects():
        return all("nhid" in "".join(lines_of(hosts[1], prefix)) for prefix, _ in PREFIXES)

    wait_for(names_objects, "both families' routes name objects")
    before = [lines_of(hosts[1], prefix) for prefix, _ in PREFIXES]
    kuland.kill()
    kuland.start()
    wait_for(lambda: kuland.json("show fib restart"), "the restart is over", 60)
    check(before == [lines_of(hosts[1], prefix) for prefix, _ in PREFIXES], "adopted as they stood")

    hosts[1].ip("nexthop flush proto 75")
    wait_for(names_objects, "what another removed is back")
    kuland.show("shutdown flush")
    objects = ["ip", "-n", hosts[1].namespace, "nexthop", "show", "proto", "75"]
    wait_for(lambda: not netns.run(objects).strip(), "a flush leaves none")


@interop(objects=("plain", "by_object"))
def cleaning_up_finds_every_type_in_every_table(lab, objects):
    """Gateways, several next hops, blackhole and unreachable, both families, the daemon's table and others; and only ours."""
    hosts = lab.hosts(3)
    gateways = [(host.ipv4, host.ipv6) for host in (hosts[2], hosts[3])]
    lines = ["fib table 100", *(["fib nexthop-objects"] if objects == "by_object" else []),
             "ip route 10.51.0.0/16 Null0", "ip route 10.52.0.0/16 reject", "ipv6 route fd00:51::/64 Null0",
             "ipv6 route fd00:52::/64 reject", f"ip route 10.50.0.0/16 {gateways[0][0]}", f"ipv6 route fd00:50::/64 {gateways[0][1]}",
             *(line for v4, v6 in gateways for line in (f"ip route 10.53.0.0/16 {v4}", f"ipv6 route fd00:53::/64 {v6}"))]
    kuland = lab.kuland(hosts[1], "\n".join(lines) + "\n")
    def routes_of(protocol, table="all"):
        return [entry["dst"] for flag in ("-4", "-6")
                for entry in netns.ip_json(hosts[1].namespace, flag, "route", "show", "table", table, "proto", protocol)]
    wait_for(lambda: len(routes_of("75", "100")) == 8, "all eight are in table 100")
    kuland.kill()
    hosts[1].ip("route add 10.54.0.0/16 via 192.168.1.2 proto 75 table 200 metric 5", "route add blackhole fd00:54::/64 proto 75 table 200",
                "route add 10.50.0.0/16 via 192.168.1.3 proto 4 table 100 metric 30", "route add fd00:50::/64 via fd00:192:168:1::3 proto 4 table 200")

    said = hosts[1].run(os.path.join(kuland.build, "kuland"), "--cleanup", "--socket", "/nonexistent")

    check(said.count("removed route") == 10, f"each is named once:\n{said}")
    check(routes_of("75") == [], f"none is left: {routes_of('75')}")
    check(sorted(routes_of("4")) == ["10.50.0.0/16", "fd00:50::/64"], f"others' stay: {routes_of('4')}")
    check(netns.run(["ip", "-n", hosts[1].namespace, "nexthop", "show"]).strip() == "", "no next-hop object is left")
