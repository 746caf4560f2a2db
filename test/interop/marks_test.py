"""What is typed wrong gets FRR's mark and FRR's exit status; FRR's own vtysh is asked in the same test."""

import subprocess

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, netns, peers

ENABLE = (
    "foo", "foo bar", "c", "s", "show", "show foo", "show i", "show ip", "show ip foo", "show ip bgp foo", "show ip bgp n",
    "show ip bgp 10.0.0.0/33", "show ip bgp 300.1.1.1", "show bgp ipv6 10.0.0.0/8", "show ip bgp fd00::/64", "show bgp ipv4 unicast fd00::1", "show bgp ipv4 foo",
    "show ip bgp neighbors 1.2.3", "show ip bgp neighbors 192.168.1.3 foo", "show ip bgp summary foo", "show ip route 10.0.0.0/40",
    "show ip route foo bar", "show ip route vrf", "show running-config foo", "show version foo", "show ip bgp regexp",
    "show ip bgp community-list", "show ip bgp prefix-list", "clear", "clear ip", "clear foo", "clear ip bgp",
    "clear bgp ipv4 unicast", "terminal", "terminal length", "terminal length 600", "terminal length x", "configure",
    "configure foo", "copy", "copy running-config", "debug", "debug bgp", "debug bgp foo", "debug bgp updates foo", "undebug",
    "no", "no foo", "no debug bgp foo", "router bgp 1", "neighbor 192.168.1.3 remote-as 1", "network 10.0.0.0/8", "exit foo",
    "write foo", "ping", "route-map M permit 10", "address-family ipv4 unicast", "hostname x", "ip route 10.0.0.0/8 Null0", "do foo", "do")
CONFIGURE = (
    "foo", "no foo", "show", "show foo", "router", "router foo", "router bgp 0", "router bgp 4294967296", "router bgp x", "hostname", "ip", "ip prefix-list",
    "ip prefix-list L", "ip prefix-list L seq 0 permit any", "ip prefix-list L seq 5 foo any", "ip prefix-list L permit 10.0.0.0/33",
    "ip prefix-list L permit", "ipv6 prefix-list L permit 10.0.0.0/8", "route-map", "route-map M", "route-map M foo 10", "route-map M permit 0",
    "route-map M permit 70000", "ip route", "ip route 10.0.0.0/8", "ip route 10.0.0.0/8 Null0 256", "ip route 10.0.0.0/33 Null0",
    "network 10.0.0.0/8", "neighbor 192.168.1.3 shutdown", "match metric 5", "interface", "access-list", "access-list A", "bgp", "bgp as-path",
    "bgp as-path access-list", "bgp as-path access-list P foo", "bgp community-list", "bgp community-list standard C",
    "bgp community-list standard C foo", "log", "log foo", "password", "exit foo", "end foo", "configure terminal foo",
    "address-family ipv4 unicast", "write foo", "clear ip bgp", "debug bgp foo")
ROUTER = (
    "foo", "neighbor", "neighbor 192.168.1.3", "neighbor 192.168.1.3 foo", "neighbor 192.168.1.3 remote-as", "neighbor 192.168.1.3 remote-as 0",
    "neighbor 192.168.1.3 remote-as 4294967296", "neighbor 192.168.1.3 timers", "neighbor 192.168.1.3 timers 1", "neighbor 192.168.1.3 timers 1 65536",
    "neighbor 192.168.1.3 ebgp-multihop 256", "neighbor 192.168.1.3 description", "neighbor 192.168.1.3 local-as 0", "neighbor 192.168.1.3 port 65536",
    "timers", "timers bgp 1", "timers bgp 70000 70000", "timers foo", "bgp", "bgp foo", "bgp router-id", "bgp router-id x", "bgp cluster-id x",
    "bgp graceful-restart foo", "bgp graceful-restart restart-time 4096", "bgp listen", "bgp listen range", "bgp listen limit 0", "bgp bestpath",
    "bgp bestpath foo", "bgp default foo", "bgp confederation", "bgp confederation identifier 0", "network", "network 10.0.0.0/33", "network 10.0.0.0/8 foo",
    "network foo", "address-family", "address-family foo", "address-family ipv4 foo", "redistribute", "redistribute foo",
    "redistribute connected foo", "redistribute connected metric x", "maximum-paths", "maximum-paths 0", "aggregate-address",
    "aggregate-address 10.0.0.0/8 foo", "distance bgp 1 2", "distance 0", "no", "no foo", "no neighbor", "no timers foo", "match metric 5", "do", "do foo")
