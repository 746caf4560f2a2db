"""`neighbor … remote-as auto`: the peer's OPEN says whether it is internal or external, anew for each session."""

from harness import AS_KULAND, AS_PEER, FAMILIES, Neighbor, check, interop, kuland_config, netns, peers, wait_for

PREFIXES = {"ipv4": "10.200.0.0/24", "ipv6": "fd00:200::/64"}
OURS = {"ipv4": "10.201.0.0/24", "ipv6": "fd00:201::/64"}
LINES = ("no bgp network import-check", "neighbor who remote-as auto", "neighbor who timers connect 1")


def auto(host):
    return Neighbor(host.ipv4, "auto")


def config(host, neighbors, *lines, policy=False):
    text = kuland_config(host, neighbors, lines=("no bgp network import-check", *lines), networks=OURS.values())
    return text.replace(" no bgp ebgp-requires-policy", "") if policy else text


def start_peer(lab, peer, host, other, as_number):
    return lab.peer(peer, host, as_number, [Neighbor(other.ipv4, AS_KULAND)], networks=list(PREFIXES.values()))


def check_exchange(hosts, kuland, speaker, internal):
    """Routes both ways, as to a peer of that type."""
    address = hosts[2].ipv4
    for family in FAMILIES:
        def of_its_type():
            return [path for path in kuland.paths(PREFIXES[family])
                    if path["pathFrom"] == ("internal" if internal else "external")]
        path = wait_for(of_its_type, f"kuland has {PREFIXES[family]}")[0]
        check(len(kuland.paths(PREFIXES[family])) == 1, "and no other path")
        check(path["path"] == ("" if internal else str(AS_PEER)), f"its AS_PATH: {path}")
        check(path.get("locPrf") == (100 if internal else None), f"LOCAL_PREF comes from internal peers alone: {path}")
        wait_for(lambda f=family: PREFIXES[f] in hosts[1].routes(f), f"the kernel has {PREFIXES[family]}")
        metric = kuland.json(f"show {'ip' if family == 'ipv4' else 'ipv6'} route {PREFIXES[family]}")[PREFIXES[family]][0]
        check(metric["distance"] == (200 if internal else 20), f"administrative distance: {metric}")
        route = wait_for(lambda f=family: speaker.route(OURS[f]), f"the peer has {OURS[family]}")
        check(route["as_path"] == ([] if internal else [AS_KULAND]), f"AS_PATH as the peer has it: {route}")
    link = "internal" if internal else "external"
    as_number = AS_KULAND if internal else AS_PEER
    text = kuland.show(f"show bgp neighbors {address}")
    check(f"BGP neighbor is {address}, remote AS {as_number}, local AS {AS_KULAND}, {link} link" in text, text)
    entry = kuland.json(f"show bgp neighbors {address}")[address]
    check(entry["remoteAs"] == as_number and entry.get(f"nbr{link.capitalize()}Link") is True, f"{entry}")
    check(kuland.json("show bgp summary")["ipv4Unicast"]["peers"][address]["remoteAs"] == as_number, "summary")
    for kind in ("internal", "external"):
        shown = address in kuland.show(f"show bgp summary remote-as {kind}")
        check(shown == (kind == link), f"show bgp summary remote-as {kind}")


def check_gone(hosts, kuland):
    for family in FAMILIES:
        wait_for(lambda f=family: not kuland.paths(PREFIXES[f]), f"{PREFIXES[family]} is gone")
        wait_for(lambda f=family: PREFIXES[f] not in hosts[1].routes(f), "from the kernel, too")


@interop(peers=("bird", "frr"))
def the_open_says_which_type_the_peer_is(lab, peer):
    """First internal; then it comes back from another AS as external; then as internal again."""
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], config(hosts[1], [auto(hosts[2])]))
    text = kuland.show(f"show bgp neighbors {hosts[2].ipv4}")
    check(f"remote AS 0, local AS {AS_KULAND}, link type follows with the OPEN" in text, f"nobody was heard yet:\n{text}")
    entry = kuland.json(f"show bgp neighbors {hosts[2].ipv4}")[hosts[2].ipv4]
    check("nbrInternalLink" not in entry and "nbrExternalLink" not in entry, f"{entry}")

    for as_number in (AS_KULAND, AS_PEER, AS_KULAND):
        speaker = start_peer(lab, peer, hosts[2], hosts[1], as_number)
        check_exchange(hosts, kuland, speaker, as_number == AS_KULAND)
        speaker.stop()
        check_gone(hosts, kuland)
    check(f"neighbor {hosts[2].ipv4} remote-as auto" in kuland.show("show running-config"), "the line stays as it was typed")


@interop(peers=("bird",))
def what_is_kept_of_a_restart_is_not_the_other_types(lab, peer):
    """RFC 4724: its routes stay while it is away, but who comes from another AS is somebody else."""
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], config(hosts[1], [auto(hosts[2])], "bgp graceful-restart"))
    raw = ("graceful restart on;", "graceful restart time 60;")
    def start(as_number):
        return lab.peer(peer, hosts[2], as_number, [Neighbor(hosts[1].ipv4, AS_KULAND, raw=raw)],
                        networks=list(PREFIXES.values()))
    speaker = start(AS_KULAND)
    check_exchange(hosts, kuland, speaker, internal=True)
    speaker.kill()
    wait_for(lambda: any(path.get("stale") for path in kuland.paths(PREFIXES["ipv4"])), "its route is stale")

    speaker = start(AS_PEER)
    check_exchange(hosts, kuland, speaker, internal=False)
    check(not any(path.get("stale") for path in kuland.paths(PREFIXES["ipv4"])), "nothing is stale")


