"""ADD-PATH, RFC 7911: several paths of a destination, taken from others and sent to them."""

import re

from harness import AS_KULAND, Neighbor, check, interop, kuland_config, peers, wait_for

PREFIX = "10.200.0.0/24"


BOTH_WAYS = {"bird": ("add paths on;",),
             "gobgp": ("[neighbors.afi-safis.add-paths.config]", "receive = true", "send-max = 8")}
SENDS = {"bird": ("add paths tx;",), "gobgp": ("[neighbors.afi-safis.add-paths.config]", "send-max = 8")}


def paths_of(speaker, prefix=PREFIX):
    """AS paths of all routes that a BIRD or GoBGP has of a prefix."""
    text = speaker.describe(prefix)
    if speaker.NAME == "bird":
        return sorted(re.findall(r"BGP\.as_path: *(.*)", text))
    return sorted(re.findall(r"^\S*>? +\S+ +\S+ +([0-9 ]+?) +\d\d:\d\d:\d\d", text, re.M))


@interop(covers="add_path_send", peers=("bird", "gobgp"))
def several_paths_go_through(lab, peer):
    hosts = lab.hosts(5)
    sources = [lab.peer(peers.Bird, hosts[number], 65000 + number, [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",))],
                        networks=[PREFIX]) for number in (2, 3)]
    takers = [lab.peer(peer, hosts[number], AS_KULAND,
                       [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), channel=BOTH_WAYS[peer.NAME])]) for number in (4, 5)]
    neighbors = [Neighbor(hosts[number].ipv4, 65000 + number, ("ipv4",)) for number in (2, 3)]
    neighbors += [Neighbor(hosts[number].ipv4, AS_KULAND, ("ipv4",)) for number in (4, 5)]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors, docker0=False, lines=[
        f"neighbor {hosts[4].ipv4} addpath-tx-all-paths",
        f"neighbor {hosts[5].ipv4} addpath-tx-best-selected 1"]))

    wait_for(lambda: len(kuland.paths(PREFIX)) == 2, "kuland has both paths")
    wait_for(lambda: paths_of(takers[0]) == ["65002", "65003"], "who takes all paths has both")
    wait_for(lambda: len(paths_of(takers[1])) == 1, "who takes the best one has one")
    told = kuland.json(f"show ip bgp neighbors {hosts[4].ipv4}")[hosts[4].ipv4]["neighborCapabilities"]["addPath"]
    check(told["ipv4Unicast"].get("txAdvertisedAndReceived"), f"the capability is shown: {told}")
    sources[0].withdraw(PREFIX)
    wait_for(lambda: paths_of(takers[0]) == ["65003"], "the path that went is withdrawn, the other stays")
    wait_for(lambda: paths_of(takers[1]) == ["65003"], "and the other is the best now")


@interop(covers=("add_path_send", "add_path_receive"), peers=("frr",))
def frr_and_kuland_tell_each_other_all_paths(lab, peer):
    """FRR sends both paths to kuland, which sends them on to another FRR."""
    hosts = lab.hosts(5)
    for number in (2, 3):
        lab.peer(peers.Bird, hosts[number], 65000 + number, [Neighbor(hosts[4].ipv4, 65004, ("ipv4",))],
                 networks=[PREFIX])
    lab.peer(peer, hosts[4], 65004,
             [Neighbor(hosts[number].ipv4, 65000 + number, ("ipv4",)) for number in (2, 3)] +
             [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), raw=("addpath-tx-all-paths",))])
    taker = lab.peer(peer, hosts[5], AS_KULAND, [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",))])
    kuland = lab.kuland(hosts[1], kuland_config(
        hosts[1], [Neighbor(hosts[4].ipv4, 65004, ("ipv4",)), Neighbor(hosts[5].ipv4, AS_KULAND, ("ipv4",))],
        docker0=False, lines=[f"neighbor {hosts[5].ipv4} addpath-tx-all-paths"]))

    wait_for(lambda: len(kuland.paths(PREFIX)) == 2, "kuland has both paths of FRR")
    wait_for(lambda: "2 available" in taker.describe(PREFIX), "the other FRR has both paths of kuland")


@interop(covers="add_path_receive", peers=("bird", "gobgp"))
def several_paths_are_taken(lab, peer):
    """The one in the middle sends what two others announce; the session that did not agree on it gets one."""
    hosts = lab.hosts(4)
    for number in (2, 3):
        lab.peer(peers.Bird, hosts[number], 65000 + number, [Neighbor(hosts[4].ipv4, 65004, ("ipv4",))],
                 networks=[PREFIX])
    lab.peer(peer, hosts[4], 65004,
             [Neighbor(hosts[number].ipv4, 65000 + number, ("ipv4",)) for number in (2, 3)] +
             [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), channel=SENDS[peer.NAME])])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[4].ipv4, 65004, ("ipv4",))], docker0=False))

    wait_for(lambda: len(kuland.paths(PREFIX)) == 2, "kuland has both paths of one neighbor")
    kuland.configure("router bgp " + str(AS_KULAND), "address-family ipv4 unicast",
                     f"neighbor {hosts[4].ipv4} disable-addpath-rx")
    wait_for(lambda: len(kuland.paths(PREFIX)) == 1, "and one when it does not offer to take more")
