"""Long-lived graceful restart, RFC 9494: one of the two daemons stays away for longer than its restart time."""

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, neighbors_for, peers, wait_for

NETWORKS = {"ipv4": "10.200.0.0/24", "ipv6": "fd00:200::/64"}
# Two seconds of restart time, then at most an hour.
ASKS_FOR_IT = {"bird": ("graceful restart on;", "graceful restart time 2;", "long lived graceful restart on;",
                        "long lived stale time 3600;"),
               "frr": ("graceful-restart",),
               "gobgp": ("[neighbors.graceful-restart.config]", "enabled = true", "restart-time = 2",
                         "long-lived-enabled = true")}
CHANNEL = {"gobgp": ("[neighbors.afi-safis.mp-graceful-restart.config]", "enabled = true",
                     "[neighbors.afi-safis.long-lived-graceful-restart.config]", "enabled = true", "restart-time = 3600")}
WHOLE = {"frr": ("bgp graceful-restart restart-time 2", "bgp long-lived-graceful-restart stale-time 3600")}
STALE_TIME = "bgp long-lived-graceful-restart stale-time 1800"


def pair(lab, peer, *lines):
    """The two, and a BIRD behind kuland that knows of long lives: it is on host 3."""
    hosts = lab.hosts(3)
    its = neighbors_for(peer, hosts[1], AS_KULAND, raw=ASKS_FOR_IT[peer.NAME], channel=CHANNEL.get(peer.NAME, ()))
    speaker = lab.peer(peer, hosts[2], AS_PEER, its, networks=list(NETWORKS.values()), lines=WHOLE.get(peer.NAME, ()))
    far = lab.peer(peers.Bird, hosts[3], 65003, [Neighbor(hosts[1].ipv4, AS_KULAND)])
    kuland = lab.kuland(hosts[1], kuland_config(
        hosts[1], neighbors_for(peer, hosts[2], AS_PEER) + [Neighbor(hosts[3].ipv4, 65003)], lines=lines))
    for prefix in NETWORKS.values():
        wait_for(lambda p=prefix: kuland.paths(p) and far.route(p), f"{prefix} is there")
    return hosts, kuland, speaker, far


def is_long_lived(kuland, prefix):
    return any(path.get("longLivedStale") for path in kuland.paths(prefix))


@interop(covers="long_lived", peers=("bird", "frr", "gobgp"))
def routes_of_a_peer_that_stays_away_are_the_last_choice(lab, peer):
    hosts, kuland, speaker, far = pair(lab, peer, STALE_TIME)
    text = kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}")
    check("Long-lived Graceful Restart: advertised and received" in text, f"the capability:\n{text}")
    check("LLGR Stale Path Time(sec): 1800" in text, f"the lesser time holds:\n{text}")

    speaker.kill()
    for family, prefix in NETWORKS.items():
        wait_for(lambda p=prefix: is_long_lived(kuland, p), f"{prefix} lives on", 30)
        check(prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
        detail = kuland.show(f"show bgp {family} unicast {prefix}")
        check("llgr-stale" in detail and "long-lived stale" in detail, f"and marked:\n{detail}")
        wait_for(lambda p=prefix: "65535:6" in far.describe(p), f"{prefix} is marked at the next speaker")
    text = kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}")
    check("Stale routes: long-lived" in text, f"the neighbor's page:\n{text}")

    speaker.start()
    for family, prefix in NETWORKS.items():
        wait_for(lambda p=prefix: kuland.paths(p) and not is_long_lived(kuland, p), f"{prefix} is fresh", 60)
        wait_for(lambda p=prefix: far.route(p) and "65535:6" not in far.describe(p), f"{prefix} is fresh there, too")
        wait_for(lambda f=family, p=prefix: p in hosts[1].routes(f), f"{prefix} is in the kernel")


@interop(peers=("bird",))
def without_stale_time_nothing_stays(lab, peer):
    hosts, kuland, speaker, far = pair(lab, peer)
    speaker.kill()
    for family, prefix in NETWORKS.items():
        wait_for(lambda p=prefix: not kuland.paths(p) and not far.route(p), f"{prefix} goes with the restart time", 30)


@interop(covers="long_lived", peers=("bird", "frr"))
def a_peer_keeps_the_routes_of_a_kuland_that_stays_away(lab, peer):
    hosts, kuland, speaker, _ = pair(lab, peer, "bgp graceful-restart", "bgp graceful-restart restart-time 2", STALE_TIME)
    subnet = hosts[1].subnet_ipv4
    wait_for(lambda: speaker.route(subnet), "the peer has kuland's subnet")

    kuland.kill()
    marks = ("65535:6", "llgr-stale")
    wait_for(lambda: any(mark in speaker.describe(subnet) for mark in marks), "and keeps it, marked, for long", 30)
    kuland.start()
    wait_for(lambda: speaker.route(subnet) and not any(mark in speaker.describe(subnet) for mark in marks),
             "until kuland announces it again", 60)
