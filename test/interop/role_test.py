"""Roles and ONLY_TO_CUSTOMER, RFC 9234: who may pass what on to whom."""

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, neighbors_for, peers, wait_for

LINE = {"bird": "local role {0};", "frr": "local-role {0}", "openbgpd": "announce policy {0}"}
SPEAKERS = tuple(LINE)


def line(peer, role):
    return (LINE[peer.NAME].format(role),)


def start(lab, peer, ours, theirs, strict=False):
    hosts = lab.hosts(3)
    feeder = lab.peer(peers.Bird, hosts[3], 65003, [Neighbor(hosts[1].ipv4, AS_KULAND)], networks=["10.203.0.0/24"])
    mine = neighbors_for(peer, hosts[2], AS_PEER)
    speaker = lab.peer(peer, hosts[2], AS_PEER,
                       neighbors_for(peer, hosts[1], AS_KULAND, raw=line(peer, theirs) if theirs else ()),
                       networks=["10.200.0.0/24", "fd00:200::/64"])
    kuland = lab.kuland(hosts[1], kuland_config(
        hosts[1], [*mine, Neighbor(hosts[3].ipv4, 65003)],
        lines=[f"neighbor {neighbor.address} local-role {ours}{' strict-mode' if strict else ''}" for neighbor in mine]))
    return hosts, kuland, speaker, feeder


def otc(kuland, prefix):
    return kuland.show(f"show bgp {'ipv6' if ':' in prefix else 'ipv4'} unicast {prefix}")


@interop(covers="role", peers=SPEAKERS)
def routes_of_a_provider_are_only_for_customers(lab, peer):
    hosts, kuland, speaker, feeder = start(lab, peer, "customer", "provider")
    for prefix in ("10.200.0.0/24", "fd00:200::/64"):
        wait_for(lambda p=prefix: kuland.paths(p), f"kuland has {prefix}")
        check(f"otc {AS_PEER}" in otc(kuland, prefix), f"marked by its provider:\n{otc(kuland, prefix)}")
    text = kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}")
    check("Role: advertised and received" in text, f"the capability:\n{text}")
    wait_for(lambda: feeder.route("10.200.0.0/24"), "who has no role gets it")
    kuland.configure(f"router bgp {AS_KULAND}", f"neighbor {hosts[3].ipv4} local-role peer")
    kuland.show(f"clear ip bgp {hosts[3].ipv4}")
    wait_for(lambda: not feeder.route("10.200.0.0/24"), "a peer does not")


@interop(covers="role", peers=SPEAKERS)
def a_customer_gets_all_and_is_told(lab, peer):
    hosts, kuland, speaker, feeder = start(lab, peer, "provider", "customer")
    wait_for(lambda: speaker.route("10.203.0.0/24"), "the customer has a route of another")
    text = speaker.describe("10.203.0.0/24")
    check(str(AS_KULAND) in text.replace(f"AS path: {AS_KULAND}", "") and ("otc" in text.lower()), f"with OTC:\n{text}")


@interop(peers=SPEAKERS)
def roles_that_do_not_fit_end_the_session(lab, peer):
    hosts, kuland, speaker, _ = start(lab, peer, "provider", "provider")
    wait_for(lambda: "Role Mismatch" in kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}"), "the page says why", 30)
    check(not kuland.is_established(hosts[2].ipv4), "no session")


@interop(peers=SPEAKERS)
def strict_mode_asks_for_a_role(lab, peer):
    hosts, kuland, speaker, _ = start(lab, peer, "provider", None, strict=True)
    wait_for(lambda: "Role Mismatch" in kuland.show(f"show ip bgp neighbors {hosts[2].ipv4}"), "the page says why", 30)
    kuland.configure(f"router bgp {AS_KULAND}", f"no neighbor {hosts[2].ipv4} local-role",
                     f"neighbor {hosts[2].ipv4} local-role provider")
    speaker.clear(hosts[1].ipv4)
    wait_for(lambda: kuland.is_established(hosts[2].ipv4), "without it the session comes up", 60)
