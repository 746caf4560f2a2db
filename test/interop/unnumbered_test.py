"""Neighbors by interface (BGP unnumbered): RFC 4861 to find them, link-local sessions, RFC 8950 next hops."""

import re

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, netns, wait_for

BOTH = ("ipv4", "ipv6")


# What makes another program send IPv4 routes with IPv6 next hops, and tell the link that it is there.
OPTIONS = {"bird": {"channel": ("extended next hop on;",)}}
LINES = {"bird": ('protocol radv { interface "eth0" { max ra interval 10; }; }',)}


def on_link(remote_as, **options):
    return Neighbor("eth0", remote_as, BOTH, interface=True, **options)


def kernel_route(host, prefix, family="-4"):
    return netns.run(["ip", "-n", host.namespace, family, "route", "show", prefix], check=False).strip()


@interop(covers=("unnumbered", "extended_next_hop"), peers=("bird", "frr", "gobgp"))
def both_sides_find_each_other(lab, peer):
    """Routes of both families, IPv4 ones with IPv6 next hops down to the kernel; and all of it goes again."""
    hosts = lab.hosts(2)
    if peer.NAME == "gobgp":  # sends no advertisements: it calls whom its kernel knows on the link
        hosts[2].run("ping", "-6", "-c", "1", f"{hosts[1].link_local}%eth0")
    speaker = lab.peer(peer, hosts[2], AS_PEER, [on_link(AS_KULAND, **OPTIONS.get(peer.NAME, {}))],
                       networks=["10.200.0.0/24", "fd00:200::/64"], lines=LINES.get(peer.NAME, ()))
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [on_link(AS_PEER)]))

    wait_for(lambda: kuland.is_established("eth0"), "kuland calls it Established")
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv4), f"{peer.NAME} has kuland's IPv4 subnet")
    wait_for(lambda: speaker.route(hosts[1].subnet_ipv6), f"{peer.NAME} has kuland's IPv6 subnet")
    theirs = hosts[2].link_local
    wait_for(lambda: f"via inet6 {theirs} dev eth0" in kernel_route(hosts[1], "10.200.0.0/24"),
             "kuland's kernel has the peer's IPv4 prefix with its link-local next hop")
    wait_for(lambda: f"via {theirs} dev eth0" in kernel_route(hosts[1], "fd00:200::/64", "-6"),
             "kuland's kernel has the peer's IPv6 prefix")
    summary = kuland.json("show ip bgp summary")["ipv4Unicast"]["peers"]["eth0"]
    check(summary["idType"] == "interface", f"idType: {summary}")
    text = kuland.show("show ip bgp neighbors eth0")
    check(f"BGP neighbor on eth0: {theirs}, remote AS {AS_PEER}" in text, text)
    check(re.search(r"Extended nexthop: advertised and received", text), text)
    if peer.WRITES_KERNEL:
        wait_for(lambda: any(f"via inet6 {hop} dev eth0" in kernel_route(hosts[2], hosts[1].subnet_ipv4)
                             for hop in hosts[1].next_hops[1]),
                 "the peer's kernel has kuland's subnet the same way")

    speaker.withdraw("10.200.0.0/24")
    wait_for(lambda: not kernel_route(hosts[1], "10.200.0.0/24"), "the withdrawn prefix leaves the kernel")


@interop()
def two_kulands_find_each_other(lab):
    """The later one asks, so nobody waits for the next advertisement; the link may come later than its line."""
    hosts = lab.hosts(2)
    first = lab.kuland(hosts[1], kuland_config(hosts[1], [on_link("external")], AS_KULAND))
    second = lab.kuland(hosts[2], kuland_config(hosts[2], [on_link("external")], AS_PEER))
    wait_for(lambda: first.is_established("eth0") and second.is_established("eth0"), "both call it Established")
    wait_for(lambda: "via inet6 fe80::" in kernel_route(hosts[1], str(hosts[2].subnet_ipv4)), "the route is in the kernel")

    # The other side's address changes: its old session is dead, its new one is taken.
    old = hosts[2].link_local
    netns.run(["ip", "-n", hosts[2].namespace, "address", "add", "fe80::99/64", "dev", "eth0", "nodad"])
    netns.run(["ip", "-n", hosts[2].namespace, "address", "del", f"{old}/64", "dev", "eth0"])
    wait_for(lambda: first.is_established("eth0") and
             "via inet6 fe80::99 dev eth0" in kernel_route(hosts[1], str(hosts[2].subnet_ipv4)),
             "the session and the route are with the new address", 60)

    netns.run(["ip", "-n", hosts[2].namespace, "link", "set", "eth0", "down"])
    wait_for(lambda: not kernel_route(hosts[1], str(hosts[2].subnet_ipv4)), "its routes go with the link", 60)
    netns.run(["ip", "-n", hosts[2].namespace, "link", "set", "eth0", "up"])
    wait_for(lambda: first.is_established("eth0"), "it is back with the link", 60)
    second.stop()
    wait_for(lambda: not kernel_route(hosts[1], str(hosts[2].subnet_ipv4)), "its routes go with it")
