"""A kuland that lives in a VRF (`fib vrf NAME`): its links, its table, its sessions; and nothing of the main table.

Needs a kernel with VRF devices (CONFIG_NET_VRF, l3mdev)."""

import contextlib

from harness import AS_KULAND, AS_PEER, FAMILIES, Skip, check, interop, kuland_config, neighbors_for, netns, wait_for
from lab.ping import ping_all

TABLE = 10
PREFIXES = {"ipv4": "10.200.0.0/24", "ipv6": "fd00:200::/64"}


def enslave(host):
    """blue with the uplink and docker0, which keep their IPv6 addresses. The main table of the host is left with a route
    that leads elsewhere."""
    try:
        host.ip(f"link add blue type vrf table {TABLE}")
    except netns.CommandFailed as why:
        raise Skip(f"this kernel has no VRF device: {why}") from None
    netns.set_sysctls(host.namespace, {"net/ipv6/conf/all/keep_addr_on_down": 1})
    host.ip("link set blue up", "link set eth0 master blue", "link set docker0 master blue",
            "link add odd0 type dummy", "link set odd0 up", "addr add 10.99.0.1/24 dev odd0",
            f"route add {PREFIXES['ipv4']} via 10.99.0.2")


def table_of(host, table=TABLE):
    return {entry["dst"]: entry for flag in ("-4", "-6")
            for entry in netns.ip_json(host.namespace, flag, "route", "show", "table", str(table))}


def pair(lab, peer, *lines):
    hosts = lab.hosts(2)
    enslave(hosts[1])
    speaker = lab.peer(peer, hosts[2], AS_PEER, neighbors_for(peer, hosts[1], AS_KULAND), networks=list(PREFIXES.values()))
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], neighbors_for(peer, hosts[2], AS_PEER), lines=("bgp graceful-restart",),
                                                more=("fib vrf blue", *lines)))
    return hosts, kuland, speaker


def wait_until_whole(hosts, speaker):
    for prefix in PREFIXES.values():
        wait_for(lambda: table_of(hosts[1]).get(prefix, {}).get("protocol") in ("75", "kulan"), f"{prefix} is in the VRF's table", 40)
    for subnet in hosts[1].subnets:
        wait_for(lambda: speaker.route(subnet), f"the peer has {subnet}, of a bridge in the VRF")


@interop(peers=("bird", "frr"))
def routes_go_to_its_table_and_come_from_its_links(lab, peer):
    hosts, kuland, speaker = pair(lab, peer, "ip route 10.66.0.0/16 192.168.1.2", "ip route 10.67.0.0/16 10.99.0.2")

    wait_until_whole(hosts, speaker)
    main = hosts[1].routes()
    check(main[PREFIXES["ipv4"]]["gateway"] == "10.99.0.2", f"the main table's own route is as it was: {main}")
    check(not any(entry.get("protocol") in ("75", "kulan") for entry in main.values()), f"and has nothing of kuland's: {main}")
    wait_for(lambda: "10.66.0.0/16" in table_of(hosts[1]), "a static route whose gateway is in the VRF is there")
    check("10.67.0.0/16" not in table_of(hosts[1]), "one whose gateway is elsewhere is not")
    check("odd0" not in kuland.show("show interface"), "a link of none is not seen")
    answer = kuland.show("explain 10.200.0.1")
    check("by 10.200.0.0/24 (ours) via 192.168.1.2, eth0" in answer, f"the kernel is asked about the VRF:\n{answer}")

    for prefix in PREFIXES.values():
        speaker.withdraw(prefix)
        wait_for(lambda: prefix not in table_of(hosts[1]), f"{prefix} goes with its withdraw")


@interop(peers=("bird",))
def a_restart_finds_its_routes_there(lab, peer):
    hosts, kuland, speaker = pair(lab, peer)
    wait_until_whole(hosts, speaker)

    kuland.kill()
    kuland.start()

    ledger = wait_for(lambda: kuland.json("show fib restart"), "the restart is over", 60)
    check((ledger["kept"], ledger["swept"]) == (2, 0), f"the ledger: {ledger}")
    hosts[1].ip(f"route del {PREFIXES['ipv4']} table {TABLE}")
    wait_for(lambda: PREFIXES["ipv4"] in table_of(hosts[1]), "what another process takes is put back")


@interop(peers=("bird",))
def it_may_come_and_go(lab, peer):
    """kuland starts before its VRF is there, and outlives it."""
    hosts, kuland, speaker = pair(lab, peer)
    wait_until_whole(hosts, speaker)

    hosts[1].ip("link del blue")
    wait_for(lambda: not kuland.is_established(hosts[2].ipv4), "the session ends", 30)
    wait_for(lambda: "VRF blue is not there" in kuland.log(), "the log says why")
    kuland.stop()
    kuland.start()
    check(not kuland.is_established(hosts[2].ipv4), "no session goes past the VRF")
    with contextlib.suppress(netns.CommandFailed):
        hosts[1].ip("link del odd0")
    enslave(hosts[1])

    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "the session is back", 40)
    wait_until_whole(hosts, speaker)


@interop()
def the_managed_mesh_works_in_it(lab):
    hosts = lab.hosts(2)
    enslave(hosts[1])
    first = lab.kuland(hosts[1])
    text = first.show("show running-config")
    first.stop()
    lab.kuland(hosts[1], "fib vrf blue\n" + text[text.index("!"):])
    lab.kuland(hosts[2])

    for subnet in hosts[2].subnets:
        wait_for(lambda: subnet in table_of(hosts[1]), f"{subnet} is in the VRF's table", 40)
    for subnet, family in zip(hosts[1].subnets, FAMILIES):
        wait_for(lambda: subnet in hosts[2].routes(family), f"{subnet} is known outside", 40)
    wait_for(lambda: set(ping_all(hosts, 1).values()) == {1}, "pods reach one another through the VRF", 30)
