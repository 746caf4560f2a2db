"""The JSON that other programs read has FRR's keys with FRR's types, and others only where OWN has a reason; FRR is asked in
the same test."""

import json
import re

from harness import AS_KULAND, check, interop, wait_for

NETWORKS = {"10.200.0.0/24": "10.203.0.0/16", "fd00:200::/64": "fd00:203::/32"}  # FRR's, and kuland's

# What FRR has and kuland does not, by the end of its path, and why.
WITHOUT = {
    # bgpd's two threads of a session; kuland has none
    "readThread", "writeThread",
    # conditional advertisement, which kuland does not have
    "bgpTimerConfiguredConditionalAdvertisementsSec",
    # the round trip, which kuland does not tell; FRR does from a millisecond on
    "estimatedRttInMsecs",
}
# The same of a link: what zebra keeps of it for protocols and devices that kuland has nothing to do with, and its own counts.
WITHOUT_OF_A_LINK = frozenset({
    "bridgeVlanAware", "evpnMh", "flags", "hardwareAddress", "interfaceSlaveType", "lacpBypass", "linkDetection", "linkDown",
    "linkDownV6", "linkDowns", "linkUps", "lastLinkUp", "lastLinkDown", "mcForwardingV4", "mcForwardingV6", "metric",
    "mplsEnabled", "parentInterface", "protodown", "pseudoInterface", "speed", "type"})
# The same of a route map: how often it ran, and whether that was made faster.
WITHOUT_OF_A_MAP = frozenset({"invoked", "processedChange", "disabledOptimization"})
# What kuland has and FRR does not, by the end of its path, and why.
OWN = {
    # FRR 10's
    "totalRoutes", "totalPaths", "internalNextHopFibInstalledNum", "dynamicPeersLimit", "prefixStats",
    # FRR tells these where they are configured; with kuland they are the default
    "compareRouterId", "med", "selectionDeferralTimer",
    # every path is listed, also what was not accepted, and by whom an own one was made
    "rejected", "hostname", "type",
    # before the filters, and a setting of the neighbor's
    "receivedPrefixCounter", "defaultWeight",
    # `show interface` in the words of `ip link`, `brief` or not
    "index", "mtu", "kind", "operational", "status", "addresses",
    # whether the link's subnets are told to neighbors; the letter of a subnet that two nodes have
    "advertised", "duplicate",
    # why there is no session, and what a silent one waits for
    "lastErrorCodeSubcode", "lastErrorText", "tcpUserTimeoutMsecs",
}
NAMED = re.compile(r"[0-9a-fA-F.:]+(/\d+)?")  # keys that are addresses and prefixes


def shape(value, path="", into=None):
    """{path: types of the values there}; keys that name something are '*', elements of lists '[]'."""
    into = {} if into is None else into
    kind = "number" if type(value) in (int, float) else type(value).__name__
    into.setdefault(path, set()).add(kind)
    for key, inner in value.items() if isinstance(value, dict) else ():
        shape(inner, f"{path}/{'*' if NAMED.fullmatch(key) and not key.isalpha() else key}", into)
    for inner in value if isinstance(value, list) else ():
        shape(inner, f"{path}/[]", into)
    return into


def has_one_of(words, path):
    return any(word in words for word in path.split("/"))


def stray_in(ours, theirs, own):
    """Paths of ours that FRR could have beside what it has there, and does not. What is below such a path is not told again."""
    filled = {path.rpartition("/")[0] for path in theirs}
    return [path for path in ours if path not in theirs and path.rpartition("/")[0] in filled
            and not has_one_of(own, path)]


def compare(what, ours, theirs, own=frozenset(), without=frozenset()):
    """own: keys that kuland has beside OWN's. without: what it does not have beside WITHOUT's."""
    ours, theirs = shape(ours), shape(theirs)
    missing = [path for path in theirs if path not in ours and not has_one_of(WITHOUT | without, path)]
    different = [f"{path}: {sorted(ours[path])}, FRR {sorted(theirs[path])}" for path in theirs
                 if path in ours and not theirs[path] & ours[path]]
    return [f"{what}: {line}" for line in [f"missing {path}" for path in missing] + different +
            [f"FRR has no {path}" for path in stray_in(ours, theirs, OWN | own)]]


def reset_told_alike(ours, theirs):
    """kuland was told to clear: PEER_DOWN_USER_RESET. The link is one for both."""
    told = [(ours["lastResetCode"], 12), (ours["bgpConnection"], theirs["bgpConnection"])]
    return [f"{mine}, not {its}" for mine, its in told if mine != its]


