"""Static routes, the source of this host's packets, and the kernel's acknowledgement: what zebra does in FRR."""

from harness import AS_KULAND, AS_PEER, check, interop, kuland_config, neighbors_for, netns, wait_for

FAMILIES = ("ipv4", "ipv6")


def kernel_line(host, prefix):
    return netns.run(["ip", "-n", host.namespace, "-6" if ":" in prefix else "-4", "route", "show", prefix]).strip()


def lone(lab, *more):
    hosts = lab.hosts(2)
    return hosts, lab.kuland(hosts[1], kuland_config(hosts[1], [], more=more))


@interop()
def routes_come_and_go_with_their_lines(lab):
    hosts, kuland = lone(lab)
    cases = (("ip route 10.50.0.0/16 {gateway}", "10.50.0.0/16", "via {gateway} dev eth0"),
             ("ip route 10.51.0.0 255.255.0.0 {gateway} tag 7 120", "10.51.0.0/16", "via {gateway} dev eth0"),
             ("ip route 10.52.0.0/16 Null0", "10.52.0.0/16", "blackhole"),
             ("ip route 10.53.0.0/16 reject", "10.53.0.0/16", "unreachable"),
             ("ip route 10.54.0.0/16 eth0", "10.54.0.0/16", "dev eth0"),
             ("ip route 10.55.0.0/16 203.0.113.9 eth0 onlink", "10.55.0.0/16", "via 203.0.113.9 dev eth0"),
             ("ipv6 route fd50::/32 {gateway6}", "fd50::/32", "via {gateway6} dev eth0"),
             ("ipv6 route fd52::/32 blackhole", "fd52::/32", "blackhole"),
             ("ipv6 route fd54::/32 fe80::99 eth0", "fd54::/32", "via fe80::99 dev eth0"))
    names = {"gateway": hosts[2].ipv4, "gateway6": hosts[2].ipv6}
    for line, prefix, expected in cases:
        line, expected = line.format(**names), expected.format(**names)
        kuland.configure(line)
        wait_for(lambda: expected in kernel_line(hosts[1], prefix), f"{line}: '{expected}' in the kernel")
        check(prefix in netns.run(["ip", "-n", hosts[1].namespace, "-6" if ":" in prefix else "-4", "route", "show", "proto",
                                   "75"]), f"of our protocol: {kernel_line(hosts[1], prefix)}")
        family = "ipv6" if ":" in prefix else "ip"
        shown = wait_for(lambda: f"S>* {prefix}" in kuland.show(f"show {family} route"), f"{prefix} in show {family} route")
        entry = kuland.json(f"show {family} route {prefix}")[prefix][0]
        check(shown and entry["protocol"] == "static" and entry["installed"], f"{entry}")
    running = kuland.show("show running-config")
    for line, prefix, _ in cases:
        written = line.format(**names).replace(" 255.255.0.0", "/16")
        check(written in running, f"'{written}' is written:\n{running}")
        kuland.configure("no " + line.format(**names))
        wait_for(lambda: not kernel_line(hosts[1], prefix), f"{prefix} went with 'no'")


@interop()
def a_floating_one_stands_by(lab):
    """By an interface that goes down, and by one of greater distance."""
    hosts, kuland = lone(lab)
    hosts[1].ip("link add tun7 type veth peer name tun8", "link set tun8 up", "link set tun7 up")
    for prefix, word in (("10.60.0.0/16", "ip"), ("fd60::/32", "ipv6")):
        kuland.configure(f"{word} route {prefix} tun7", f"{word} route {prefix} blackhole 250")
        wait_for(lambda: "dev tun7" in kernel_line(hosts[1], prefix), f"{prefix} by the interface")
    hosts[1].ip("link set tun7 down")
    for prefix in ("10.60.0.0/16", "fd60::/32"):
        wait_for(lambda: "blackhole" in kernel_line(hosts[1], prefix), f"{prefix} by the one that stands by")
    hosts[1].ip("link set tun7 up")
    for prefix in ("10.60.0.0/16", "fd60::/32"):
        wait_for(lambda: "dev tun7" in kernel_line(hosts[1], prefix), f"{prefix} by the interface again")
    hosts[1].ip("link del tun7")
    for prefix in ("10.60.0.0/16", "fd60::/32"):
        wait_for(lambda: "blackhole" in kernel_line(hosts[1], prefix), f"{prefix} when the interface is gone")


