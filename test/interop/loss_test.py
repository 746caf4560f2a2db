"""Sessions that end: what goes, what stays, what comes back."""

from harness import AS_KULAND, AS_PEER, check, interop, netns, wait_for

EVERYBODY = ("bird", "frr", "gobgp", "openbgpd")
PREFIXES = (("10.200.0.0/24", "ipv4"), ("fd00:200::/64", "ipv6"))


def wait_until_learned(hosts, there=True):
    for prefix, family in PREFIXES:
        wait_for(lambda: (prefix in hosts[1].routes(family)) == there,
                 f"kuland's kernel {'has' if there else 'does not have'} {prefix}", 25)


@interop(peers=EVERYBODY)
def of_a_killed_peer_withdraws_its_routes(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_until_learned(hosts)

    speaker.kill()

    wait_until_learned(hosts, there=False)
    check(not kuland.is_established(hosts[2].ipv4), "the summary says so")


@interop(peers=EVERYBODY)
def of_a_stopped_peer_withdraws_its_routes(lab, peer):
    hosts, _, speaker = lab.pair(peer)
    wait_until_learned(hosts)

    speaker.stop()

    wait_until_learned(hosts, there=False)


@interop(peers=EVERYBODY)
def of_a_killed_kuland_leaves_its_kernel_routes(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_until_learned(hosts)
    for subnet in hosts[1].subnets:
        wait_for(lambda: speaker.route(subnet), f"{speaker.NAME} has {subnet}")

    kuland.kill()

    for subnet in hosts[1].subnets:
        wait_for(lambda: not speaker.route(subnet), f"{speaker.NAME} has {subnet} no more")
    for prefix, family in PREFIXES:
        check(prefix in hosts[1].routes(family), f"{prefix} stays in the kernel")


@interop(peers=("bird",))
def of_a_killed_kuland_is_made_good_by_its_successor(lab, peer):
    """The next kuland takes the routes over: still there, once; and removes them when they are withdrawn."""
    hosts, kuland, speaker = lab.pair(peer)
    wait_until_learned(hosts)
    kuland.kill()

    kuland.start()

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 30)
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "learned again")
    lines = netns.run(["ip", "-n", hosts[1].namespace, "route", "show", "10.200.0.0/24"]).strip().splitlines()
    check(len(lines) == 1, f"one route, not two: {lines}")
    for prefix, family in PREFIXES:
        speaker.withdraw(prefix)
        wait_for(lambda: prefix not in hosts[1].routes(family), f"{prefix} went with its withdraw")


@interop(peers=("bird", "frr"))
def by_silence_is_noticed_by_the_hold_time(lab, peer):
    """The peer's link is cut: no FIN, no packet. RFC 4271 §6.5."""
    hosts, kuland, _ = lab.pair(peer)
    wait_until_learned(hosts)

    netns.ip_batch([f"link set {hosts[2].name} down"], hosts.link)
    wait_until_learned(hosts, there=False)
    netns.ip_batch([f"link set {hosts[2].name} up"], hosts.link)

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again when the link is back", 40)


@interop(peers=("bird",))
def of_the_uplink_is_survived(lab, peer):
    """kuland's own eth0 goes down and comes up; its addresses of IPv6 go with it and are given again."""
    hosts, kuland, _ = lab.pair(peer)
    wait_until_learned(hosts)

    hosts[1].ip("link set eth0 down")
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "the session ends", 25)
    hosts[1].ip("link set eth0 up", f"addr replace {hosts[1].ipv6}/64 dev eth0 nodad")

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established again", 40)
    wait_until_learned(hosts)


@interop(peers=("bird",))
def on_sigterm_is_told_and_keeps_the_kernel_routes(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    wait_until_learned(hosts)
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), "the peer has the subnet")

    status = kuland.stop()

    check(status == 0, f"exit status {status}")
    # In its log: the state of the protocol tells only of the last error, soon that of BIRD's next attempt.
    wait_for(lambda: "Received: Administrative shutdown" in speaker.logs(), "BIRD was sent a Cease (RFC 4486)")
    wait_for(lambda: not speaker.route(hosts[1].subnet_ipv4), "the peer has the subnet no more")
    for prefix, family in PREFIXES:
        check(prefix in hosts[1].routes(family), f"{prefix} stays in the kernel")