FAMILY = (
    "foo", "neighbor 192.168.1.3 maximum-prefix", "neighbor 192.168.1.3 maximum-prefix 0", "neighbor 192.168.1.3 route-map X",
    "neighbor 192.168.1.3 route-map X foo", "neighbor 192.168.1.3 prefix-list X both", "neighbor 192.168.1.3 allowas-in 11", "neighbor 192.168.1.3 weight 65536",
    "neighbor 192.168.1.3 send-community foo", "network", "exit-address-family foo", "network 10.0.0.0/8 route-map")
ROUTE_MAP = (
    "foo", "match", "match foo", "match ip", "match ip address", "match ip address prefix-list", "match metric x", "match metric 4294967296",
    "match community", "set", "set foo", "set local-preference", "set local-preference x", "set metric foo",
    "set ip next-hop", "set ip next-hop 1.2.3", "set as-path", "set as-path prepend", "set origin foo", "set weight x", "set tag x",
    "on-match", "on-match foo", "on-match goto 0", "call", "continue 0", "description", "no match foo", "no set foo", "network 10.0.0.0/8")
MODES = {"enable": ((), ENABLE), "configure": (("configure terminal",), CONFIGURE),
         "router": (("configure terminal", f"router bgp {AS_KULAND}"), ROUTER),
         "family": (("configure terminal", f"router bgp {AS_KULAND}", "address-family ipv4 unicast"), FAMILY),
         "route_map": (("configure terminal", "route-map M permit 10"), ROUTE_MAP)}
# Where kuland answers otherwise, and why.
DIFFERENT = {
    "c": "FRR says nothing at all",
    "clear bgp ipv4 unicast": "FRR takes it, though nobody is named",
    "terminal length 600": "FRR calls it deprecated; here it has its effect, up to 512 lines",
    "undebug": "FRR does not know `undebug all` as two words",
    "match ip address prefix-list": "FRR takes it as an access list with this name",
    "set local-preference x": "FRR's exit status is 0",
    "set metric foo": "here a number is looked at behind the grammar",
}


def marks(text):
    return [line.rstrip() for line in text.splitlines() if line.startswith("% ")]


def beside(lab, peer):
    hosts = lab.hosts(2)
    neighbors = [Neighbor("192.168.1.3", AS_PEER)]
    frr = lab.peer(peer, hosts[2], AS_KULAND, neighbors)
    return lab.kuland(hosts[1], kuland_config(hosts[1], neighbors)), frr


def run(words, text=None):
    done = subprocess.run(words, input=text, stdin=subprocess.DEVNULL if text is None else None, stdout=subprocess.PIPE,
                          stderr=subprocess.STDOUT, text=True, timeout=30)
    return done.returncode, done.stdout


def vtysh(frr):
    return [*netns.enter_command(frr.host.namespace), "/usr/bin/vtysh", "--vty_socket", frr.folder]


def difference(line, ours, theirs):
    """What is to be told of it: that it is different, or that it is not any more."""
    if line in DIFFERENT:
        return [f"{line}: both say {ours}, so it is not different any more"] if ours == theirs else []
    return [f"{line}: {ours}, FRR {theirs}"] if ours != theirs else []


@interop(peers=("frr",), mode=tuple(MODES))
def a_wrong_command_is_told_as_frr_does(lab, peer, mode):
    kuland, frr = beside(lab, peer)
    way, lines = MODES[mode]
    found = []
    for line in lines:
        commands = [word for command in (*way, line) for word in ("-c", command)]
        ours, theirs = run(kuland.shell_command() + commands), run(vtysh(frr) + commands)
        found += difference(line, (ours[0], marks(ours[1])), (theirs[0], marks(theirs[1])))
    check(not found, "\n".join(found))


@interop(peers=("frr",))
def wrong_lines_from_a_pipe_are_told_as_frr_does(lab, peer):
    """They do not end the session; the mode stays."""
    kuland, frr = beside(lab, peer)
    for way, lines in MODES.values():
        text = "".join(f"{line}\n" for line in (*way, *lines) if line not in DIFFERENT)
        ours, theirs = (marks(run(words, text)[1]) for words in (kuland.shell_command(), vtysh(frr)))
        check(ours == theirs and len(ours) >= len(lines) / 2, f"{ours}\nFRR: {theirs}")
