"""The JSON that other programs read has every key of FRR's with the same type; FRR is asked in the same test."""

import json
import re

from harness import check, interop, wait_for

NETWORKS = {"10.200.0.0/24": "10.203.0.0/16", "fd00:200::/64": "fd00:203::/32"}  # FRR's, and kuland's

# What FRR has and kuland does not, by the end of its path, and why.
WITHOUT = {
    # bgpd's two threads of a session; kuland has none
    "readThread", "writeThread",
    # conditional advertisement, which kuland does not have
    "bgpTimerConfiguredConditionalAdvertisementsSec",
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


def is_left_out(path):
    return any(word in WITHOUT for word in path.split("/"))


def compare(what, ours, theirs):
    ours, theirs = shape(ours), shape(theirs)
    missing = [path for path in theirs if path not in ours and not is_left_out(path)]
    different = [f"{path}: {sorted(ours[path])}, FRR {sorted(theirs[path])}" for path in theirs
                 if path in ours and not theirs[path] & ours[path]]
    return [f"{what}: {line}" for line in [f"missing {path}" for path in missing] + different]


def reset_told_alike(ours, theirs):
    """kuland was told to clear: PEER_DOWN_USER_RESET. The link is one for both."""
    told = [(ours["lastResetCode"], 12), (ours["bgpConnection"], theirs["bgpConnection"])]
    return [f"{mine}, not {its}" for mine, its in told if mine != its]


@interop(peers=("frr",))
def has_every_key_of_frr(lab, peer):
    hosts, kuland, frr = lab.pair(peer)
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
