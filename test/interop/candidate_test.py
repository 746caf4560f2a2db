"""`configure private`: candidates, commits that take themselves back, two operators at once."""

import json
import select
import socket
import subprocess

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, netns, peers, wait_for
from lab.kuland import address_layout


class Operator:
    """A kulan that stays: lines go in one by one, and what each prints comes out."""

    MARK = "show version json"

    def __init__(self, kuland):
        words = address_layout(kuland.build) + [kuland.build + "/kulan", "--socket", kuland.socket]
        self.process = subprocess.Popen(words, stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.STDOUT, text=True)

    def type(self, *lines):
        """What the lines print, up to the answer of a command that ends with a line `}`."""
        self.process.stdin.write("".join(f"{line}\n" for line in (*lines, self.MARK)))
        self.process.stdin.flush()
        text = ""
        for line in self.process.stdout:
            if line == "{\n":
                break
            text += line
        for line in self.process.stdout:
            if line == "}\n":
                break
        return text

    def cut(self):
        """The connection is gone, without a farewell."""
        self.process.kill()
        self.process.wait(10)


def established(lab, **options):
    hosts = lab.hosts(2)
    lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)], networks=["10.200.0.0/24"])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)],
                                                networks=["10.203.0.0/16"]), **options)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "established")
    return hosts, kuland


def status(kuland):
    return kuland.json("show configuration status")


@interop()
def nothing_is_in_force_before_the_commit(lab):
    hosts, kuland = established(lab)
    running = kuland.show("show running-config")
    operator = Operator(kuland)
    check(operator.type("configure private", "hostname r9", f"router bgp {AS_KULAND}", "no neighbor " + hosts[2].ipv4) == "", "")
    check(kuland.show("show running-config") == running, "typed, not in force")
    difference = operator.type("show configuration diff")
    check("+hostname r9\n" in difference and f"- neighbor {hosts[2].ipv4} remote-as {AS_PEER}\n" in difference, difference)
    check("hostname r9" in operator.type("show configuration candidate"), "the candidate, whole")
    wait_for(lambda: "10.200.0.0/24" in kuland.show("show ip route bgp"), "its route is there")
    foreseen = operator.type("commit check")
    check(f"Resets 1 session:\n  {hosts[2].ipv4}: neighbor removed; 1 accepted path\n" in foreseen, foreseen)
    check(f"Removes 1 neighbor: {hosts[2].ipv4}\n" in foreseen, foreseen)
    check(kuland.is_established(hosts[2].ipv4), "a check does nothing")

    check("not committed" in operator.type("end"), "leaving with changes is refused")
    operator.type("discard", f"router bgp {AS_KULAND}", f"neighbor {hosts[2].ipv4} description two")
    check("Resets no session\n" in operator.type("commit check"), "a description resets nothing")
    check("is in force" in operator.type("commit"), "committed")
    check(f"neighbor {hosts[2].ipv4} description two" in kuland.show("show running-config"), "in force")
    check(kuland.json("show configuration history")["generations"][0]["how"] == "commit", "a generation")
    operator.type("rollback 1")
    check(f"- neighbor {hosts[2].ipv4} description two\n" in operator.type("show configuration diff"), "rollback 1 undoes it")
    operator.type("abort")
    check(status(kuland)["candidates"] == [], "abort closes it")
    check(kuland.is_established(hosts[2].ipv4), "the session has seen none of it")


