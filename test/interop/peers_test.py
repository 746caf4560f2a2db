"""The other programs among themselves: what fails here is the lab's fault and not kuland's."""

from harness import AS_KULAND, AS_PEER, interop, neighbors_for, peers, wait_for


@interop(peers=("bird", "frr", "gobgp", "openbgpd"))
def exchange_routes_with_bird(lab, peer):
    hosts = lab.hosts(2)
    bird = lab.peer(peers.Bird, hosts[1], AS_KULAND, neighbors_for(peer, hosts[2], AS_PEER), docker0=True)
    other = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), docker0=True)

    wait_for(lambda: other.is_established(hosts[1].ipv4), "the session is up")
    for subnet in hosts[2].subnets:
        wait_for(lambda: bird.route(subnet), f"bird has {subnet}")
    for subnet in hosts[1].subnets:
        wait_for(lambda: other.route(subnet), f"{other.NAME} has {subnet}")
    for prefix in ("10.9.9.0/24", "fd00:10:9::/48"):
        other.announce(prefix)
        wait_for(lambda: bird.route(prefix), f"bird has {prefix}")
        other.withdraw(prefix)
        wait_for(lambda: not bird.route(prefix), f"bird has {prefix} no more")
