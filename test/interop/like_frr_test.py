"""Answers laid beside those of a running FRR: ends of listings, VRFs, switches of debug, blocks of other daemons."""

import json
import os
import re

import json_test
from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, peers, wait_for

NETWORKS = ["10.200.0.0/24", "10.201.0.0/16", "172.20.0.0/16", "fd00:200::/64", "fd00:201::/48"]
LISTS = ("ip prefix-list SOME permit 10.200.0.0/24", "ip prefix-list NONE permit 11.0.0.0/8",
         "bgp as-path access-list PEER permit ^65003$", "bgp as-path access-list NONE permit ^99$")


def ask_frr(frr, *commands, daemon="bgpd"):
    words = ["/usr/bin/vtysh", "--vty_socket", frr.folder, *(["-d", daemon] if daemon else [])]
    for command in commands:
        words += ["-c", command]
    return frr.command(*words)


def try_frr(frr, *commands, daemon="bgpd"):
    """(exit status, output) of one vtysh with these -c commands."""
    words = ["/usr/bin/vtysh", "--vty_socket", frr.folder, "-d", daemon]
    for command in commands:
        words += ["-c", command]
    text, _, status = frr.command("sh", "-c", '"$@"; echo "exit $?"', "sh", *words).rpartition("exit ")
    return int(status), text


def both(lab, peer, lines=()):
    """kuland and FRR, each with a session to one BIRD and none to somebody absent. (hosts, kuland, frr)"""
    hosts = lab.hosts(3)
    lab.peer(peers.Bird, hosts[3], 65003, [Neighbor(hosts[1].ipv4, AS_KULAND), Neighbor(hosts[2].ipv4, AS_PEER)],
             networks=NETWORKS)
    neighbors = [Neighbor(hosts[3].ipv4, 65003), Neighbor("192.168.1.99", 65004)]
    frr = lab.peer(peer, hosts[2], AS_PEER, neighbors, lines=lines)
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors, lines=lines, docker0=False))
    for prefix in (NETWORKS[0], NETWORKS[-1]):
        wait_for(lambda p=prefix: kuland.paths(p), f"kuland has {prefix}")
        wait_for(lambda p=prefix: frr.route(p), f"FRR has {prefix}")
    return hosts, kuland, frr


def body(text):
    """Without the heading and FRR's second blank in the last line."""
    lines = text.replace("Displayed  ", "Displayed ").splitlines()
    begin = next((i for i, line in enumerate(lines) if line.startswith("   Network")), -1)
    return lines[begin + 1:]


@interop(peers=("frr",))
def listings_of_a_part_end_alike(lab, peer):
    _, kuland, frr = both(lab, peer)
    kuland.configure(*LISTS)
    ask_frr(frr, "configure terminal", *LISTS)
    for part in ("regexp ^65003$", "regexp _99_", "community", "community 65003:9", "cidr-only", "prefix-list SOME",
                 "prefix-list NONE", "filter-list PEER", "filter-list NONE", "10.200.0.0/15 longer-prefixes",
                 "10.0.0.0/8 longer-prefixes", "11.0.0.0/8 longer-prefixes", "neighbors 192.168.1.3 routes",
                 "neighbors 192.168.1.99 routes"):
        ours, theirs = kuland.show(f"show ip bgp {part}"), ask_frr(frr, f"show ip bgp {part}")
        check(body(ours) == body(theirs), f"{part}:\n{ours}\nFRR:\n{theirs}")
    for part in ("", "regexp ^65003$", "regexp _99_"):
        ours, theirs = kuland.show(f"show bgp ipv6 {part}"), ask_frr(frr, f"show bgp ipv6 {part}")
        check(body(ours)[-1:] == body(theirs)[-1:], f"{part}:\n{ours}\nFRR:\n{theirs}")


