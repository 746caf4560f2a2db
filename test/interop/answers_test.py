"""Why packets get there or not, asked of a real daemon beside a real kernel."""

import json
import os
import pty
import select
import subprocess
import time

from harness import AS_KULAND, AS_PEER, check, interop, kuland_config, neighbors_for, netns, wait_for

PREFIXES = (("10.200.0.0/24", "ipv4", "10.200.0.7"), ("fd00:200::/64", "ipv6", "fd00:200::7"))
NOBODY = (("10.77.0.0/16", "10.77.0.1"), ("fd77::/32", "fd77::1"))


def ask(kuland, question, status):
    """The answer to `explain …` as JSON; its exit status must be this."""
    ended, output = kuland.try_show(f"explain {question} json")
    check(ended == status, f"explain {question}: exit status {ended}, not {status}:\n{output}")
    return json.loads(output)


@interop(peers=("bird", "frr"))
def explain_follows_a_route_from_the_neighbor_to_the_packet(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for prefix, family, inside in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
        neighbor = wait_for(lambda: kuland.paths(prefix), "the path")[0]["peerId"]
        for question in (prefix, inside):
            wait_for(lambda: kuland.try_show(f"explain {question}")[0] == 0, f"{question} is reachable")
            answer = ask(kuland, question, 0)
            check((answer["verdict"], answer["prefix"], answer["fib"]) == ("reachable", prefix, "installed"), answer)
            path = answer["paths"][0]
            check(path["peer"] == neighbor and path["state"] == "accepted" and path["best"], path)
            check(path["nexthop"]["resolved"] and path["nexthop"]["nexthops"][0]["interfaceName"] == "eth0", path)
            kernel = answer["kernel"]
            check(kernel["ours"] and kernel["prefix"] == prefix and kernel["nexthop"]["interfaceName"] == "eth0", kernel)
            check(kernel["forwarding"], "this host passes packets on")
            me = [n for n in answer["neighbors"] if n["peer"] == neighbor]
            check(me and me[0]["export"] == "fromSamePeer", f"{answer['neighbors']}")
        text = kuland.show(f"explain {prefix}")
        for word in ("Received", "Next hop", "Best path", "Routing table", "Kernel route", "Announced to", "Packet", "Next: "):
            check(word in text, f"'{word}' in\n{text}")
        one = ask(kuland, f"{prefix} from {neighbor} to {neighbor}", 0)
        check(len(one["paths"]) == 1 and len(one["neighbors"]) == 1, one)
        check("No such neighbor" in kuland.try_show(f"explain {prefix} from 203.0.113.9")[1], "a stranger is an error")
        speaker.withdraw(prefix)
        gone = wait_for(lambda: not kuland.paths(prefix) and ask(kuland, prefix, 1), f"{prefix} goes")
        check(gone["verdict"] == "notAnnounced", gone)


@interop(peers=("bird",))
def explain_says_why_nothing_gets_there(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for prefix, family, _ in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
    for prefix, address in NOBODY:
        for question in (prefix, address):
            answer = ask(kuland, question, 1)
            check(answer["verdict"] == "notAnnounced" and answer["kernel"]["outcome"] == "noRoute", answer)
        check("is Established and sent" in kuland.try_show(f"explain {prefix}")[1], "who could have is named")
    # Denied by policy: the clause is named, and the command that shows it.
    mine = {"ipv4": hosts[2].ipv4, "ipv6": hosts[2].ipv6 if len(speaker.neighbors) > 1 else hosts[2].ipv4}
    kuland.configure("route-map NONE deny 10", f"router bgp {AS_KULAND}",
                     "address-family ipv4 unicast", f"neighbor {mine['ipv4']} route-map NONE in", "exit",
                     "address-family ipv6 unicast", f"neighbor {mine['ipv6']} route-map NONE in")
    for prefix, family, _ in PREFIXES:
        wait_for(lambda: prefix not in hosts[1].routes(family), f"{prefix} is denied")
        answer = ask(kuland, prefix, 1)
        check(answer["verdict"] == "rejected" and answer["paths"][0]["deniedBy"] == "route-map NONE, sequence 10", answer)
        check(answer["command"] == "show route-map NONE", answer)
        check("NONE" in kuland.show(answer["command"]), "the command works")
    kuland.configure("no route-map NONE", "route-map NONE permit 10")
    for prefix, family, _ in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is back")
        # Another's static route of the kernel wins by distance; a route in a table that is asked before takes the packets.
        gateway = hosts[2].ipv6 if family == "ipv6" else hosts[2].ipv4
        hosts[1].ip(f"route add {prefix} via {gateway} proto static metric 5")
        answer = wait_for(lambda: (a := json.loads(kuland.try_show(f"explain {prefix} json")[1]))["fib"] != "installed" and a,
                          "the static route wins")
        check((answer["verdict"], answer["fib"]) == ("otherSource", "losesToStatic"), answer)
        hosts[1].ip(f"route del {prefix} proto static metric 5")
        wait_for(lambda: kuland.try_show(f"explain {prefix}")[0] == 0 and prefix in hosts[1].routes(family), "ours is back")
        version = "-6" if family == "ipv6" else "-4"
        hosts[1].run("ip", version, "route", "add", "blackhole", prefix, "table", "99")
        hosts[1].run("ip", version, "rule", "add", "to", prefix, "lookup", "99", "priority", "10")
        answer = ask(kuland, prefix, 1)
        check(answer["verdict"] == "kernelDrops" and answer["kernel"]["outcome"] == "blackhole", answer)
        hosts[1].run("ip", version, "rule", "del", "priority", "10")
        ask(kuland, prefix, 0)
    hosts[1].run("sysctl", "-qw", "net.ipv4.ip_forward=0", "net.ipv6.conf.all.forwarding=0")
    for prefix, _, _ in PREFIXES:
        check(ask(kuland, prefix, 1)["verdict"] == "forwardingOff", prefix)
    for subnet in hosts[1].subnets:
        check(ask(kuland, subnet, 0)["verdict"] == "own", subnet)


@interop(peers=("frr",))
def explain_names_the_step_that_decided(lab, peer):
    hosts = lab.hosts(3)
    mine = neighbors_for(peer, hosts[2], AS_PEER) + neighbors_for(peer, hosts[3], AS_PEER + 1)
    for number, its_as in ((2, AS_PEER), (3, AS_PEER + 1)):
        lab.peer(peer, hosts[number], its_as, neighbors_for(peer, hosts[1], AS_KULAND), networks=[p for p, _, _ in PREFIXES])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], mine))
    for prefix, _, _ in PREFIXES:
        wait_for(lambda: len(kuland.paths(prefix)) == 2, f"two paths to {prefix}")
        wait_for(lambda: kuland.try_show(f"explain {prefix}")[0] == 0, f"{prefix} is reachable")
        answer = ask(kuland, prefix, 0)
        best, other = answer["paths"]
        check(best.get("best") and "lostAt" not in best and other["lostAt"] == answer["selectionReason"], answer)
        check("over " in kuland.show(f"explain {prefix}"), "and the text tells the pair")