@interop(peers=("bird",))
def a_policy_is_asked_for_of_external_ones_alone(lab, peer):
    """RFC 8212."""
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], config(hosts[1], [auto(hosts[2])], policy=True))
    speaker = start_peer(lab, peer, hosts[2], hosts[1], AS_KULAND)
    check_exchange(hosts, kuland, speaker, internal=True)
    speaker.stop()
    check_gone(hosts, kuland)

    speaker = start_peer(lab, peer, hosts[2], hosts[1], AS_PEER)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "as external it comes up")
    check("(Policy)" in kuland.show("show bgp summary"), "and the summary says what lacks")
    check(not speaker.route(OURS["ipv4"]) and PREFIXES["ipv4"] not in hosts[1].routes(), "nothing goes through")


@interop(peers=("bird",), type=("internal", "external"))
def groups_and_ranges_have_it(lab, peer, type):
    """A peer group's members and its callers, each with a type of its own."""
    hosts = lab.hosts(3)
    as_number, other = (AS_KULAND, AS_PEER) if type == "internal" else (AS_PEER, AS_KULAND)
    lines = ["neighbor who peer-group", *LINES[1:], f"neighbor {hosts[2].ipv4} peer-group who",
             f"bgp listen range {hosts[3].ipv4}/32 peer-group who"]
    for family in FAMILIES:
        lines += [f"address-family {family} unicast", "neighbor who activate", "exit-address-family"]
    kuland = lab.kuland(hosts[1], config(hosts[1], [], *lines))
    member = start_peer(lab, peer, hosts[2], hosts[1], as_number)
    caller = lab.peer(peers.Bird, hosts[3], other, [Neighbor(hosts[1].ipv4, AS_KULAND)],
                      networks=["10.203.0.0/24", "fd00:203::/64"])

    check_exchange(hosts, kuland, member, type == "internal")
    wait_for(lambda: kuland.paths("10.203.0.0/24"), "the caller's route is there")
    check(kuland.paths("10.203.0.0/24")[0]["pathFrom"] == ("external" if type == "internal" else "internal"), "of its type")
    route = wait_for(lambda: caller.route(OURS["ipv6"]), "the caller has ours")
    check(route["as_path"] == ([AS_KULAND] if other == AS_PEER else []), f"{route}")
    caller.kill()
    wait_for(lambda: hosts[3].ipv4 not in kuland.peers(), "it is gone with its session")


@interop(peers=("bird",), type=("internal", "external"))
def so_has_a_neighbor_by_interface(lab, peer, type):
    hosts = lab.hosts(2)
    as_number = AS_KULAND if type == "internal" else AS_PEER
    speaker = lab.peer(peer, hosts[2], as_number,
                       [Neighbor("eth0", AS_KULAND, interface=True, channel=("extended next hop on;",), raw=("direct;",))],
                       networks=list(PREFIXES.values()),
                       lines=('protocol radv { interface "eth0" { max ra interval 10; }; }',))
    kuland = lab.kuland(hosts[1], config(hosts[1], [Neighbor("eth0", "auto", interface=True)]))

    wait_for(lambda: kuland.is_established("eth0"), "it comes up")
    for family in FAMILIES:
        path = wait_for(lambda f=family: kuland.paths(PREFIXES[f]), f"kuland has {PREFIXES[family]}")[0]
        check(path["pathFrom"] == type, f"{path}")
        wait_for(lambda f=family: speaker.route(OURS[f]), f"the peer has {OURS[family]}")
    check(f"{type} link" in kuland.show("show bgp neighbors eth0"), "its type is shown")
    check("neighbor eth0 interface remote-as auto" in kuland.show("show running-config"), "its line")


def time_exceeded(host):
    """How often it told that a packet's TTL was used up (RFC 1213)."""
    names, values = [line.split() for line in host.run("cat", "/proc/net/snmp").splitlines() if line.startswith("Icmp:")]
    return int(values[names.index("OutTimeExcds")])


@interop(peers=("bird",), type=("internal", "external"))
def it_is_next_to_us(lab, peer, type):
    """Behind a router it comes up with ebgp-multihop, whatever it is then."""
    hosts = lab.hosts(3)
    far = "10.99.3.3"
    hosts[3].ip(f"addr add {far}/32 dev lo", f"route add {hosts[1].ipv4}/32 via {hosts[2].ipv4}")
    hosts[2].ip(f"route add {far}/32 via {hosts[3].ipv4}")
    hosts[1].ip(f"route add {far}/32 via {hosts[2].ipv4}")
    for host in hosts:
        netns.set_sysctls(host.namespace, {f"net/ipv4/conf/{link}/{name}": 0 for link in ("all", "eth0")
                                           for name in ("send_redirects", "accept_redirects", "rp_filter")})
    kuland = lab.kuland(hosts[1], config(hosts[1], [Neighbor(far, "auto", ("ipv4",))]))
    lab.peer(peer, hosts[3], AS_KULAND if type == "internal" else AS_PEER,
             [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), raw=("multihop;", f"source address {far};"))])
    check("External BGP neighbor may be up to 1 hops away" in kuland.show(f"show bgp neighbors {far}"), "one hop")
    wait_for(lambda: time_exceeded(hosts[2]) > 0, "the router between drops what kuland says")
    check(not kuland.is_established(far), "it is farther")
    kuland.configure(f"router bgp {AS_KULAND}", f"neighbor {far} ebgp-multihop 3")
    wait_for(lambda: kuland.is_established(far), "with ebgp-multihop it comes up", 60)
    text = kuland.show(f"show bgp neighbors {far}")
    check(f"{type.capitalize()} BGP neighbor may be up to 3 hops away" in text, text)
