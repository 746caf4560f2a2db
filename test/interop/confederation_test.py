"""Confederations, RFC 5065: members see each other's ASes, the world sees one."""

from harness import Neighbor, check, interop, kuland_config, peers, wait_for

CONFEDERATION, MEMBER_KULAND, MEMBER_PEER, OUTSIDE = 65000, 65101, 65102, 65200
RAW = {"bird": (f"confederation {CONFEDERATION};", "confederation member yes;")}
LINES = {"frr": (f"bgp confederation identifier {CONFEDERATION}", f"bgp confederation peers {MEMBER_KULAND}"),
         "gobgp": ("[global.confederation.config]", "enabled = true", f"identifier = {CONFEDERATION}",
                   f"member-as-list = [{MEMBER_KULAND}]")}


@interop(covers="confederation", peers=("bird", "frr", "gobgp"))
def a_confederation_is_one_as_to_others(lab, peer):
    """The peer is the other member, a BIRD on host 3 is outside; routes go through kuland both ways."""
    hosts = lab.hosts(3)
    speaker = lab.peer(peer, hosts[2], MEMBER_PEER, [Neighbor(hosts[1].ipv4, MEMBER_KULAND, raw=RAW.get(peer.NAME, ()))],
                       networks=["10.200.0.0/24", "fd00:200::/64"], lines=LINES.get(peer.NAME, ()))
    outside = lab.peer(peers.Bird, hosts[3], OUTSIDE, [Neighbor(hosts[1].ipv4, CONFEDERATION)],
                       networks=["10.203.0.0/24", "fd00:203::/64"])
    kuland = lab.kuland(hosts[1], kuland_config(
        hosts[1], [Neighbor(hosts[2].ipv4, MEMBER_PEER), Neighbor(hosts[3].ipv4, OUTSIDE)], MEMBER_KULAND,
        lines=[f"bgp confederation identifier {CONFEDERATION}", f"bgp confederation peers {MEMBER_PEER}"]))

    for prefix in ("10.200.0.0/24", "fd00:200::/64"):
        path = wait_for(lambda p=prefix: kuland.paths(p), f"kuland has {prefix} of the other member")[0]
        check(path["path"] == f"({MEMBER_PEER})", f"with its member AS in parentheses: {path}")
        route = wait_for(lambda p=prefix: outside.route(p), f"the outside has {prefix}")
        check(route["as_path"] == [CONFEDERATION], f"from one AS: {route}")
    for prefix in ("10.203.0.0/24", "fd00:203::/64"):
        wait_for(lambda p=prefix: speaker.route(p), f"the other member has {prefix} of the outside")
        text = speaker.describe(prefix)
        check(str(MEMBER_KULAND) in text and str(OUTSIDE) in text, f"with both ASes:\n{text}")
    outside.withdraw("10.203.0.0/24")
    wait_for(lambda: not speaker.route("10.203.0.0/24"), "what the outside withdraws goes")
    speaker.withdraw("fd00:200::/64")
    wait_for(lambda: not outside.route("fd00:200::/64"), "and what the member withdraws")