@interop(peers=("frr",))
def summaries_of_a_part_look_alike(lab, peer):
    """failed, wide and who fits nothing; times and numbers of messages are each one's own."""
    _, kuland, frr = both(lab, peer)
    for asked in ("show bgp summary neighbor 192.168.1.98", "show bgp ipv4 unicast summary neighbor 192.168.1.98"):
        check(kuland.show(asked) == ask_frr(frr, asked), asked)
        check(kuland.json(asked) == json.loads(ask_frr(frr, asked + " json")), asked)
    for part in ("failed", "wide", "remote-as internal", "established"):
        ours, theirs = (re.sub(r"\d\d:\d\d:\d\d", "TIME", text).splitlines() for text in
                        (kuland.show(f"show bgp ipv4 unicast summary {part}"), ask_frr(frr, f"show bgp ipv4 unicast summary {part}")))
        begin = [next(i for i, line in enumerate(text) if line.startswith("Peers ")) + 1 for text in (ours, theirs)]
        ours, theirs = ours[begin[0]:], theirs[begin[1]:]
        check(len(ours) == len(theirs), f"{part}: {ours}, FRR {theirs}")
        for mine, its in zip(ours, theirs):
            is_row = mine.startswith("192.168.1.3 ") or (mine.startswith("192.168.1.99 ") and part != "failed")
            check(len(mine.split()) == len(its.split()) if is_row else mine.rstrip() == its.rstrip(),
                  f"{part}: '{mine}', FRR '{its}'")
    ours, theirs = (json.loads(text)["peers"]["192.168.1.99"] for text in
                    (kuland.show("show bgp ipv4 unicast summary failed json"),
                     ask_frr(frr, "show bgp ipv4 unicast summary failed json")))
    check(list(ours) == list(theirs), f"failed json: {ours}, FRR {theirs}")


@interop(peers=("frr",), family=("ipv4", "ipv6"))
def routes_of_all_vrfs_have_one_shape(lab, peer, family):
    """There is one here; how several look is tested without a kernel."""
    hosts, kuland, frr = both(lab, peer)
    ip = "ip" if family == "ipv4" else "ipv6"
    prefix = NETWORKS[0] if family == "ipv4" else NETWORKS[-1]
    wait_for(lambda: prefix in hosts[1].routes(family) and prefix in hosts[2].routes(family), "both kernels have the route")
    ours, theirs = kuland.show(f"show {ip} route vrf all"), ask_frr(frr, f"show {ip} route vrf all", daemon="zebra")
    for text in (ours, theirs):
        lines = text.splitlines()
        check(lines.count("VRF default:") == 1 and lines[lines.index("VRF default:") - 1] == "", text)
    check("VRF" not in kuland.show(f"show {ip} route"), "it has no name where it is alone")
    routes = lambda text: {line.split()[1] for line in text.splitlines() if line.startswith("B>*")}
    check(routes(ours) == routes(theirs), f"{ours}\nFRR:\n{theirs}")
    ours = kuland.json(f"show {ip} route vrf all")
    theirs = json.loads(ask_frr(frr, f"show {ip} route vrf all json", daemon="zebra"))
    found = json_test.compare("vrf all", {"P": ours[prefix]}, {"P": theirs[prefix]})
    check(not found, "\n".join(found))
    check({p for p, e in ours.items() if e[0]["protocol"] == "bgp"} == {p for p, e in theirs.items() if e[0]["protocol"] == "bgp"},
          "the same prefixes")
    ours, theirs = (kuland.show(f"show {ip} route vrf all {prefix}"), ask_frr(frr, f"show {ip} route vrf all {prefix}", daemon="zebra"))
    check(ours.splitlines()[:2] == theirs.splitlines()[:2], f"{ours}\nFRR:\n{theirs}")
    heads = [text.splitlines()[0] for text in (kuland.show(f"show {ip} route vrf all summary"),
                                               ask_frr(frr, f"show {ip} route vrf all summary", daemon="zebra"))]
    check(heads[0] == heads[1], f"{heads}")
    check(kuland.json(f"show {ip} route vrf NOPE") == {}, "an empty object of one that is not there")
    asked = f"show {ip} route vrf NOPE"
    check(kuland.show(asked) == ask_frr(frr, asked, daemon="zebra"), kuland.show(asked))
    heads = [next(line for line in text.splitlines() if line.startswith("VRF")) for text in
             (kuland.show(f"show {ip} route table 254"), ask_frr(frr, f"show {ip} route table 254", daemon="zebra"))]
    check(heads[0] == heads[1], f"{heads}")
    check(kuland.show(f"show {ip} route ospf{'6' if ip == 'ipv6' else ''}") == "", "nothing of a protocol that is not here")


