"""`explain`, where the kernel, another node or an octet too many is why: what it names is what happened."""

import json

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, neighbors_for, netns, peers, wait_for

PREFIXES = (("10.200.0.0/24", "ipv4"), ("fd00:200::/64", "ipv6"))


def explain(kuland, prefix):
    """The answer as JSON and as text, whatever the exit status."""
    return json.loads(kuland.try_show(f"explain {prefix} json")[1]), kuland.try_show(f"explain {prefix}")[1]


def line_of(text, step):
    return next((line for line in text.splitlines() if line.startswith(f"  {step} ")), "")


@interop(peers=("bird",))
def an_acknowledged_route_is_seen_by_the_audit(lab, peer):
    hosts = lab.hosts(2)
    lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=[prefix for prefix, _ in PREFIXES])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER), more=["no fib audit interval"]))
    for prefix, family in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
    kuland.configure("fib audit interval 1")
    for prefix, _ in PREFIXES:
        told = lambda p=prefix: line_of(explain(kuland, p)[1], "Kernel route")
        wait_for(lambda: "seen by the audit" in told(), f"an audit after {prefix} came is told")
        check(" installed" in told(), told())


@interop()
def what_the_kernel_refuses_has_the_kernels_words(lab):
    """Rules let the session through and nothing else: the kernel finds no way to the next hop, says so, and is asked again."""
    hosts = lab.hosts(2)
    gateways = {"-4": hosts[2].ipv4, "-6": hosts[2].ipv6}
    for version, gateway in gateways.items():
        hosts[1].run("ip", version, "rule", "add", "to", gateway, "ipproto", "tcp", "lookup", "main", "priority", "10")
        hosts[1].run("ip", version, "rule", "add", "to", gateway, "unreachable", "priority", "11")
    lab.peer(peers.ExaBgp, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)], networks=[prefix for prefix, _ in PREFIXES])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)],
                                                more=["fib table 100", "fib audit interval 1"]))
    for (prefix, _), (version, gateway) in zip(PREFIXES, gateways.items()):
        words = hosts[1].run("ip", version, "route", "add", prefix, "via", gateway, "table", "100", check=False)
        words = words.split(": ", 1)[1].splitlines()[0].rstrip(".")
        answer, text = wait_for(lambda: (told := explain(kuland, prefix))[0]["verdict"] == "refused" and told, f"{prefix} is refused")
        check(answer["fib"] == "failed" and not answer["reachable"] and answer["routes"][0]["errno"] > 0, answer)
        check(answer["routes"][0]["error"] == words and words in answer["sentence"], f"{answer}, the kernel says: {words}")
        check(words in line_of(text, "Kernel route"), text)
        hosts[1].run("ip", version, "rule", "del", "priority", "11")
        wait_for(lambda: explain(kuland, prefix)[0]["fib"] == "installed", f"the kernel takes {prefix} as soon as it can")


@interop(peers=("bird",))
def the_switches_of_the_kernel_are_named(lab, peer):
    hosts, kuland, _ = lab.pair(peer)
    for prefix, family in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
    # The stricter of the two counts, says the kernel's ip-sysctl.
    for of_all, of_link, meaning in ((0, 0, "off"), (0, 1, "strict"), (2, 1, "loose"), (1, 0, "strict")):
        netns.set_sysctls(hosts[1].namespace, {"net/ipv4/conf/all/rp_filter": of_all, "net/ipv4/conf/eth0/rp_filter": of_link})
        answer, text = explain(kuland, PREFIXES[0][0])
        check(f"rp_filter of eth0 is {meaning}" in text, f"{of_all} and {of_link}: {text}")
        check(answer["kernel"]["rpFilter"] == max(of_all, of_link), answer["kernel"])
    check("rp_filter" not in explain(kuland, PREFIXES[1][0])[1], "IPv6 has none")
    for prefix, _ in PREFIXES:
        check("forwarding is on" in explain(kuland, prefix)[1], prefix)
        name = "net/ipv6/conf/all/forwarding" if ":" in prefix else "net/ipv4/ip_forward"
        netns.set_sysctls(hosts[1].namespace, {name: 0})
        answer, text = explain(kuland, prefix)
        check(answer["verdict"] == "forwardingOff" and "forwarding is off" in text, text)


@interop()
def a_malformed_update_is_named_where_its_prefix_is_missed(lab):
    hosts = lab.hosts(2)
    speaker = lab.peer(peers.ExaBgp, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)], networks=["10.200.0.0/24"])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)]))
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "it is learned")
    check("malformed" not in explain(kuland, "10.201.0.0/24")[1], "nothing is wrong yet")
    # COMMUNITIES of three octets: treat-as-withdraw, RFC 7606 section 7.8.
    speaker.say(f"announce route 10.200.0.0/24 next-hop {hosts[2].ipv4} attribute [0x08 0xc0 0x010203]")
    wait_for(lambda: not kuland.paths("10.200.0.0/24"), "it is taken as withdrawn")
    answer, text = explain(kuland, "10.200.0.0/24")
    check(answer["verdict"] == "notAnnounced" and answer["neighbors"][0]["malformedUpdates"] == 1, answer)
    check("1 malformed UPDATE" in text and "COMMUNITIES" in text and "c0 08 03 01 02 03" in text, text)
    check(kuland.is_established(hosts[2].ipv4), "the session stays")


@interop()
def a_subnet_of_two_hosts_is_told_as_a_duplicate(lab):
    """The mesh's fault that nobody looks for: two bridges with one subnet."""
    hosts = lab.hosts(3, forwarding=False)
    twice = ("10.1.2.0/24", "fd00:10:1:2::/64")
    hosts[3].ip(f"addr add {twice[0].replace('.0/', '.9/')} dev docker0", f"addr add {twice[1].replace('::/', '::9/')} dev docker0")
    kulands = [lab.kuland(host, start=False) for host in hosts]
    for kuland in kulands:
        kuland.start(wait=False)
    kulands[0].wait_ready()
    for prefix in twice:
        answer, text = wait_for(lambda: (told := explain(kulands[0], prefix))[0]["verdict"] == "duplicate" and told,
                                f"{prefix} is a duplicate", 60)
        check({path["state"] for path in answer["paths"]} == {"duplicateSubnet"} and len(answer["paths"]) == 2, answer)
        for host in (hosts[2], hosts[3]):
            check(host.ipv4 in line_of(text, "Received") or f"\n{' ' * 17}{host.ipv4}" in text, f"{host.ipv4} claims it: {text}")
        check("is claimed by several nodes" in text, text)
