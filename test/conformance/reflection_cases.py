"""Route reflection, RFC 4456: who is told, what is added, what comes back."""

import bgp
from bgp import CLUSTER_LIST, LOCAL_PREF, MED, NEXT_HOP, ORIGINATOR_ID, address
from kit import CLIENT, DAEMON4, EXTERNAL, INTERNAL, PLAIN, Setup, add, case, check, equal

KINDS = {"client": CLIENT, "non_client": INTERNAL, "external": lambda: EXTERNAL(65001)}
CLUSTER = Setup("cluster", lines=["bgp cluster-id 9.9.9.9"], bird=None)
ALONE = Setup("no-reflection", lines=["no bgp client-to-client reflection"], bird=None)


def matrix(sender, receiver, setup, passes):
    def play(c):
        s, r, o = c.up("s"), c.up("r"), c.up("o")
        s.send(bgp.update(c.good(s, lp=150, extra=[bgp.med(7)]), bgp.prefix(c.prefix())))
        reach = bgp.mp_reach(address("fd00::77"), bgp.prefix(c.prefix6()))
        plain = [each for each in c.good(s, lp=150) if each[1] != NEXT_HOP]
        s.send(bgp.update(sorted([*plain, reach], key=lambda each: each[1])))
        if not passes:
            c.barrier(s, o)
            o.send(bgp.update(c.good(o), bgp.prefix(c.prefix(3))))
            r.wait_route(c.prefix(3))
            check(r.route(c.prefix()) is None and r.route(c.prefix6(), bgp.IPV6) is None, "it was passed on")
            return
        cluster = "9.9.9.9" if setup is CLUSTER else DAEMON4
        for prefix, family in ((c.prefix(), bgp.IPV4), (c.prefix6(), bgp.IPV6)):
            route = r.wait_route(prefix, family=family)
            reflected = sender != "external" and receiver != "external"
            equal(route[ORIGINATOR_ID], address(c.identifier("s")) if reflected else None, "ORIGINATOR_ID")
            equal(route[CLUSTER_LIST], address(cluster) if reflected else None, "CLUSTER_LIST")
            if reflected:
                equal(route.number(LOCAL_PREF), 150, "LOCAL_PREF")
                equal(route.path(), [], "AS_PATH")
                equal(route.next_hop[:16], address(c.address("s")) if family == bgp.IPV4 else address("fd00::77"),
                      "next hop")
        if sender != "external" and receiver != "external":
            equal(r.route(c.prefix()).number(MED), 7, "MED")
        s.send(bgp.update([bgp.mp_unreach(bgp.prefix(c.prefix6()))]) + bgp.update(withdrawn=bgp.prefix(c.prefix())))
        r.wait_no_route(c.prefix())
        r.wait_no_route(c.prefix6(), family=bgp.IPV6)
    name = "" if setup is PLAIN else f"_{setup.name}"
    add(f"reflection.{sender}_to_{receiver}{name}", play, setup=setup, s=KINDS[sender](), r=KINDS[receiver](),
        o=EXTERNAL(65009))


for one in KINDS:
    for other in KINDS:
        if one == other == "external":
            continue
        matrix(one, other, PLAIN, one != "non_client" or other != "non_client")
        matrix(one, other, CLUSTER, one != "non_client" or other != "non_client")
        matrix(one, other, ALONE, (one, other) not in (("non_client", "non_client"), ("client", "client")))


def loop(name, extra, setup=PLAIN, refused=True, kind=CLIENT):
    """A good route stands first: the looped replacement must withdraw it."""
    def play(c):
        s, r, o = c.up("s"), c.up("r"), c.up("o")
        s.send(bgp.update(c.good(s), bgp.prefix(c.prefix())))
        r.wait_route(c.prefix())
        o.wait_route(c.prefix())
        s.send(bgp.update(c.good(s, extra=[*extra, bgp.med(9)]), bgp.prefix(c.prefix())))
        if refused:
            r.wait_no_route(c.prefix())
            o.wait_no_route(c.prefix())
        else:
            r.wait_route(c.prefix(), lambda route: route.number(MED) == 9)
        c.alive(s, o)
    add(f"reflection.{name}", play, setup=setup, s=kind(), r=CLIENT(), o=EXTERNAL(65009))


