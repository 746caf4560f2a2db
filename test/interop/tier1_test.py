"""One file with every command of tier 1 (test/golden/frr_tier1.conf), in kuland and in FRR: loaded, applied, shown alike."""

import json
import os

import json_test
from harness import AS_KULAND, Neighbor, check, interop, peers, wait_for

FILE = os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "golden", "frr_tier1.conf")
# What FRR tells with this file and kuland does not, beside json_test.WITHOUT; by the end of the path, and why.
WITHOUT = {
    # no such thing here: BFD, dynamic capabilities
    "peerBfdInfo", "dynamic",
    # FRR gives an aggregate of IPv4 the next hop `::`, which has a scope
    "scope",
    # FRR sends an external route back to who sent it, who is then the only one that has it from us
    "advertisedTo",
    # of a neighbor that never had a session there was no reset, and no time of it; FRR counts from its start
    "lastResetTimerMsecs",
}
# What kuland tells and FRR does not, beside json_test.OWN: all that it knows of a neighbor that never had a session.
OWN = frozenset({"neighborCapabilities", "gracefulRestartInfo", "sentPrefixCounter", "localAsAllowedInPath", "defaultOriginate",
                 "lastReset"})


def text_for(host, folder):
    with open(FILE, encoding="utf-8") as file:
        return file.read().replace("192.168.1.1\n", f"{host.ipv4}\n").replace("/var/log/frr", folder)


# Parts of the table, as FRR chooses them; all of this file's neighbor's routes fit, and nothing else does.
PARTS = ("regexp ^65003$", "regexp _65003_", "community", "community 64512:9", "community 64512:9 exact-match")
# Of these FRR has other routes of its own as well.
FILTERS = (*PARTS, "cidr-only", "prefix-list ALL", "filter-list PATHS")


def lines_of(text):
    return [line.strip() for line in text.splitlines() if line.strip() and line.strip() != "!"]


def missing(command, ours, theirs, own=frozenset()):
    found = json_test.compare(command, ours, theirs, own)
    return [line for line in found if not any(word in WITHOUT for word in line.rpartition(" ")[2].split("/"))]


def missing_of(command, ours, theirs):
    """Neighbors are compared one by one: what one has must not stand for another."""
    if not command.endswith("neighbors json"):
        return missing(command, ours, theirs)
    return [line for name in theirs for line in
            missing(f"{command} {name}", ours[name], theirs[name], own_of(theirs[name]))]


def own_of(neighbor):
    return frozenset() if neighbor["bgpState"] == "Established" else OWN


@interop(peers=("frr",))
def a_file_with_all_of_tier_1_is_read_alike(lab, peer):
    hosts = lab.hosts(3)
    lab.peer(peers.Bird, hosts[3], 65003, [Neighbor(host.ipv4, AS_KULAND) for host in (hosts[1], hosts[2])],
             networks=["10.200.0.0/24"])
    frr = lab.peer(peer, hosts[2], AS_KULAND, [])
    path = frr.path("tier1.conf")
    with open(path, "w", encoding="utf-8") as file:
        file.write(text_for(hosts[2], frr.folder))
    frr.command("/usr/bin/vtysh", "--vty_socket", frr.folder, "-f", path)
    kuland = lab.kuland(hosts[1], text_for(hosts[1], lab.folder))
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "kuland has the third's route")
    wait_for(lambda: frr.route("10.200.0.0/24"), "and FRR")
    kuland.show("clear ip bgp 192.168.1.3")  # why the last session ended is told by both
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "it is back")

    def ask_frr(command, daemon="bgpd"):
        return frr.command("/usr/bin/vtysh", "--vty_socket", frr.folder, "-d", daemon, "-c", command)

    found = []
    for command in ("show bgp summary json", "show ip bgp summary json", "show ip bgp neighbors json", "show ip bgp json",
                    "show ip route json", "show ip bgp 10.200.0.0/24 json", *(f"show ip bgp {part} json" for part in FILTERS), "show bgp vrf all ipv4 unicast summary json",
                    "show bgp vrf default summary json", "show bgp vrf all ipv4 unicast json", "show bgp vrfs json",
                    "show ip bgp neighbors 192.168.1.3 prefix-counts json"):
        daemon = "zebra" if command.startswith("show ip route") else "bgpd"
        found += missing_of(command, json.loads(kuland.show(command)), json.loads(ask_frr(command, daemon)))
    check(not found, "\n".join(found))

    def learned(text):
        """Lines of routes; FRR's footer has two blanks, and counts the whole table's paths."""
        return [line for line in text.splitlines() if " 192.168.1.3 " in line]

    for part in PARTS:
        ours, theirs = learned(kuland.show(f"show ip bgp {part}")), learned(ask_frr(f"show ip bgp {part}"))
        check(ours == theirs and ours, f"{part}: {ours}, FRR {theirs}")
    for asked in ("show ip forwarding", "show ipv6 forwarding", "show bgp vrf X summary", "show bgp vrf X summary json"):
        daemon = "zebra" if "forwarding" in asked else "bgpd"
        ours, theirs = kuland.show(asked), ask_frr(asked, daemon)
        check(ours == theirs, f"{asked}: {ours}, FRR {theirs}")
    ours, theirs = (json.loads(answer)["default"] for answer in (kuland.show("show bgp vrf all neighbors json"),
                                                                 ask_frr("show bgp vrf all neighbors json")))
    check(set(theirs) <= set(ours), f"{set(ours)}, FRR {set(theirs)}")
    for refused in ("regexp [", "community 9999999:1", "large-community 1:2", "community-list NONE", "prefix-list NONE",
                    "filter-list NONE"):
        ours, theirs = kuland.show(f"show ip bgp {refused}"), ask_frr(f"show ip bgp {refused}")
        check(ours.splitlines()[0] == theirs.splitlines()[0], f"{refused}: {ours}, FRR {theirs}")

    ours, theirs = (json.loads(answer)["paths"][0] for answer in (kuland.show("show ip bgp 10.200.0.0/24 json"),
                                                                  ask_frr("show ip bgp 10.200.0.0/24 json")))
    for key in ("locPrf", "weight", "community", "tag", "aspath", "origin", "peer"):
        check(ours[key] == theirs[key], f"{key}: {ours[key]}, FRR {theirs[key]}")
    check("neighbor 10.11.0.3 bfd" in lines_of(kuland.show("show running-config")), "what kuland does not have is written back")