@interop(peers=("bird",))
def compare_puts_three_tables_side_by_side(lab, peer):
    hosts, kuland, _ = lab.pair(peer)
    for prefix, family, _ in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is in the kernel")
        wait_for(lambda: kuland.json(f"show compare {prefix}")["different"] == 0, f"{prefix} is the same everywhere")
    everything = kuland.json("show compare all")
    for prefix in [p for p, _, _ in PREFIXES] + list(hosts[1].subnets):
        check(everything["prefixes"][prefix]["difference"] == "none", f"{prefix}: {everything['prefixes'].get(prefix)}")
    check(everything["different"] == 0, f"nothing differs: {everything}")
    # A better metric of another hides our route from packets: the kernel's side is another one.
    for prefix, family, _ in PREFIXES:
        version, gateway = ("-6", hosts[2].ipv6) if family == "ipv6" else ("-4", hosts[2].ipv4)
        hosts[1].run("ip", version, "route", "add", "blackhole", prefix, "table", "99")
        hosts[1].run("ip", version, "rule", "add", "to", prefix, "lookup", "99", "priority", "10")
        found = kuland.json(f"show compare {prefix}")["prefixes"][prefix]
        check(found["difference"] != "none" and found["kernel"]["outcome"] == "blackhole", found)
        check(f" ! {prefix}" in kuland.show("show compare all differences"), "and it is marked in the text")
        hosts[1].run("ip", version, "rule", "del", "priority", "10")
        hosts[1].ip(f"route add {prefix} via {gateway} proto static metric 5")
        wait_for(lambda: kuland.json(f"show compare {prefix}")["prefixes"][prefix]["difference"] == "notSelected",
                 f"the static route to {prefix} is selected")
    unknown = kuland.json("show compare 10.77.0.0/16")["prefixes"]["10.77.0.0/16"]
    check(unknown == {"difference": "none"}, unknown)


