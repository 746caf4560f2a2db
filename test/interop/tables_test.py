"""Static routes for tables beside the daemon's own: `ip route ... table N`, and `... vrf NAME` in FRR's forms.

Those in a VRF need a kernel with VRF devices (CONFIG_NET_VRF, l3mdev)."""

import os

from harness import Skip, check, interop, kuland_config, netns, wait_for

TABLE = "100"
VRF_TABLE = "10"


def line_of(host, prefix, table=TABLE):
    return netns.run(["ip", "-n", host.namespace, "-6" if ":" in prefix else "-4", "route", "show", "table", table, prefix],
                     check=False).strip()


def lone(lab, *more):
    hosts = lab.hosts(2)
    return hosts, lab.kuland(hosts[1], kuland_config(hosts[1], [], more=more))


def word(prefix):
    return "ipv6" if ":" in prefix else "ip"


@interop()
def routes_of_a_table_come_and_go_with_their_lines(lab):
    hosts, kuland = lone(lab)
    cases = ((f"ip route 10.50.0.0/16 {hosts[2].ipv4}", "10.50.0.0/16", f"via {hosts[2].ipv4} dev eth0"),
             ("ip route 10.52.0.0/16 Null0", "10.52.0.0/16", "blackhole"),
             ("ip route 10.54.0.0/16 eth0 tag 7 120", "10.54.0.0/16", "dev eth0"),
             (f"ipv6 route fd50::/32 {hosts[2].ipv6}", "fd50::/32", f"via {hosts[2].ipv6} dev eth0"),
             ("ipv6 route fd54::/32 fe80::99 eth0", "fd54::/32", "via fe80::99 dev eth0"))
    for line, prefix, expected in cases:
        kuland.configure(f"{line} table {TABLE}")
        wait_for(lambda: expected in line_of(hosts[1], prefix), f"{line}: '{expected}' in table {TABLE}")
        check(not line_of(hosts[1], prefix, "main"), f"and nowhere else: {line_of(hosts[1], prefix, 'main')}")
        wait_for(lambda: f"S>* {prefix}" in kuland.show(f"show {word(prefix)} route table {TABLE}"), f"{prefix} is shown")
        entry = kuland.json(f"show {word(prefix)} route table {TABLE} {prefix}")[prefix][0]
        check((entry["table"], entry["protocol"], entry["installed"]) == (100, "static", True), f"{entry}")
        check(f"{prefix}" not in kuland.show(f"show {word(prefix)} route"), "it is none of the daemon's own table")
    rows = {row["table"]: row for row in kuland.json("show fib")}
    check(rows[100]["routes"] == len(cases), f"show fib counts them: {rows}")
    running = kuland.show("show running-config")
    for line, prefix, _ in cases:
        check(f"{line} table {TABLE}" in running, f"'{line} table {TABLE}' is written:\n{running}")
        kuland.configure(f"no {line} table {TABLE}")
        wait_for(lambda: not line_of(hosts[1], prefix), f"{prefix} went with 'no'")


@interop()
def a_table_is_healed_and_kept_through_a_restart(lab):
    prefixes = ("10.50.0.0/16", "fd50::/32")
    lines = ("ip route 10.50.0.0/16 192.168.1.2 table 100", "ipv6 route fd50::/32 eth0 table 100")
    gone = ("ip route 10.51.0.0/16 Null0 table 100", "ip route 10.51.0.0/16 Null0 table 200")
    hosts, kuland = lone(lab, *lines, *gone)
    for prefix in prefixes:
        wait_for(lambda: line_of(hosts[1], prefix), f"{prefix} is there")
    wait_for(lambda: line_of(hosts[1], "10.51.0.0/16", "200"), "and that of the other table")
    for prefix in prefixes:
        hosts[1].ip(f"route del {prefix} table {TABLE}")
        wait_for(lambda: line_of(hosts[1], prefix), f"{prefix} is put back")
    before = {prefix: line_of(hosts[1], prefix) for prefix in prefixes}

    kuland.kill()
    check({prefix: line_of(hosts[1], prefix) for prefix in prefixes} == before, "they outlive the daemon")
    kuland.write_config(kuland_config(hosts[1], [], more=lines))
    kuland.start()

    wait_for(lambda: not line_of(hosts[1], "10.51.0.0/16"), "what no line wants any more is swept")
    wait_for(lambda: not line_of(hosts[1], "10.51.0.0/16", "200"), "in a table without lines as well")
    row = wait_for(lambda: next((r for r in kuland.json("show fib") if r["table"] == 100 and r["kept"] == 2), None),
                   "both are kept")
    check(row["swept"] == 1, f"{row}")
    check({prefix: line_of(hosts[1], prefix) for prefix in prefixes} == before, "in place")

    kuland.show("shutdown flush")
    for prefix in prefixes:
        wait_for(lambda: not line_of(hosts[1], prefix), f"a flush takes {prefix} along")


