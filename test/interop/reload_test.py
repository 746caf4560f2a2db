"""SIGHUP: what differs is changed, what does not is left alone."""

import json

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, peers, wait_for


def since(kuland, address):
    """What changes when a session is not the same any more."""
    peer = kuland.peers()[address]
    return peer["connectionsEstablished"], peer["connectionsDropped"]


@interop()
def changes_the_difference_and_nothing_else(lab):
    hosts = lab.hosts(3)
    both = [Neighbor(hosts[2].ipv4, AS_PEER), Neighbor(hosts[3].ipv4, AS_PEER)]
    birds = [lab.peer(peers.Bird, host, AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)]) for host in (hosts[2], hosts[3])]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], both[:1]))
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the first session")
    before = since(kuland, hosts[2].ipv4)

    kuland.reload(kuland_config(hosts[1], both, networks=["10.203.0.0/16", "fd00:203::/32"]))
    wait_for(lambda: kuland.is_established(hosts[3].ipv4), "the added neighbor")
    for prefix in ("10.203.0.0/16", "fd00:203::/32"):
        for bird in birds:
            wait_for(lambda: bird.route(prefix), f"the added network {prefix} on {bird.host.name}")

    newest = json.loads(kuland.show("show configuration history json"))["generations"][0]
    check((newest["by"], newest["how"]) == ("root", "reload"), f"who sent the signal is its author: {newest}")

    kuland.reload(kuland_config(hosts[1], both[:1]))
    wait_for(lambda: hosts[3].ipv4 not in kuland.peers(), "the neighbor is removed")
    wait_for(lambda: not birds[1].is_established(hosts[1].ipv4), "its session ends")
    for prefix in ("10.203.0.0/16", "fd00:203::/32"):
        wait_for(lambda: not birds[0].route(prefix), f"the network {prefix} is withdrawn")
    check(since(kuland, hosts[2].ipv4) == before, "the first session was never touched")


@interop()
def of_a_bad_file_changes_nothing(lab):
    hosts = lab.hosts(2)
    lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)])
    good = kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)])
    kuland = lab.kuland(hosts[1], good)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    before, running = since(kuland, hosts[2].ipv4), kuland.show("show running-config")

    kuland.reload("router bgp donkey\n" + good)

    wait_for(lambda: "donkey" in kuland.log(), "the log shows the line")
    check(kuland.show("show running-config") == running, "the running configuration is the one before")
    check(since(kuland, hosts[2].ipv4) == before, "the session was not touched")


@interop()
def turns_advertising_off_and_on(lab):
    hosts = lab.hosts(2)
    bird = lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)])
    neighbors = [Neighbor(hosts[2].ipv4, AS_PEER)]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors))
    for there in (True, False, True):
        kuland.reload(kuland_config(hosts[1], neighbors, docker0=there))
        for subnet in hosts[1].subnets:
            wait_for(lambda: bool(bird.route(subnet)) == there, f"{subnet} is {'announced' if there else 'withdrawn'}")