@interop(peers=("bird", "frr"))
def history_tells_what_happened_and_what_was_there(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for prefix, family, _ in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is learned")
    neighbors = {prefix: kuland.paths(prefix)[0]["peerId"] for prefix, _, _ in PREFIXES}
    learned = time.time()
    wait_for(lambda: time.time() > learned + 1.1, "a second that can be named has passed")
    for prefix, family, _ in PREFIXES:
        speaker.withdraw(prefix)
        wait_for(lambda: prefix not in hosts[1].routes(family), f"{prefix} is withdrawn")
        events = kuland.json(f"show bgp history {prefix}")["events"]
        check([e["event"] for e in events] == ["best", "gone"], events)
        check(events[0]["cause"] == "learned" and events[0]["neighbor"] == neighbors[prefix], events)
        check(events[1]["cause"] == "withdrawn" and events[1]["before"] == neighbors[prefix], events)
        check(abs(events[0]["epochMsec"] / 1000 - learned) < 30, f"the time is the clock's: {events[0]}")
        check(f"withdrawn by {neighbors[prefix]}" in kuland.show(f"show bgp history {prefix}"), "and the text says so")
        word = "ipv6" if family == "ipv6" else "ip"
        moment = time.strftime("%Y-%m-%dT%H:%M:%S", time.gmtime(learned + 1))
        was = kuland.json(f"show {word} route at {moment} {prefix}")
        check(was[prefix]["neighbor"] == neighbors[prefix] and "until" in was[prefix], was)
        check(prefix in kuland.show(f'show {word} route at "{moment[11:]}"'), "a time of the day does as well")
        check(prefix not in kuland.json(f"show {word} route at 0s"), "now it is not there")
        check("does not go back so far" in kuland.try_show(f"show {word} route at 1d")[1], "before the start nothing is claimed")
    speaker.stop()
    down = wait_for(lambda: [e for e in kuland.json("show events since 1h")["events"] if e["event"] == "sessionDown"],
                    "the session's end is an event")
    named = down[0]["neighbor"]
    only = kuland.json(f"show events neighbor {named}")["events"]
    check(only[0]["event"] == "sessionUp" and all(named in (e["neighbor"], e.get("before")) for e in only if "neighbor" in e),
          only)
    check("history size 1" not in kuland.show("show running-config"), "the default is not written")
    kept = lambda: kuland.json("show memory")["owners"]["history"]
    check(0 < kept() < 16 << 20, f"and taken as it fills: {kept()} octets")
    kuland.configure("history size 0")
    check("history size 0" in kuland.show("show running-config"), "the size is")
    check("No events" in kuland.show("show events"), "without room nothing is kept")
    check(kept() == 0, "and nothing taken")


class Typed:
    """kulan in a terminal of its own; what it writes."""

    def __init__(self, kuland, command):
        self.terminal, its = pty.openpty()
        self.process = subprocess.Popen(kuland.shell_command(command), stdin=its, stdout=its, stderr=its, env={"TERM": "xterm"})
        os.close(its)
        self.text = ""

    def read(self):
        while select.select([self.terminal], [], [], 0)[0]:
            try:
                part = os.read(self.terminal, 65536)
            except OSError:  # the other end is closed
                break
            if not part:
                break
            self.text += part.decode("utf-8", "replace")
        return self.text

    def press(self, key):
        os.write(self.terminal, key)

    def ends(self):
        self.read()
        return self.process.poll() is not None


@interop(peers=("bird",))
def watch_draws_what_changes_until_a_key(lab, peer):
    hosts, kuland, speaker = lab.pair(peer)
    for prefix, family, _ in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family), f"{prefix} is learned")
    for key in (b"q", b"\x03"):
        watching = Typed(kuland, "show ip route bgp watch")
        wait_for(lambda: "10.200.0.0/24" in watching.read(), "the table is drawn")
        drawn = len(watching.text)
        speaker.announce("10.201.0.0/24")
        wait_for(lambda: "10.201.0.0/24" in watching.read()[drawn:], "what is new is drawn")
        watching.press(key)
        wait_for(watching.ends, "a key ends it")
        check(watching.process.returncode == 0, watching.text)
        speaker.withdraw("10.201.0.0/24")
        wait_for(lambda: not kuland.paths("10.201.0.0/24"), "it goes")
    check("needs a terminal" in kuland.try_show("show ip route watch")[1], "without a terminal it says so")

    following = Typed(kuland, "show events follow")
    wait_for(lambda: following.process.poll() is None and (speaker.announce("10.202.0.0/24") or True) and
             wait_for(lambda: kuland.paths("10.202.0.0/24"), "it is learned") and
             (speaker.withdraw("10.202.0.0/24") or True) and
             wait_for(lambda: not kuland.paths("10.202.0.0/24"), "it goes") and
             "gone, withdrawn by" in following.read(), "events are shown as they come")
    following.process.terminate()
    wait_for(following.ends, "it ends")