@interop(peers=("frr",))
def the_last_switch_of_a_topic_counts(lab, peer):
    _, kuland, frr = both(lab, peer)
    ask_frr(frr, "no debug bgp")
    for lines in (("debug bgp keepalives", "debug bgp keepalives 192.168.1.3"), ("debug bgp keepalives 192.168.1.99",),
                  ("no debug bgp keepalives 192.168.1.3",), ("debug bgp keepalives",), ("no debug bgp keepalives",),
                  ("debug bgp neighbor-events", "debug bgp neighbor-events 192.168.1.3"),
                  ("debug bgp updates", "debug bgp updates in 192.168.1.3"), ("debug bgp updates",), ("no debug bgp",)):
        for line in lines:
            ours, theirs = kuland.show(line), ask_frr(frr, line)
            check(ours == theirs, f"{line}: {ours}, FRR {theirs}")
        shown = [[line for line in text.splitlines() if line.startswith("  BGP ")]
                 for text in (kuland.show("show debugging"), ask_frr(frr, "show debugging"))]
        check(shown[0] == shown[1], f"after {lines}: {shown[0]}, FRR {shown[1]}")


@interop(peers=("frr",))
def a_typed_block_of_bfd_keeps_its_nesting(lab, peer):
    """What FRR understands as it is typed, kuland keeps as FRR writes it; and FRR reads that."""
    if not os.access("/usr/lib/frr/bfdd", os.X_OK):
        return
    _, kuland, frr = both(lab, peer)
    frr.write("bfdd.conf", ["hostname bfdd"], 0o644)
    frr.spawn("/usr/lib/frr/bfdd", "-f", frr.path("bfdd.conf"), "-i", frr.path("bfdd.pid"), "--vty_socket", frr.folder, "-P", "0",
              "-u", "frr", "-g", "frr", "--log", "stdout", "-z", frr.path("zserv.api"), "--bfdctl", frr.path("bfdd.sock"))
    wait_for(lambda: os.path.exists(frr.path("bfdd.vty")), "bfdd runs")
    typed = ["bfd", "profile P", "detect-multiplier 5", "transmit-interval 100", "peer 192.168.1.3", "profile P", "shutdown",
             "exit", "peer 192.168.1.98 interface eth0", "detect-multiplier 9", "peer 192.168.1.97", "end"]
    kuland.configure(*typed)
    ask_frr(frr, "configure terminal", *typed, daemon="bfdd")

    def block(text):
        lines = [line for line in text.splitlines() if line.strip() != "!"]
        return lines[lines.index("bfd"):lines.index("exit", lines.index("bfd")) + 1]

    ours, theirs = block(kuland.show("show running-config")), block(ask_frr(frr, "show running-config", daemon="bfdd"))
    blocks = [["\n".join(lines).split("\n exit")] for lines in (ours, theirs)]
    check(sorted(map(str, blocks[0][0])) == sorted(map(str, blocks[1][0])), f"{ours}\nFRR:\n{theirs}")
    path = frr.write("kept.conf", ours, 0o644)
    frr.command("/usr/bin/vtysh", "--vty_socket", frr.folder, "-d", "bfdd", "-f", path)
    kuland.configure("bfd", "no peer 192.168.1.98 interface eth0", "no profile P")
    text = "\n".join(block(kuland.show("show running-config")))
    check(text == "bfd\n peer 192.168.1.3\n  profile P\n  shutdown\n exit\n peer 192.168.1.97\n exit\nexit", text)


def tracked(text):
    """What is told of each next hop, by its address."""
    blocks = {}
    for line in re.sub(r"\(fd \d+\)", "", text).splitlines():
        if line and not line.startswith(" "):
            block = blocks.setdefault(line.removesuffix("(Connected)"), [])
        elif line:
            block.append(line)
    return blocks


@interop(peers=("frr",))
def next_hops_are_tracked_as_zebra_tells_it(lab, peer):
    hosts, kuland, frr = both(lab, peer)
    asked = "show ip nht"
    ours, theirs = tracked(kuland.show(asked)), tracked(ask_frr(frr, asked, daemon="zebra"))
    check(list(ours) == [hosts[3].ipv4], f"{ours}")
    check(ours[hosts[3].ipv4] == theirs[hosts[3].ipv4], f"{ours}\nFRR: {theirs}")
    check(tracked(kuland.show("show ipv6 nht")), "IPv6, too")