@interop(peers=("bird", "frr"))
def they_contend_and_are_redistributed(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    prefixes = (("10.200.0.0/24", "ipv4", "ip"), ("fd00:200::/64", "ipv6", "ipv6"))
    for prefix, family, word in prefixes:
        wait_for(lambda: "via" in kernel_line(hosts[1], prefix), f"{prefix} is learned")
        kuland.configure(f"{word} route {prefix} blackhole")
        wait_for(lambda: "blackhole" in kernel_line(hosts[1], prefix), f"the static route to {prefix} wins")
        kuland.configure(f"no {word} route {prefix} blackhole", f"{word} route {prefix} blackhole 250")
        wait_for(lambda: "via" in kernel_line(hosts[1], prefix), f"BGP's to {prefix} wins")
        speaker.withdraw(prefix)
        wait_for(lambda: "blackhole" in kernel_line(hosts[1], prefix), f"the floating one to {prefix} takes over")
        own = "10.61.0.0/16" if family == "ipv4" else "fd61::/32"
        kuland.configure(f"{word} route {own} blackhole", f"router bgp {AS_KULAND}", f"address-family {family} unicast",
                         "redistribute static")
        wait_for(lambda: speaker.route(own), f"{speaker.NAME} has {own}")
        kuland.configure(f"no {word} route {own} blackhole")
        wait_for(lambda: not speaker.route(own), f"{speaker.NAME} has {own} no more")


@interop(peers=("bird",))
def packets_of_this_host_have_the_source_of_the_route_map(lab, peer):
    hosts, kuland, _ = lab.pair(peer)
    sources = {"10.200.0.0/24": "10.99.0.1", "fd00:200::/64": "fd99::1"}
    hosts[1].ip("addr add 10.99.0.1/32 dev lo", "addr add fd99::1/128 dev lo nodad")
    for prefix in sources:
        wait_for(lambda: "via" in kernel_line(hosts[1], prefix), f"{prefix} is learned")
    kuland.configure("route-map SRC4 permit 10", "set src 10.99.0.1", "exit", "route-map SRC6 permit 10", "set src fd99::1",
                     "exit", "ip protocol bgp route-map SRC4", "ipv6 protocol bgp route-map SRC6")
    for prefix, source in sources.items():
        wait_for(lambda: f"src {source}" in kernel_line(hosts[1], prefix), f"{prefix} has source {source}")
    kuland.configure("no ip protocol bgp route-map", "no ipv6 protocol bgp route-map")
    for prefix in sources:
        wait_for(lambda: "src" not in kernel_line(hosts[1], prefix), f"{prefix} has none")


@interop(peers=("bird", "frr"))
def only_what_the_kernel_has_is_announced(lab, peer):
    """suppress-fib-pending: the kernel refuses routes with a source that this host does not have, until it has it."""
    hosts = lab.hosts(3)
    sources = {"10.200.0.0/24": "10.98.0.1", "fd00:200::/64": "fd98::1"}
    lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=list(sources))
    receiver = lab.peer(peer, hosts[3], AS_PEER + 1, neighbors_for(peer, hosts[1], AS_KULAND))
    mine = neighbors_for(peer, hosts[2], AS_PEER) + neighbors_for(peer, hosts[3], AS_PEER + 1)
    policy = ("route-map SRC4 permit 10", " set src 10.98.0.1", "route-map SRC6 permit 10", " set src fd98::1",
              "ip protocol bgp route-map SRC4", "ipv6 protocol bgp route-map SRC6")
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], mine, lines=("bgp suppress-fib-pending",), more=policy))
    for prefix, source in sources.items():
        wait_for(lambda: kuland.paths(prefix), f"{prefix} is learned")
        family = "ipv6" if ":" in prefix else "ip"
        wait_for(lambda: f"B>r {prefix}" in kuland.show(f"show {family} route"), f"the kernel refuses {prefix}")
        wait_for(lambda: receiver.route(hosts[1].subnet_ipv4), "the third host has what is kuland's own")
        check(not receiver.route(prefix), f"but not {prefix}")
        hosts[1].ip(f"addr add {source}/{128 if ':' in prefix else 32} dev lo")
        wait_for(lambda: f"src {source}" in kernel_line(hosts[1], prefix), f"{prefix} is in the kernel")
        wait_for(lambda: receiver.route(prefix), f"the third host has {prefix}")


@interop(covers="redistribute", peers=("bird", "frr", "gobgp", "openbgpd", "exabgp"))
def a_route_map_chooses_what_is_redistributed(lab, peer):
    """What it does not permit stays at home, what it sets arrives, and its change is followed."""
    hosts, kuland, speaker = lab.pair(peer)
    kuland.configure("ip prefix-list SOME permit 10.61.0.0/16", "ipv6 prefix-list SOME permit fd61::/32",
                     "route-map STATIC permit 10", "match ip address prefix-list SOME", "set as-path prepend 65061",
                     "route-map STATIC permit 11", "match ipv6 address prefix-list SOME", "set as-path prepend 65061")
    for family, word, some, other in (("ipv4", "ip", "10.61.0.0/16", "10.62.0.0/16"), ("ipv6", "ipv6", "fd61::/32", "fd62::/32")):
        kuland.configure(f"{word} route {other} blackhole", f"{word} route {some} blackhole", f"router bgp {AS_KULAND}",
                         f"address-family {family} unicast", "redistribute static route-map STATIC")
        wait_for(lambda: speaker.route(some), f"{speaker.NAME} has {some}")
        check(speaker.route(some)["as_path"] == [AS_KULAND, 65061], f"with what is set: {speaker.route(some)}")
        check(not speaker.route(other), f"{other} is not permitted")
        kuland.configure(f"{word} prefix-list SOME permit {other}")
        wait_for(lambda: speaker.route(other), f"{speaker.NAME} has {other} when it is")
        kuland.configure(f"router bgp {AS_KULAND}", f"address-family {family} unicast", "no redistribute static")
        wait_for(lambda: not speaker.route(some) and not speaker.route(other), f"{speaker.NAME} has neither")