@interop(peers=("bird",))
def explain_reads_the_firewall(lab, peer):
    """What the host would pass on, judged by its own rules: a sure drop is the last word, a doubt is told."""
    hosts, kuland, _ = lab.pair(peer)

    def rules(text):
        netns.run(["ip", "netns", "exec", hosts[1].namespace, "nft", text])
    rules("add table inet fw")
    rules("add chain inet fw forward { type filter hook forward priority 0 ; policy accept ; }")
    for prefix, family, _ in PREFIXES:
        wait_for(lambda: prefix in hosts[1].routes(family) and kuland.try_show(f"explain {prefix}")[0] == 0, f"{prefix} is reachable")
        answer = ask(kuland, prefix, 0)["firewall"]
        check(answer == {"outcome": "passes"}, f"no rule is in the way: {answer}")
        rule = f"{'ip6' if family == 'ipv6' else 'ip'} daddr {prefix} tcp dport 80 drop"
        rules(f"add rule inet fw forward iifname eth9 {rule}")
        check(ask(kuland, prefix, 0)["firewall"] == {"outcome": "passes"}, "who comes another way is none of ours")
        rules(f"add rule inet fw forward iifname docker0 {rule}")
        answer = ask(kuland, prefix, 0)["firewall"]
        check(answer["outcome"] == "mayDrop", f"some that come from docker0 are dropped: {answer}")
    rules("chain inet fw forward { policy drop ; }")
    for prefix, _, _ in PREFIXES:
        answer = ask(kuland, prefix, 1)
        check((answer["verdict"], answer["firewall"]["where"]) == ("firewallDrops", "inet fw forward, policy drop"), answer)
        check("firewall, from docker0: dropped by inet fw forward, policy drop" in kuland.try_show(f"explain {prefix}")[1], "and in words")
    rules("flush ruleset")
    for prefix, _, _ in PREFIXES:
        check(ask(kuland, prefix, 0)["verdict"] == "reachable", "without rules all is well")