@interop()
def cleaning_up_finds_every_table(lab):
    hosts, kuland = lone(lab, "ip route 10.50.0.0/16 Null0 table 100", "ipv6 route fd50::/32 Null0 table 70000",
                         "ip route 10.50.0.0/16 Null0")
    for prefix, table in (("10.50.0.0/16", "100"), ("fd50::/32", "70000"), ("10.50.0.0/16", "main")):
        wait_for(lambda: line_of(hosts[1], prefix, table), f"{prefix} is in {table}")
    kuland.kill()
    netns.run(["ip", "netns", "exec", hosts[1].namespace, os.path.join(kuland.build, "kuland"), "--cleanup"])
    for prefix, table in (("10.50.0.0/16", "100"), ("fd50::/32", "70000"), ("10.50.0.0/16", "main")):
        check(not line_of(hosts[1], prefix, table), f"{prefix} went from {table}")


@interop()
def gateways_of_a_table_are_found_in_the_daemons_own(lab):
    """Behind a static route of its own, and with a link that goes and comes back."""
    hosts, kuland = lone(lab)
    hosts[1].ip("link add tun7 type veth peer name tun8", "link set tun8 up", "link set tun7 up", "addr add 10.77.0.1/24 dev tun7")
    kuland.configure("ip route 10.78.0.0/16 10.77.0.2", f"ip route 10.60.0.0/16 10.78.0.9 table {TABLE}",
                     f"ip route 10.60.0.0/16 blackhole 250 table {TABLE}")
    wait_for(lambda: "via 10.77.0.2 dev tun7" in line_of(hosts[1], "10.60.0.0/16"), "by the route to its gateway")
    hosts[1].ip("link set tun7 down")
    wait_for(lambda: "blackhole" in line_of(hosts[1], "10.60.0.0/16"), "by the one that stands by")
    hosts[1].ip("link set tun7 up")
    wait_for(lambda: "via 10.77.0.2 dev tun7" in line_of(hosts[1], "10.60.0.0/16"), "by its gateway again")


def red(host):
    try:
        host.ip(f"link add red type vrf table {VRF_TABLE}")
    except netns.CommandFailed as why:
        raise Skip(f"this kernel has no VRF device: {why}") from None
    host.ip("link set red up", "link add red0 type veth peer name red1", "link set red0 master red", "link set red1 up",
            "link set red0 up", "addr add 10.80.0.1/24 dev red0", "addr add fd80::1/64 dev red0 nodad")


@interop()
def routes_of_a_vrf_are_resolved_in_it(lab):
    hosts, kuland = lone(lab)
    red(hosts[1])
    cases = (("10.50.0.0/16", "10.80.0.2"), ("fd50::/32", "fd80::2"))
    for prefix, gateway in cases:
        kuland.configure(f"{word(prefix)} route {prefix} {gateway} vrf red", f"{word(prefix)} route {prefix} Null0 250")
        wait_for(lambda: f"via {gateway} dev red0" in line_of(hosts[1], prefix, VRF_TABLE), f"{prefix} in the VRF's table")
        wait_for(lambda: "blackhole" in line_of(hosts[1], prefix, "main"), "the daemon's own has its own")
        shown = kuland.show(f"show {word(prefix)} route vrf red")
        check(f"S>* {prefix}" in shown and "red0" in shown and "\nC>* " in shown, f"with the VRF's connected ones:\n{shown}")
        entry = kuland.json(f"show {word(prefix)} route vrf red {prefix}")[prefix][0]
        check((entry["vrfName"], entry["table"], entry["vrfId"] > 0) == ("red", 10, True), f"{entry}")
    kuland.configure("vrf red", "ip route 10.51.0.0/16 red0", f"ip route 10.52.0.0/16 {hosts[2].ipv4}", "exit-vrf")
    wait_for(lambda: "dev red0" in line_of(hosts[1], "10.51.0.0/16", VRF_TABLE), "typed in the VRF's block")
    check(not line_of(hosts[1], "10.52.0.0/16", VRF_TABLE), "a gateway outside of the VRF is none")
    running = kuland.show("show running-config")
    check("\nvrf red\n ip route 10.50.0.0/16 10.80.0.2\n ip route 10.51.0.0/16 red0\n" in running, f"written as a block:\n{running}")
    check("red " in kuland.show("show interface brief").split("red0", 1)[1], "the link is told to be in it")

    hosts[1].ip("link set red0 nomaster")
    for prefix, _ in cases:
        wait_for(lambda: not line_of(hosts[1], prefix, VRF_TABLE), f"{prefix} goes with the link to its gateway")
    hosts[1].ip("link set red0 master red", "addr replace fd80::1/64 dev red0 nodad")
    for prefix, gateway in cases:
        wait_for(lambda: gateway in line_of(hosts[1], prefix, VRF_TABLE), f"{prefix} comes back with it")

    hosts[1].ip("link del red", "link del red0")
    wait_for(lambda: "VRF red is not there" in kuland.log(), "the log says that the VRF went")
    red(hosts[1])
    for prefix, gateway in cases:
        wait_for(lambda: gateway in line_of(hosts[1], prefix, VRF_TABLE), f"{prefix} comes back with the VRF")
        kuland.configure(f"no {word(prefix)} route {prefix} {gateway} vrf red")
        wait_for(lambda: not line_of(hosts[1], prefix, VRF_TABLE), f"{prefix} went with 'no'")