@interop()
def a_confirmed_commit_that_cuts_off_its_operator_is_taken_back(lab):
    hosts, kuland = established(lab)
    with open(kuland.config_path, encoding="utf-8") as file:
        written = file.read()
    operator = Operator(kuland)
    said = operator.type("configure private", f"router bgp {AS_KULAND}", f"no neighbor {hosts[2].ipv4}",
                         "commit confirmed seconds 3")
    check("taken back after 00:00:0" in said, said)
    operator.cut()
    wait_for(lambda: hosts[2].ipv4 not in kuland.peers(), "the neighbor is gone")
    code, output = kuland.try_show("write memory")
    check(code == 1 and "may still be taken back" in output, f"not to the disk: {output}")
    code, output = kuland.try_show("configure terminal", "hostname other")
    told = ("root (pid ", "waits to be confirmed for ", " s more", "`commit confirm` keeps it", "`commit cancel` takes it back")
    check(code == 1 and all(words in output for words in told), f"nobody else changes it meanwhile, and hears why: {output}")

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "it is back by itself")
    check("was taken back: nobody confirmed it within 3 s" in status(kuland)["lastCommit"]["text"], f"{status(kuland)}")
    with open(kuland.config_path, encoding="utf-8") as file:
        check(file.read() == written, "the file was not touched")


class FarOperator:
    """A kulan at one end of a TCP connection, its operator in another network at the other."""

    PORT = 2222

    def __init__(self, kuland, from_namespace):
        self.host, self.text = kuland.host, b""
        with netns.inside(kuland.host.namespace):
            door = socket.create_server((kuland.host.ipv4, self.PORT))
        with netns.inside(from_namespace):
            self.line = socket.create_connection((kuland.host.ipv4, self.PORT), 20)
        with door:
            its, _ = door.accept()
        with its:
            self.shell = subprocess.Popen(kuland.shell_command(), stdin=its, stdout=its, stderr=its, env={})

    def type(self, *lines):
        self.line.sendall("".join(f"{line}\n" for line in lines).encode())

    def heard(self):
        """All that has come so far."""
        while select.select([self.line], [], [], 0)[0]:
            part = self.line.recv(65536)
            if not part:
                break
            self.text += part
        return self.text.decode()

    def unsent(self):
        """Octets that kulan has written and that do not get to the operator."""
        rows = [line.split() for line in self.host.run("ss", "-tnH", f"sport = :{self.PORT}").splitlines()]
        return sum(int(row[2]) for row in rows)

    def leave(self):
        self.line.close()
        self.shell.wait(20)


@interop()
def an_operator_who_cuts_the_way_he_came_by_gets_it_back(lab):
    """He is in a network that the host knows by the one session alone."""
    hosts = lab.hosts(2)
    lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)], docker0=True)
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)]))
    is_reachable = lambda: hosts[2].subnet_ipv4 in hosts[1].routes()
    wait_for(is_reachable, "the route to the operator's network is learned")
    operator = FarOperator(kuland, hosts[2].pod_namespace)
    operator.type("show version")
    wait_for(lambda: "Kulan " in operator.heard(), "he hears the shell from there")
    operator.type("configure private", f"router bgp {AS_KULAND}", f"no neighbor {hosts[2].ipv4}", "commit confirmed seconds 5")
    wait_for(lambda: not is_reachable(), "the commit takes the route to him")
    operator.heard()
    operator.type("do show running-config")
    wait_for(lambda: operator.unsent() > 0, "what he asks is answered into nowhere")
    check("Current configuration" not in operator.heard(), "he hears nothing")

    wait_for(is_reachable, "the commit is taken back by itself, and the route is there again", 60)
    wait_for(lambda: "\nend\n" in operator.heard(), "he hears the answer on the same connection", 60)
    operator.type("do show configuration status")
    wait_for(lambda: "was taken back: nobody confirmed it within 5 s" in operator.heard(), "and why he did not before")
    check(kuland.is_established(hosts[2].ipv4), "the session is up")
    operator.leave()


@interop()
def who_confirms_keeps_it(lab):
    hosts, kuland = established(lab)
    for confirmation in (["commit confirm"], ["configure private", "commit"]):
        kuland.show("configure private", f"hostname {'x' * len(confirmation)}", "commit confirmed 1")
        check("pendingCommit" in status(kuland), "it waits")
        kuland.show(*confirmation)
        check("pendingCommit" not in status(kuland), f"{confirmation} confirms")
        check("is kept" in status(kuland)["lastCommit"]["text"], f"{status(kuland)}")
    kuland.show("configure private", "hostname never", "commit confirmed 1")
    kuland.show("commit cancel")
    check("hostname xx\n" in kuland.show("show running-config"), "cancel takes it back at once")
    check(kuland.is_established(hosts[2].ipv4), "the session has seen none of it")


