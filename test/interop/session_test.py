"""Sessions: opening, negotiating, refusing, coming back. RFC 4271 §8, RFC 5492."""

import re

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, neighbors_for, peers, wait_for

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd", "exabgp")


@interop(peers=EVERYBODY, kind=("ibgp", "ebgp"))
def is_established(lab, peer, kind):
    peer_as = AS_KULAND if kind == "ibgp" else AS_PEER
    hosts, kuland, speaker = lab.pair(peer, peer_as=peer_as)

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "kuland calls it Established")
    wait_for(lambda: speaker.is_established(hosts[1].ipv4), f"{speaker.NAME} calls it Established")

    seen = kuland.peers()[hosts[2].ipv4]
    check(seen["remoteAs"] == peer_as and seen["localAs"] == AS_KULAND, f"AS numbers in the summary: {seen}")
    text = kuland.show("show ip bgp summary")
    check(re.search(rf"^{re.escape(hosts[2].ipv4)} +4 +{peer_as} ", text, re.M), f"its line in the summary:\n{text}")
    check("Total number of neighbors 1" in text, f"the summary's last line:\n{text}")
    neighbor = kuland.json(f"show ip bgp neighbors {hosts[2].ipv4}")[hosts[2].ipv4]
    check(neighbor["bgpState"] == "Established", f"show ip bgp neighbors: {neighbor['bgpState']}")
    check(neighbor["bgpTimerHoldTimeMsecs"] == 9000, f"hold time: {neighbor['bgpTimerHoldTimeMsecs']}")


@interop(covers="ipv6_transport", peers=EVERYBODY)
def is_established_over_ipv6(lab, peer):
    hosts = lab.hosts(2)
    speaker = lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv6, AS_KULAND, ("ipv6",))],
                       networks=["fd00:200::/64"])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv6, AS_PEER, ("ipv6",))]))

    wait_for(lambda: kuland.is_established(hosts[2].ipv6, "ipv6"), "kuland calls it Established")
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv6), "the peer has kuland's subnet")
    wait_for(lambda: "fd00:200::/64" in hosts[1].routes("ipv6"), "the kernel has the peer's prefix")


@interop(covers="passive", peers=EVERYBODY)
def kuland_waits_when_passive(lab, peer):
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER, passive=True)]))
    lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)])

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the peer's connection is taken")


@interop(covers="passive", peers=EVERYBODY)
def kuland_connects_when_the_peer_is_passive(lab, peer):
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)]))
    lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, passive=True)])

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "kuland's connection is taken")


ROUNDS = {"openbgpd": 2}  # it waits longer each time before it takes part again


@interop(covers="collision", peers=("bird", "frr", "gobgp", "openbgpd"))
def one_session_is_left_when_both_connect(lab, peer):
    """RFC 4271 §6.8, again and again: each clear makes both connect at once."""
    hosts, kuland, speaker = lab.pair(peer)
    for times in range(1, ROUNDS.get(peer.NAME, 6)):
        wait_for(lambda: kuland.is_established(hosts[2].ipv4) and speaker.is_established(hosts[1].ipv4),
                 f"established, time {times}")
        before = kuland.peers()[hosts[2].ipv4]["connectionsDropped"]
        kuland.show(f"clear ip bgp {hosts[2].ipv4}")
        wait_for(lambda: kuland.peers()[hosts[2].ipv4]["connectionsDropped"] > before, "the session was cleared")
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the routes are back")


@interop(peers=EVERYBODY)
def comes_back_when_the_peer_restarts(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")

    speaker.stop()
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "kuland saw it go")
    speaker.start()

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 30)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the routes are back")


@interop()
def wrong_as_is_answered_with_bad_peer_as(lab):
    """RFC 4271 §6.2: OPEN Message Error, Bad Peer AS."""
    hosts = lab.hosts(2)
    bird = lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, 65000)]))

    wait_for(lambda: "Bad peer AS" in bird._birdc("show protocols all peer1"), "BIRD was told why")
    check(not kuland.is_established(hosts[2].ipv4), "and no session came of it")


@interop(family=("ipv4", "ipv6"))
def a_session_outlives_what_need_not_end_it(lab, family):
    """Another password, RFC 4808: the two ends change one after the other, and what was signed otherwise is sent again.
    Another TTL; the AS and the address that the session has."""
    hosts = lab.hosts(2)

    def address_of(host):
        return getattr(host, family)

    def config(host, other, lines, docker0):
        return kuland_config(host, [Neighbor(address_of(other), AS_KULAND + other.number)], AS_KULAND + host.number,
                             ["timers bgp 3 90", *(f"neighbor {address_of(other)} {line}" for line in lines)],
                             docker0=docker0)

    ends = [(hosts[1], hosts[2]), (hosts[2], hosts[1])]
    kulands = [lab.kuland(host, config(host, other, (), False)) for host, other in ends]
    for kuland, (_, other) in zip(kulands, ends):
        wait_for(lambda: kuland.is_established(address_of(other)), "established")

    changes = (["password onager"], ["password donkey", "ttl-security hops 1"], ["ebgp-multihop 5"],
               ["remote-as external", "update-source eth0"], [])
    for number, lines in enumerate(changes):
        has_news = number % 2 == 0
        for kuland, (host, other) in zip(kulands, ends):
            kuland.reload(config(host, other, lines, has_news))
        for host, other in ends:
            subnet = getattr(other, f"subnet_{family}")
            wait_for(lambda: (subnet in host.routes(family)) == has_news, f"with {lines}: news pass", 60)
    for kuland, (_, other) in zip(kulands, ends):
        neighbor = kuland.json("show ip bgp neighbors")[address_of(other)]
        check(neighbor["connectionsDropped"] == 0, f"the session is the first one: {neighbor['connectionsDropped']}")


@interop(covers="md5", peers=EVERYBODY)
def needs_the_same_password(lab, peer):
    """RFC 2385, both ways: the same key connects, another does not."""
    hosts, kuland, speaker = lab.pair(peer, password="onager")
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established with the same password")

    config = kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER, password="donkey"))
    kuland.reload(config)

    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "the session ends with another password", 60)
    kuland.reload(config.replace("donkey", "onager"))
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 30)
    check(speaker.is_established(hosts[1].ipv4), "on both sides")
