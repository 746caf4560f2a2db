"""Neighbors out of `bgp listen range`: who calls becomes one, as long as its session lasts. RFC 2385 for ranges."""

import re

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, wait_for

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd", "exabgp")
GROUP = (f"neighbor others peer-group", f"neighbor others remote-as {AS_PEER}", "neighbor others timers 1 3")
ACTIVATE = "address-family {0} unicast\n  neighbor others activate\n exit-address-family"


def config(host, *lines):
    return kuland_config(host, [], lines=[*GROUP, *lines, ACTIVATE.format("ipv4"), ACTIVATE.format("ipv6")])


@interop(covers="dynamic", peers=EVERYBODY, family=("ipv4", "ipv6"))
def who_calls_becomes_a_neighbor(lab, peer, family):
    hosts = lab.hosts(2)
    mine, its = getattr(hosts[1], family), getattr(hosts[2], family)
    ranges = ("bgp listen range 192.168.1.0/24 peer-group others",
              "bgp listen range fd00:192:168:1::/64 peer-group others")
    kuland = lab.kuland(hosts[1], config(hosts[1], *ranges))
    speaker = lab.peer(peer, hosts[2], AS_PEER, [Neighbor(mine, AS_KULAND, (family,))],
                       networks=["10.200.0.0/24", "fd00:200::/64"])
    prefix = "10.200.0.0/24" if family == "ipv4" else "fd00:200::/64"

    wait_for(lambda: kuland.is_established(its, family), "the caller is a neighbor")
    wait_for(lambda: prefix in hosts[1].routes(family), "the kernel has its prefix")
    text = kuland.show("show bgp summary")
    check(re.search(rf"^\*{re.escape(its)} ", text, re.M), f"its line has a star:\n{text}")
    check("1 dynamic neighbor(s), limit 100" in text, f"the footer:\n{text}")
    check("Belongs to the subnet range group: " in kuland.show(f"show bgp neighbors {its}"), "its range is shown")

    speaker.kill()
    wait_for(lambda: its not in kuland.peers(family), "it is gone with its session")
    wait_for(lambda: prefix not in hosts[1].routes(family), "so is its prefix")
    check("dynamic neighbor" not in kuland.show("show bgp summary"), "nobody is left")


@interop(peers=("bird", "frr"))
def one_that_restarts_is_kept_for_a_while(lab, peer):
    """RFC 4724: its routes stay, stale; it is taken again as the same; without its return it is forgotten."""
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], config(hosts[1], "bgp listen range 192.168.1.0/24 peer-group others"))
    raw = {"bird": ("graceful restart on;", "graceful restart time 8;"), "frr": ("graceful-restart",)}[peer.NAME]
    speaker = lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, raw=raw)],
                       networks=["10.200.0.0/24", "fd00:200::/64"],
                       lines=("bgp graceful-restart restart-time 8",) if peer.NAME == "frr" else ())
    for family, prefix in (("ipv4", "10.200.0.0/24"), ("ipv6", "fd00:200::/64")):
        wait_for(lambda f=family, p=prefix: p in hosts[1].routes(f), f"the kernel has {prefix}")

    speaker.kill()
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "its session ends")
    check(any(path.get("stale") for path in kuland.paths("10.200.0.0/24")), "its route is stale")
    check("10.200.0.0/24" in hosts[1].routes() and "fd00:200::/64" in hosts[1].routes("ipv6"), "and in the kernel")
    speaker.start()
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "it is taken again", 30)
    wait_for(lambda: kuland.paths("10.200.0.0/24") and
             not any(path.get("stale") for path in kuland.paths("10.200.0.0/24")), "its route is fresh", 30)

    speaker.kill()
    wait_for(lambda: hosts[2].ipv4 not in kuland.peers(), "when it does not come back it is forgotten", 30)
    wait_for(lambda: "10.200.0.0/24" not in hosts[1].routes(), "with its routes")


@interop(peers=("bird",))
def no_more_than_the_limit(lab, peer):
    hosts = lab.hosts(3)
    kuland = lab.kuland(hosts[1], config(hosts[1], "bgp listen limit 1",
                                         "bgp listen range 192.168.1.0/24 peer-group others"))
    lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",))])
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the first is taken")
    lab.peer(peer, hosts[3], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",))])
    wait_for(lambda: f"connection from {hosts[3].ipv4} refused: the limit of 1 dynamic neighbors" in kuland.log(),
             "the second is refused with a reason")
    check(kuland.is_established(hosts[2].ipv4) and hosts[3].ipv4 not in kuland.peers(), "the first stays alone")

    kuland.reload(config(hosts[1], "bgp listen range 192.168.1.0/24 peer-group others"))
    wait_for(lambda: kuland.is_established(hosts[3].ipv4), "with a higher limit it is taken", 60)
    kuland.reload(config(hosts[1], "bgp listen range 192.168.1.3/32 peer-group others"))
    wait_for(lambda: hosts[2].ipv4 not in kuland.peers(), "without its range the first is gone")
    check(kuland.is_established(hosts[3].ipv4), "the other's session went on")


@interop(covers="dynamic_md5", peers=EVERYBODY)
def a_range_has_a_password(lab, peer):
    hosts = lab.hosts(2)
    ranges = ("bgp listen range 192.168.1.0/24 peer-group others",)
    kuland = lab.kuland(hosts[1], config(hosts[1], "neighbor others password secret", *ranges))
    lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), password="secret")])
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the signed caller is a neighbor")

    kuland.reload(config(hosts[1], "neighbor others password other", *ranges))
    wait_for(lambda: hosts[2].ipv4 not in kuland.peers(), "with another password it is refused", 60)
    kuland.reload(config(hosts[1], "neighbor others password secret", *ranges))
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "with the right one it is back", 60)


@interop(peers=("bird", "frr"), password=("other", ""))
def a_password_that_differs_is_named(lab, peer, password):
    """The kernel drops in silence; its counters say why (RFC 2385)."""
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER, password="secret")]))
    lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, password=password)])
    words = "wrong MD5 signature" if password else "without MD5 signature"
    wait_for(lambda: words in kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}"), "the reason is shown", 60)