@interop()
def a_restart_while_a_commit_waits_reads_the_file(lab):
    hosts, kuland = established(lab)
    kuland.show("configure private", "hostname never", "commit confirmed 1")
    check("hostname never" in kuland.show("show running-config"), "in force")
    kuland.kill()
    kuland.start()
    check("hostname never" not in kuland.show("show running-config"), "the file's")


@interop()
def a_watched_commit_that_loses_a_session_is_taken_back(lab):
    hosts, kuland = established(lab)
    code, output = kuland.try_show("configure private", f"router bgp {AS_KULAND}",
                                   f"neighbor {hosts[2].ipv4} remote-as 65099", "commit watch 2")
    check(code == 1 and f"was taken back: sessions that were up are down: {hosts[2].ipv4}" in output, output)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the session is back")
    output = kuland.show("configure private", "hostname fine", "commit watch 1")
    check("is kept: every session that it was to leave up is up" in output, output)


@interop()
def two_operators_see_each_other_and_merge_or_are_refused(lab):
    hosts, kuland = established(lab)
    first, second = Operator(kuland), Operator(kuland)
    first.type("configure private")
    said = second.type("configure private")
    check(f"Candidate of root (pid {first.process.pid})" in said, f"the second is told of the first: {said}")
    first.type(f"router bgp {AS_KULAND}", f"neighbor {hosts[2].ipv4} description first")
    second.type("hostname second")
    check("is in force" in first.type("commit"), "the first commits")
    check("is in force" in second.type("commit"), "the second merges")
    running = kuland.show("show running-config")
    check("hostname second" in running and "description first" in running, running)

    first.type(f"neighbor {hosts[2].ipv4} description again")
    second.type(f"router bgp {AS_KULAND}", f"neighbor {hosts[2].ipv4} description mine")
    check("is in force" in first.type("commit"), "the first commits again: it has seen the merge")
    said = second.type("commit")
    check("% The configuration has changed since" in said and f"+router bgp {AS_KULAND} / neighbor {hosts[2].ipv4} "
          "description again" in said, f"the second is refused and told why: {said}")
    check("description again" in kuland.show("show running-config"), "nothing is overwritten")
    first.cut()
    second.cut()
    wait_for(lambda: status(kuland)["candidates"] == [], "candidates go with their connections")


@interop()
def what_is_not_committed_is_said_at_the_end(lab):
    _, kuland = established(lab)
    code, output = kuland.try_show("configure private", "hostname x")
    check(code == 1 and "not committed are dropped" in output, output)
    code, output = kuland.try_show("commit confirm")
    check(code == 1 and output.startswith("% No commit waits to be confirmed"), output)


