"""ROUTE-REFRESH: RFC 2918 and 7313."""

import bgp
from kit import EXTERNAL, INTERNAL, add, case, check, equal


def refreshed(name, afi, asked, again, kind=EXTERNAL):
    def play(c):
        a, b = c.up("a"), c.up("b")
        b.send(bgp.update(c.good(b), bgp.prefix(c.prefix())))
        b.send(bgp.update([bgp.origin(), bgp.as_path(65002), bgp.mp_reach(bgp.address("fd00::77"),
                                                                          bgp.prefix(c.prefix6()))]))
        a.wait_route(c.prefix())
        a.wait_route(c.prefix6(), family=bgp.IPV6)
        a.wait(lambda: len(a.ends_of_rib) >= 2, "End-of-RIB")
        key = (bgp.IPV4, c.prefix(), None) if afi == 1 else (bgp.IPV6, c.prefix6(), None)
        before = a.history.count(("announce", key))
        a.send(asked)
        if again:
            a.wait(lambda: a.history.count(("announce", key)) > before, "the route again")
            check(("withdraw", key) not in a.history, "it was withdrawn on the way")
        c.barrier(b, a)
        if not again:
            equal(a.history.count(("announce", key)), before, "announcements")
        c.alive(a, b)
    add(f"refresh.{name}", play, a=kind(), b=EXTERNAL(65002))

refreshed("ipv4", 1, bgp.refresh(1), True)
refreshed("ipv6", 2, bgp.refresh(2), True)
refreshed("ipv4_internal", 1, bgp.refresh(1), True, INTERNAL)
refreshed("ipv6_internal", 2, bgp.refresh(2), True, INTERNAL)
refreshed("other_family_is_left_alone", 2, bgp.refresh(1), False)
refreshed("unknown_family", 1, bgp.refresh(25, 70), False)
refreshed("afi_0", 1, bgp.refresh(0, 0), False)
refreshed("unknown_subtype", 1, bgp.refresh(1, 1, subtype=7), False)
refreshed("subtype_255", 1, bgp.refresh(1, 1, subtype=255), False)
refreshed("many", 1, bgp.refresh(1) * 300, True)

@case(only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))
def soft_in_asks(c):
    a, b = c.up("a"), c.up("b")
    c.alive(a, b)
    before = a.count(bgp.REFRESH)
    c.show(f"clear ip bgp {c.address('a')} soft in")
    a.wait_message(bgp.REFRESH, before + 1)
    c.alive(a, b)

@case(only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))
def soft_out_sends(c):
    a, b = c.up("a"), c.up("b")
    b.send(bgp.update(c.good(b), bgp.prefix(c.prefix())))
    a.wait_route(c.prefix())
    a.wait(lambda: len(a.ends_of_rib) >= 2, "End-of-RIB")
    before = a.history.count(("announce", (bgp.IPV4, c.prefix(), None)))
    c.show(f"clear ip bgp {c.address('a')} soft out")
    a.wait(lambda: a.history.count(("announce", (bgp.IPV4, c.prefix(), None))) > before, "the route again")

@case(only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))
def not_asked_of_one_who_cannot(c):
    """RFC 2918 §4: only with the capability."""
    a, b = c.up("a", capabilities=bgp.mp(1) + bgp.as4(65001)), c.up("b")
    c.alive(a, b)
    c.show(f"clear ip bgp {c.address('a')} soft in")
    c.alive(a, b)
    equal(a.count(bgp.REFRESH), 0, "ROUTE-REFRESH")
