"""Graceful restart, RFC 4724: one of the two daemons dies while its kernel goes on forwarding, and comes back."""

from harness import AS_KULAND, AS_PEER, check, interop, kuland_config, neighbors_for, wait_for

ASKS_FOR_IT = {"bird": ("graceful restart on;",), "frr": ("graceful-restart",),
               "gobgp": ("[neighbors.graceful-restart.config]", "enabled = true", "restart-time = 60"),
               "exabgp": ("graceful-restart 60;",)}
OF_FAMILIES = {"gobgp": ("[neighbors.afi-safis.mp-graceful-restart.config]", "enabled = true")}
HELPS = {"gobgp": ("[neighbors.graceful-restart.config]", "enabled = true", "helper-only = true")}
NETWORKS = {"ipv4": "10.200.0.0/24", "ipv6": "fd00:200::/64"}


def pair(lab, peer, *lines, asks=True):
    """asks: the peer wants its own routes kept; without it it only helps, as both do by default. FRR that asks defers its
    choice while kuland is away and shows no best path."""
    hosts = lab.hosts(2)
    options = {"raw": ASKS_FOR_IT[peer.NAME] if asks else HELPS.get(peer.NAME, ()),
               "channel": OF_FAMILIES.get(peer.NAME, ()) if asks else ()}
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND, **options),
                       networks=list(NETWORKS.values()))
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER), lines=lines))
    wait_for(lambda: all(prefix in hosts[1].routes(family) for family, prefix in NETWORKS.items()), "routes are there")
    return hosts, kuland, speaker


def is_stale(kuland, prefix):
    return any(path.get("stale") for path in kuland.paths(prefix))


@interop(covers="graceful_restart_helper", peers=("bird", "frr", "gobgp", "exabgp"))
def routes_of_a_peer_that_dies_stay(lab, peer):
    hosts, kuland, speaker = pair(lab, peer)

    speaker.kill()
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "kuland saw it go")
    for family, prefix in NETWORKS.items():
        check(is_stale(kuland, prefix), f"{prefix} is stale:\n{kuland.show('show ip bgp')}")
        check(prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
    text = kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}")
    check("Stale routes: the neighbor restarts" in text, f"and said so:\n{text}")

    speaker.start()
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "it is back", 30)
    for family, prefix in NETWORKS.items():
        wait_for(lambda p=prefix: kuland.paths(p) and not is_stale(kuland, p), f"{prefix} is fresh", 30)
        check(prefix in hosts[1].routes(family), f"{prefix} is in the kernel")


@interop(peers=("bird", "frr"))
def what_a_peer_does_not_announce_again_is_swept(lab, peer):
    hosts, kuland, speaker = pair(lab, peer)

    speaker.kill()
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "kuland saw it go")
    speaker.networks = [NETWORKS["ipv4"]]
    speaker.start()

    wait_for(lambda: NETWORKS["ipv6"] not in hosts[1].routes("ipv6"), "what is gone is gone", 30)
    wait_for(lambda: NETWORKS["ipv4"] in hosts[1].routes(), "what is there stays", 30)


@interop(covers="graceful_restart_restarter", peers=("bird", "frr", "gobgp", "openbgpd"))
def a_peer_keeps_the_routes_of_a_kuland_that_is_killed(lab, peer):
    hosts, kuland, speaker = pair(lab, peer, "bgp graceful-restart", asks=False)
    subnet = hosts[1].subnet_ipv4
    wait_for(lambda: speaker.route(subnet), "the peer has kuland's subnet")

    kuland.kill()
    wait_for(lambda: not speaker.is_established(hosts[1].ipv4), "the peer saw it go")
    check(speaker.route(subnet), "and keeps its route")
    check(NETWORKS["ipv4"] in hosts[1].routes(), "the kernel goes on")
    kuland.start()

    def back():
        check(speaker.route(subnet), f"the peer has the route all the while:\n{speaker.describe(subnet)}")
        # GoBGP closes all connections for some seconds: kuland does not wait for a neighbor that fails.
        check(peer.NAME == "gobgp" or NETWORKS["ipv4"] in hosts[1].routes(), "kuland's kernel has the peer's all the while")
        return kuland.is_established(hosts[2].ipv4) and kuland.paths(NETWORKS["ipv4"])
    wait_for(back, "established again", 30)
    wait_for(lambda: "until the neighbors have told theirs" in kuland.log(), "it knew that it had restarted")


@interop(peers=("bird", "frr"))
def a_peer_keeps_the_routes_of_a_kuland_that_is_restarted(lab, peer):
    hosts, kuland, speaker = pair(lab, peer, "bgp graceful-restart", asks=False)
    subnet = hosts[1].subnet_ipv4
    wait_for(lambda: speaker.route(subnet), "the peer has kuland's subnet")

    kuland.stop()
    wait_for(lambda: not speaker.is_established(hosts[1].ipv4), "the peer saw it go")
    check(speaker.route(subnet), "and keeps its route")
    kuland.start()
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 30)
    check(speaker.route(subnet), "the route is there")


@interop(peers=("bird", "frr"))
def a_shutdown_takes_the_routes_along(lab, peer):
    hosts, kuland, speaker = pair(lab, peer, "bgp graceful-restart")
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), "the peer has kuland's subnet")

    kuland.configure(f"router bgp {AS_KULAND}", f"neighbor {hosts[2].ipv4} shutdown message maintenance")

    wait_for(lambda: not speaker.route(hosts[1].subnet_ipv4), "the peer forgets them")
    wait_for(lambda: NETWORKS["ipv4"] not in hosts[1].routes(), "and kuland the peer's")


@interop(peers=("bird", "frr", "gobgp"))
def nobody_waits_for_who_leaves_a_clean_kernel(lab, peer):
    """The restart time is two minutes; a neighbor that kept our routes would send packets to nowhere."""
    hosts, kuland, speaker = pair(lab, peer, "bgp graceful-restart", asks=False)
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), "the peer has ours")

    kuland.show("shutdown flush")

    wait_for(lambda: not kuland.is_running(), "kuland ends")
    wait_for(lambda: not speaker.route(hosts[1].subnet_ipv4), "the peer dropped it at once")
