"""The session's state machine on the wire: how sessions end and what comes after. RFC 4271 §6, §8; RFC 4486, 9003."""

import re

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, neighbors_for, netns, wait_for

BOTH = ("bird", "frr")
REJECTED = {"bird": "Received: Connection rejected", "frr": "Connection Rejected"}


def page(kuland, host):
    return kuland.show(f"show ip bgp neighbors {host.ipv4}")


def cut(host, other, on):
    """What a host sends to the other goes nowhere, or arrives again; nobody is told."""
    mac = "02:00:00:00:de:ad" if on else link_address(other)
    netns.run(["ip", "-n", host.namespace, "neigh", "replace", other.ipv4, "lladdr", mac, "dev", "eth0", "nud", "permanent"])


def link_address(host):
    return re.search(r"link/ether (\S+)", netns.run(["ip", "-n", host.namespace, "link", "show", "eth0"])).group(1)


@interop(peers=BOTH)
def the_hold_timer_ends_a_session_that_is_silent(lab, peer):
    """RFC 4271 §6.5: both sides hear nothing; each ends the session, and it comes back with the link."""
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the routes are there")
    cut(hosts[1], hosts[2], True)
    cut(hosts[2], hosts[1], True)
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "kuland ends it", 20)
    check("Hold Timer expired" in page(kuland, hosts[2]), f"and says why:\n{page(kuland, hosts[2])}")
    wait_for(lambda: not speaker.is_established(hosts[1].ipv4), "so does the peer", 20)
    wait_for(lambda: "10.200.0.0/24" not in hosts[1].routes(), "the routes go")
    cut(hosts[1], hosts[2], False)
    cut(hosts[2], hosts[1], False)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 60)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the routes are back")


@interop(peers=BOTH)
def a_peer_whose_tcp_is_silent_is_given_up(lab, peer):
    """`timers user-timeout`, RFC 5482: long before a hold time of three minutes."""
    hosts = lab.hosts(2)
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=["10.200.0.0/24"])
    lines = [f"neighbor {hosts[2].ipv4} timers 1 180", f"neighbor {hosts[2].ipv4} timers user-timeout 500"]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER), lines=lines))
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the routes are there")
    check("user timeout in milliseconds: 500" in page(kuland, hosts[2]), "it is shown")
    cut(hosts[1], hosts[2], True)
    cut(hosts[2], hosts[1], True)
    wait_for(lambda: "10.200.0.0/24" not in hosts[1].routes(), "the route goes")
    check("Connection timed out" in page(kuland, hosts[2]), f"and why is said:\n{page(kuland, hosts[2])}")
    cut(hosts[1], hosts[2], False)
    cut(hosts[2], hosts[1], False)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the route is back", 60)


def shut_down(speaker, text):
    """The peer's operator ends the session with a text."""
    if speaker.NAME == "bird":
        speaker.command("/usr/sbin/birdc", "-s", speaker.path("bird.ctl"), f'disable peer1 "{text}"')
    else:
        speaker._vtysh("configure terminal", f"router bgp {speaker.local_as}",
                       f"neighbor {speaker.neighbors[0].address} shutdown message {text}")


def bring_up(speaker):
    if speaker.NAME == "bird":
        speaker._birdc("enable peer1")
    else:
        speaker._vtysh("configure terminal", f"router bgp {speaker.local_as}",
                       f"no neighbor {speaker.neighbors[0].address} shutdown")


@interop(covers="shutdown_text", peers=BOTH)
def a_shutdown_of_the_peer_is_told_with_its_text(lab, peer):
    """RFC 9003 from the peer to kuland."""
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the routes are there")
    shut_down(speaker, "rack 9 is moved")
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "the session ends")
    wait_for(lambda: "rack 9 is moved" in page(kuland, hosts[2]), "the neighbor's page has the text")
    check('Administrative Shutdown' in kuland.log() and "rack 9 is moved" in kuland.log(), "the log has it, too")
    wait_for(lambda: "10.200.0.0/24" not in hosts[1].routes(), "the routes go")
    wait_for(lambda: "Last error: " in page(kuland, hosts[2]), "further attempts fail", 30)
    check("rack 9 is moved" in page(kuland, hosts[2]), f"the text still stands:\n{page(kuland, hosts[2])}")
    bring_up(speaker)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 60)


@interop(peers=BOTH)
def a_clear_resets_the_session_once(lab, peer):
    """RFC 4486: Administrative Reset, then the session is back by itself."""
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    kuland.show(f"clear ip bgp {hosts[2].ipv4}")
    wait_for(lambda: kuland.is_established(hosts[2].ipv4) and speaker.is_established(hosts[1].ipv4), "it is back", 60)
    text = page(kuland, hosts[2])
    check(re.search(r"Connections established 2; dropped 1", text), f"after one reset:\n{text}")


@interop(peers=BOTH)
def a_neighbor_that_is_removed_is_told(lab, peer):
    """RFC 4486: Peer De-configured; calls of it are turned away from there on."""
    hosts, kuland, speaker = lab.pair(peer)
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes(), "the routes are there")
    kuland.configure(f"router bgp {AS_KULAND}", f"no neighbor {hosts[2].ipv4}")
    wait_for(lambda: not speaker.is_established(hosts[1].ipv4), "the peer's session ends")
    wait_for(lambda: "10.200.0.0/24" not in hosts[1].routes(), "the routes go")
    wait_for(lambda: REJECTED[peer.NAME] in speaker.describe_neighbor(hosts[1].ipv4) + speaker.logs(),
             "its calls are rejected", 30)


@interop(peers=BOTH)
def families_that_do_not_meet_end_in_a_notification(lab, peer):
    """RFC 5492 §5: kuland has IPv6 only, the peer IPv4 only."""
    hosts = lab.hosts(2)
    lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",))])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER, ("ipv6",))]))
    wait_for(lambda: "Unsupported Capability" in page(kuland, hosts[2]), "the page says why", 30)
    check(not kuland.is_established(hosts[2].ipv4), "and there is no session")
    kuland.reload(kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)]))
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "with a family in common there is", 60)