@interop(peers=("bird", "frr"))
def what_a_check_foretells_happens(lab, peer):
    """The neighbor's own table before and after the commit, beside what `commit check json` has said."""
    hosts = lab.hosts(2)
    speaker = lab.peer(peer, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)],
                       networks=["10.200.0.0/24", "10.201.0.0/24"])
    mine = [f"10.203.{i}.0/24" for i in range(3)]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER)], networks=mine, docker0=False))
    theirs = lambda: {prefix for prefix in (*mine, "10.204.0.0/24") if speaker.route(prefix)}
    wait_for(lambda: theirs() == set(mine), "the neighbor has ours")
    wait_for(lambda: len(kuland.json(f"show ip bgp neighbors {hosts[2].ipv4} routes")["routes"]) == 2, "we have its")
    changes = ("ip prefix-list OUT seq 5 deny 10.203.1.0/24", "ip prefix-list OUT seq 10 permit any",
               "ip prefix-list IN seq 5 permit 10.200.0.0/24", "route-map OUT permit 10",
               "match ip address prefix-list OUT", "set metric 77", "exit",
               f"router bgp {AS_KULAND}", "address-family ipv4 unicast",
               "no network 10.203.2.0/24", "network 10.204.0.0/24",
               f"neighbor {hosts[2].ipv4} route-map OUT out", f"neighbor {hosts[2].ipv4} prefix-list IN in", "exit", "exit")
    text = kuland.show("configure private", *changes, "commit check", "abort")
    foretold = json.loads(kuland.show("configure private", *changes, "commit check json", "abort"))
    to_it = foretold["routes"][0]
    check(foretold["resets"] == [] and len(foretold["routes"]) == 1, text)
    check(foretold["ownWithdrawn"]["prefixes"] == ["10.203.2.0/24"], text)
    check(foretold["ownAnnounced"]["prefixes"] == ["10.204.0.0/24"], text)
    check(to_it["deniedPaths"] == 1 and to_it["permittedPaths"] == 0, text)
    check("Resets no session\n" in text and f"To {hosts[2].ipv4}: withdraws 2 prefixes: " in text, text)
    check(theirs() == set(mine), "a check does nothing")

    kuland.show("configure private", *changes, "commit")
    before = set(mine)
    after = before - set(to_it["withdrawn"]["prefixes"]) | set(to_it["announced"]["prefixes"])
    wait_for(lambda: theirs() == after, f"{text} came true")
    check(to_it["changed"]["prefixes"] == ["10.203.0.0/24"], text)
    sent = kuland.json(f"show ip bgp neighbors {hosts[2].ipv4} advertised-routes")["advertisedRoutes"]
    check(set(sent) == after, f"{sent} as foretold: {text}")
    check(sent["10.203.0.0/24"]["metric"] == 77, f"{sent}")
    check([*kuland.json(f"show ip bgp neighbors {hosts[2].ipv4} routes")["routes"]] == ["10.200.0.0/24"],
          "one of its is denied")
    check(kuland.is_established(hosts[2].ipv4), "and no session was reset")


@interop()
def a_check_names_dynamic_neighbors_that_go_with_their_range(lab):
    hosts, kuland = with_a_range(lab)
    output = kuland.show("configure private", f"router bgp {AS_KULAND}",
                         "no bgp listen range 192.168.1.0/24 peer-group others", "commit check", "abort")
    check(f"Resets 1 session:\n  {hosts[2].ipv4}: listen range removed; " in output, output)
    check(f"Removes 1 neighbor: {hosts[2].ipv4}\n" in output, output)


@interop()
def a_watched_commit_counts_the_sessions_that_it_resets(lab):
    """A dynamic neighbor goes with its session, a neighbor without remote-as has none: both are missed."""
    hosts, kuland = with_a_range(lab)
    code, output = kuland.try_show("configure private", f"router bgp {AS_KULAND}",
                                   "neighbor others remote-as 65099", "commit watch 2")
    check(code == 1 and f"was taken back: sessions that were up are down: {hosts[2].ipv4}" in output, output)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the session is back", 30)
    output = kuland.show("configure private", f"router bgp {AS_KULAND}",
                         "no bgp listen range 192.168.1.0/24 peer-group others", "commit watch 1")
    check("is kept: " in output, f"that range was to go: {output}")


def with_a_range(lab):
    hosts = lab.hosts(2)
    lines = ["neighbor others peer-group", f"neighbor others remote-as {AS_PEER}",
             "bgp listen range 192.168.1.0/24 peer-group others",
             "address-family ipv4 unicast\n  neighbor others activate\n exit-address-family"]
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [], lines=lines))
    lab.peer(peers.Bird, hosts[2], AS_PEER, [Neighbor(hosts[1].ipv4, AS_KULAND)], networks=["10.200.0.0/24"])
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the caller is a neighbor")
    return hosts, kuland
