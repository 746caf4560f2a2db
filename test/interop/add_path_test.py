"""ADD-PATH, RFC 7911: several paths of a destination, taken from others and sent to them."""

import re

from harness import AS_KULAND, Neighbor, check, interop, kuland_config, peers, wait_for

PREFIX = "10.200.0.0/24"


BOTH_WAYS = {"bird": {"channel": ("add paths on;",)},
             "gobgp": {"channel": ("[neighbors.afi-safis.add-paths.config]", "receive = true", "send-max = 8")},
             "openbgpd": {"raw": ("announce add-path recv yes", "announce add-path send all")},
             "exabgp": {"raw": ("add-path send/receive;",)}}
SENDS = {"bird": {"channel": ("add paths tx;",)},
         "gobgp": {"channel": ("[neighbors.afi-safis.add-paths.config]", "send-max = 8")},
         "openbgpd": {"raw": ("announce add-path send all",)}, "exabgp": {"raw": ("add-path send;",)}}


def paths_of(speaker, prefix=PREFIX):
    """AS paths of all routes that a speaker has of a prefix."""
    if speaker.NAME == "openbgpd":
        return speaker.paths(prefix)
    if speaker.NAME == "exabgp":
        return sorted(" ".join(map(str, path)) for path in speaker.paths(prefix).values())
    text = speaker.describe(prefix)
    if speaker.NAME == "bird":
        return sorted(re.findall(r"BGP\.as_path: *(.*)", text))
    return sorted(re.findall(r"^\S*>? +\S+ +\S+ +([0-9 ]+?) +\d\d:\d\d:\d\d", text, re.M))


@interop(covers="add_path_send", peers=tuple(BOTH_WAYS))
def several_paths_go_through(lab, peer):
    hosts = lab.hosts(5)
    sources = [lab.peer(peers.Bird, hosts[number], 65000 + number, [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",))],
                        networks=[PREFIX]) for number in (2, 3)]
    takers = [lab.peer(peer, hosts[number], AS_KULAND,
                       [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), **BOTH_WAYS[peer.NAME])]) for number in (4, 5)]
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


@interop(covers="add_path_receive", peers=("bird", "gobgp", "openbgpd"))
def several_paths_are_taken(lab, peer):
    """The one in the middle sends what two others announce; the session that did not agree on it gets one."""
    hosts = lab.hosts(4)
    for number in (2, 3):
        lab.peer(peers.Bird, hosts[number], 65000 + number, [Neighbor(hosts[4].ipv4, 65004, ("ipv4",))],
                 networks=[PREFIX])
    lab.peer(peer, hosts[4], 65004,
             [Neighbor(hosts[number].ipv4, 65000 + number, ("ipv4",)) for number in (2, 3)] +
             [Neighbor(hosts[1].ipv4, AS_KULAND, ("ipv4",), **SENDS[peer.NAME])])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[4].ipv4, 65004, ("ipv4",))], docker0=False))

    wait_for(lambda: len(kuland.paths(PREFIX)) == 2, "kuland has both paths of one neighbor")
    kuland.configure("router bgp " + str(AS_KULAND), "address-family ipv4 unicast",
                     f"neighbor {hosts[4].ipv4} disable-addpath-rx")
    wait_for(lambda: len(kuland.paths(PREFIX)) == 1, "and one when it does not offer to take more")


@interop(covers="add_path_receive", peers=("exabgp",))
def paths_of_one_speaker_come_and_go_by_their_identifiers(lab, peer):
    hosts = lab.hosts(2)
    speaker = lab.peer(peer, hosts[2], 65004, [Neighbor(hosts[1].ipv4, AS_KULAND, **SENDS[peer.NAME])])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, 65004)], docker0=False))
    wait_for(lambda: speaker.is_established(hosts[1].ipv4), "established")
    for prefix, next_hop in ((PREFIX, hosts[2].ipv4), ("fd00:200::/64", hosts[2].ipv6)):
        route = f"route {prefix} next-hop {next_hop} path-information"
        for number in (1, 2):
            speaker.say(f"announce {route} 0.0.0.{number} as-path [65004 6500{number}]")
        wait_for(lambda: len(kuland.paths(prefix)) == 2, f"both paths of {prefix}")
        speaker.say(f"withdraw {route} 0.0.0.1")
        wait_for(lambda: [path["path"] for path in kuland.paths(prefix)] == ["65004 65002"], "the other one is left")
        speaker.say(f"withdraw {route} 0.0.0.2")
        wait_for(lambda: not kuland.paths(prefix), "and goes, too")