ROUTER = ("router bgp",)  # whose number is each one's own
TYPED = (("frr defaults datacenter",), ("frr version 8.1",), ("no frr defaults datacenter",), ROUTER,
         (*ROUTER, "no bgp router-id 4.4.4.4"), (*ROUTER, "no bgp cluster-id 4.4.4.4"),
         (*ROUTER, "no neighbor 9.9.9.9"), (*ROUTER, "no neighbor NOPE"), (*ROUTER, "no neighbor NOPE peer-group"),
         (*ROUTER, "no neighbor NOPE interface"), (*ROUTER, "no neighbor 9.9.9.9 remote-as 3"),
         (*ROUTER, "no neighbor NOPE remote-as 3"), (*ROUTER, "no neighbor 9.9.9.9 description x"),
         (*ROUTER, "no neighbor 192.168.1.99 description x"), (*ROUTER, "no network 10.77.0.0/16"),
         (*ROUTER, "network 10.77.0.0/16 route-map A", "no network 10.77.0.0/16 route-map B"),
         (*ROUTER, "no aggregate-address 10.77.0.0/16"), (*ROUTER, "no bgp listen range 10.0.0.0/8 peer-group X"),
         (*ROUTER, "neighbor X peer-group", "no bgp listen range 10.0.0.0/8 peer-group X"),
         (*ROUTER, "no neighbor 192.168.1.99 remote-as 777"), (*ROUTER, "no neighbor 192.168.1.99 description x"),
         ("no router bgp 7777",), ("no route-map NOPE",), ("no route-map NOPE permit 10",),
         ("no ip prefix-list NOPE",), ("no ip prefix-list NOPE seq 5",), ("no ip prefix-list NOPE permit any",),
         ("no ip prefix-list NOPE seq 5 permit any",), ("no ip prefix-list NOPE description",),
         ("no access-list NOPE",), ("no access-list NOPE permit any",), ("no access-list NOPE seq 5 permit any",),
         ("no bgp as-path access-list NOPE",), ("no bgp community-list standard NOPE",),
         ("hostname -x",), ("hostname _x",))
ASKED = ("show foo | include x", "show version |", "show version | nope", "show version | include",
         "show ip bgp neighbors 9.9.9.9", "show ip bgp neighbors NOPE",
         *(f"show ip bgp neighbors {name} {what}" for name in ("9.9.9.9", "NOPE")
           for what in ("advertised-routes", "routes", "received-routes", "filtered-routes")),
         "show ip bgp neighbors 9.9.9.9 prefix-counts")


@interop(peers=("frr",))
def what_is_not_there_is_answered_alike(lab, peer):
    """A script goes on where it does with FRR, and stops where it does. The first line of each answer; where FRR refuses without a
    word, kulan may say why."""
    _, kuland, frr = both(lab, peer)
    for typed in TYPED:
        ours, theirs = kuland.try_show("configure terminal", *typed), try_frr(frr, "configure terminal", *typed)
        check(ours[0] == theirs[0], f"{typed}: {ours}, FRR {theirs}")
        lines = [line for line in ours[1].splitlines() if not line.startswith("% Warning:")]
        check(not theirs[1] or lines[:1] == theirs[1].splitlines()[:1], f"{typed}: {ours}, FRR {theirs}")
        check(theirs[1] or theirs[0] or not lines, f"{typed}: {ours}, FRR is silent")
    for asked in ASKED:
        ours, theirs = kuland.try_show(asked), try_frr(frr, asked)
        check(ours[0] == theirs[0], f"{asked}: {ours}, FRR {theirs}")
        check(ours[1].splitlines()[:1] == theirs[1].splitlines()[:1], f"{asked}: {ours}, FRR {theirs}")
        if "neighbors" in asked:
            ours, theirs = kuland.try_show(asked + " json"), try_frr(frr, asked + " json")
            check((ours[0], json.loads(ours[1])) == (theirs[0], json.loads(theirs[1])), f"{asked} json: {ours}, FRR {theirs}")
    for asked in ("show ip route 1.2.3.4 json", "show ipv6 route 2001:db8:9::1 json", "show ip route 1.2.3.0/24 json"):
        ours, theirs = kuland.try_show(asked), try_frr(frr, asked, daemon="zebra")
        check((ours[0], json.loads(ours[1])) == (theirs[0], json.loads(theirs[1])), f"{asked}: {ours}, FRR {theirs}")


@interop(peers=("frr",))
def statistics_are_counted_alike(lab, peer):
    _, kuland, frr = both(lab, peer)
    for asked in ("show bgp ipv4 unicast statistics json", "show bgp ipv6 unicast statistics json", "show ip bgp statistics json"):
        wait_for(lambda line=asked: json.loads(kuland.show(line)) == json.loads(ask_frr(frr, line)), f"{asked} is FRR's")
    ours, theirs = kuland.show("show bgp ipv4 unicast statistics"), ask_frr(frr, "show bgp ipv4 unicast statistics")
    check(ours == theirs, f"{ours}\nFRR:\n{theirs}")