for label, kind in (("client", CLIENT), ("non_client", INTERNAL)):
    loop(f"originator_id_is_ours_from_{label}", [bgp.originator_id(DAEMON4)], kind=kind)
    loop(f"cluster_list_has_us_from_{label}", [bgp.originator_id("8.8.8.8"), bgp.cluster_list("7.7.7.7", DAEMON4)], kind=kind)
loop("cluster_list_is_us", [bgp.originator_id("8.8.8.8"), bgp.cluster_list(DAEMON4)])
loop("cluster_id_in_the_list", [bgp.originator_id("8.8.8.8"), bgp.cluster_list("9.9.9.9")], CLUSTER)
loop("router_id_in_the_list_of_another_cluster", [bgp.originator_id("8.8.8.8"), bgp.cluster_list(DAEMON4)], CLUSTER, False)
loop("cluster_list_of_others", [bgp.originator_id("8.8.8.8"), bgp.cluster_list("7.7.7.7", "6.6.6.6")], refused=False)
loop("originator_id_of_the_peer_itself", [bgp.originator_id("8.8.8.8")], refused=False)


@case(s=CLIENT(), r=CLIENT())
def prepends_to_what_is_there(c):
    s, r = c.up("s"), c.up("r")
    s.send(bgp.update(c.good(s, extra=[bgp.originator_id("8.8.8.8"), bgp.cluster_list("7.7.7.7", "6.6.6.6")]),
                      bgp.prefix(c.prefix())))
    route = r.wait_route(c.prefix())
    equal(route[ORIGINATOR_ID], address("8.8.8.8"), "ORIGINATOR_ID")
    equal(route[CLUSTER_LIST], b"".join(map(address, (DAEMON4, "7.7.7.7", "6.6.6.6"))), "CLUSTER_LIST")


@case(s=CLIENT(), r=CLIENT())
def not_back_to_its_sender(c):
    s, r = c.up("s"), c.up("r")
    s.send(bgp.update(c.good(s), bgp.prefix(c.prefix())))
    r.wait_route(c.prefix())
    r.send(bgp.update(c.good(r), bgp.prefix(c.prefix(1))))
    s.wait_route(c.prefix(1))
    check(("announce", (bgp.IPV4, c.prefix(), None)) not in s.history, "it came back")


@case(s=CLIENT(), r=CLIENT())
def not_back_to_its_originator(c):
    """ORIGINATOR_ID names the receiver: sending it is useless, taking it is its own affair (RFC 4456 §8)."""
    s, r = c.up("s"), c.up("r")
    s.send(bgp.update(c.good(s, extra=[bgp.originator_id(c.identifier("r"))]), bgp.prefix(c.prefix())))
    s.send(bgp.update(c.good(s), bgp.prefix(c.prefix(1))))
    r.wait_route(c.prefix(1))
    route = r.route(c.prefix())
    check(route is None or route[ORIGINATOR_ID] == address(c.identifier("r")), "ORIGINATOR_ID was changed")


@case(s=CLIENT(), r=CLIENT(), e=EXTERNAL(65001))
def the_best_moves_from_client_to_external(c):
    """An external route replaces the reflected one: attributes of reflection go with it."""
    s, r, e = c.up("s"), c.up("r"), c.up("e")
    s.send(bgp.update(c.good(s, lp=50), bgp.prefix(c.prefix())))
    r.wait_route(c.prefix(), lambda route: route[ORIGINATOR_ID] is not None)
    e.send(bgp.update(c.good(e), bgp.prefix(c.prefix())))
    route = r.wait_route(c.prefix(), lambda route: route[ORIGINATOR_ID] is None)
    equal(route[CLUSTER_LIST], None, "CLUSTER_LIST")
    e.send(bgp.update(withdrawn=bgp.prefix(c.prefix())))
    r.wait_route(c.prefix(), lambda route: route[ORIGINATOR_ID] is not None)