@interop(peers=("frr",))
def has_every_key_of_frr(lab, peer):
    hosts, kuland, frr = lab.pair(peer, raw=("description the other",))
    kuland.configure("route-map FRRS permit 10", "set metric 0",  # what FRR says of its own networks
                     "router bgp 64512", f"neighbor {hosts[2].ipv4} description the other",
                     "address-family ipv4 unicast", "network 10.203.0.0/16 route-map FRRS", "exit-address-family",
                     "address-family ipv6 unicast", "network fd00:203::/32 route-map FRRS")
    wait_for(lambda: kuland.paths("10.200.0.0/24"), "FRR's network is here")
    wait_for(lambda: frr.route("10.203.0.0/16"), "and ours there")
    kuland.show("clear ip bgp *")  # why the last session ended is told by both
    wait_for(lambda: "10.200.0.0/24" in hosts[1].routes("ipv4"), "it is in the kernel")

    def ask_frr(command):
        daemon = "zebra" if " route " in command else "bgpd"
        return json.loads(frr.command("/usr/bin/vtysh", "--vty_socket", frr.folder, "-d", daemon, "-c", command))

    found = []
    for command in ("show bgp summary json", "show ip bgp summary json", "show bgp ipv4 summary json",
                    "show bgp ipv4 unicast summary json", "show bgp ipv6 unicast summary json", "show ip bgp neighbors json",
                    "show ip route json", "show ipv6 route json", "show ip bgp json", "show bgp ipv6 unicast json"):
        ours, theirs = json.loads(kuland.show(command)), ask_frr(command)
        found += compare(command, ours, theirs)
        if "neighbors" in command:
            found += reset_told_alike(ours[hosts[2].ipv4], theirs[hosts[1].ipv4])
    for its, mine in NETWORKS.items():  # each one's own: both announce it
        family = "ipv6" if ":" in its else "ipv4"
        found += compare(f"of a prefix, {family}", json.loads(kuland.show(f"show bgp {family} unicast {mine} json")),
                         ask_frr(f"show bgp {family} unicast {its} json"))
    check(not found, "\n".join(found))


LISTS = ("ip prefix-list L seq 5 permit 10.0.0.0/8 ge 9 le 24", "ip prefix-list L seq 10 deny any", "ipv6 prefix-list L6 seq 5 permit fd00::/8 le 64",
         "access-list A seq 5 permit 10.0.0.0/8", "bgp as-path access-list P seq 5 permit ^1$", "route-map M permit 10",
         "description hello", "match ip address prefix-list L", "set metric 5", "on-match next", "exit", "route-map M deny 20", "exit")


@interop(peers=("frr",))
def lists_links_and_counts_have_every_key_of_frr(lab, peer):
    hosts, kuland, frr = lab.pair(peer)
    kuland.configure(*LISTS, "route-map FRRS permit 10", "set metric 0", "exit",  # what FRR says of its own networks
                     f"router bgp {AS_KULAND}", "address-family ipv4 unicast", "network 10.203.0.0/16 route-map FRRS")
    frr.command("/usr/bin/vtysh", "--vty_socket", frr.folder, *(word for line in ("configure terminal", *LISTS) for word in ("-c", line)))
    for prefix, family in (("10.200.0.0/24", "ipv4"), ("fd00:200::/64", "ipv6")):
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
    wait_for(lambda: "10.203.0.0/16" in hosts[2].routes("ipv4"), "and ours in FRR's")
    wait_for(lambda: hosts[1].subnet_ipv6 in hosts[2].routes("ipv6"), "IPv6, too")

    def both(command, daemon, its=None):
        theirs = frr.command("/usr/bin/vtysh", "--vty_socket", frr.folder, "-d", daemon, "-c", its or command)
        return json.loads(kuland.show(command)), json.loads(theirs)

    found = []
    for command in ("show ip prefix-list json", "show ip prefix-list L json", "show ipv6 prefix-list json", "show ip access-list json",
                    "show bgp as-path-access-list json", "show bgp vrfs json"):
        found += compare(command, *both(command, "bgpd"))
    for command in ("show ip route summary json", "show ipv6 route summary json", "show interface brief json"):
        found += compare(command, *both(command, "zebra"))
    found += compare("show ip route PREFIX json", *both("show ip route 10.200.0.0/24 json", "zebra", "show ip route 10.203.0.0/16 json"))
    for part in ("routes", "advertised-routes"):
        command = f"show ip bgp neighbors ADDRESS {part} json"
        found += compare(command, *both(command.replace("ADDRESS", hosts[2].ipv4), "bgpd", command.replace("ADDRESS", hosts[1].ipv4)))
    ours, theirs = both("show route-map json", "bgpd")
    check(sorted(ours["BGP"]) == ["FRRS", "M"], f"{ours}")
    found += compare("show route-map json", ours["BGP"]["M"], theirs["BGP"]["M"], without=WITHOUT_OF_A_MAP)
    ours, theirs = both("show interface json", "zebra")
    for link in ("eth0", "docker0", "lo"):
        found += compare(f"show interface {link} json", ours[link], theirs[link], without=WITHOUT_OF_A_LINK)
        found += compare(f"show interface {link} json", *both(f"show interface {link} json", "zebra"), without=WITHOUT_OF_A_LINK)
    check(not found, "\n".join(found))