@interop()
def a_restart_finds_the_routes_of_a_vrf(lab):
    hosts = lab.hosts(2)
    red(hosts[1])
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [], more=("vrf red", " ip route 10.50.0.0/16 10.80.0.2", "exit-vrf")))
    wait_for(lambda: line_of(hosts[1], "10.50.0.0/16", VRF_TABLE), "the route is there")
    before = line_of(hosts[1], "10.50.0.0/16", VRF_TABLE)
    kuland.kill()
    kuland.start()
    row = wait_for(lambda: next((r for r in kuland.json("show fib") if r["vrfName"] == "red" and r["kept"] == 1), None), "it is kept")
    check(row["swept"] == 0 and line_of(hosts[1], "10.50.0.0/16", VRF_TABLE) == before, f"in place: {row}")


@interop()
def a_table_has_one_owner(lab):
    """Lines for a VRF and for the number of its table: one waits, and says so."""
    hosts, kuland = lone(lab)
    red(hosts[1])
    kuland.configure("ip route 10.50.0.0/16 10.80.0.2 vrf red")
    wait_for(lambda: line_of(hosts[1], "10.50.0.0/16", VRF_TABLE), "the VRF's is there")
    kuland.configure(f"ip route 10.51.0.0/16 Null0 table {VRF_TABLE}")
    wait_for(lambda: "table 10 is written by another part of this daemon" in kuland.log(), "the other waits")
    check(not line_of(hosts[1], "10.51.0.0/16", VRF_TABLE), "and is not written")
    check(line_of(hosts[1], "10.50.0.0/16", VRF_TABLE), "the VRF's is as it was")
    kuland.configure("no ip route 10.50.0.0/16 10.80.0.2 vrf red")
    wait_for(lambda: line_of(hosts[1], "10.51.0.0/16", VRF_TABLE), "it comes when the table is free")


@interop()
def debug_tells_of_a_table_as_of_the_daemons_own(lab):
    hosts, kuland = lone(lab)
    def lines(*parts):
        return [line for line in kuland.log().splitlines() if " debug " in line and all(part in line for part in parts)]
    kuland.show("debug zebra rib", "debug zebra kernel")
    kuland.configure(f"ip route 10.50.0.0/16 {hosts[2].ipv4} table {TABLE}", "ipv6 route fd50::/32 blackhole table 100")
    for prefix, way in (("10.50.0.0/16", f"via {hosts[2].ipv4} eth0"), ("fd50::/32", "blackhole")):
        wait_for(lambda: lines(f"to the kernel: install {prefix} in table 100 {way}"), f"{prefix} is handed over")
        wait_for(lambda: lines(f"the kernel took {prefix} in table 100"), f"{prefix} is taken")
        kuland.configure(f"no {word(prefix)} route {prefix} {hosts[2].ipv4 if way.startswith('via') else 'blackhole'} table {TABLE}")
        wait_for(lambda: lines(f"to the kernel: remove {prefix} in table 100"), f"{prefix} goes")
        wait_for(lambda: lines(f"the kernel removed {prefix} in table 100"), "and is gone")
    kuland.configure(f"ip route 10.50.0.0/16 {hosts[2].ipv4} table {TABLE}")
    wait_for(lambda: lines("the kernel took 10.50.0.0/16 in table 100"), "again")
    kuland.show("undebug all")
    known = len(lines(""))
    kuland.configure(f"no ip route 10.50.0.0/16 {hosts[2].ipv4} table {TABLE}")
    wait_for(lambda: not line_of(hosts[1], "10.50.0.0/16"), "it is gone")
    check(len(lines("")) == known, "nothing is told any more")
