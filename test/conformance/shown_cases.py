"""What the operator sees of what was received: routes with their attributes, faults with their octets, ends with their reason."""

import bgp
from bgp import IPV6, attribute, u32
from kit import EXTERNAL, INTERNAL, add, case, check, equal


def neighbor_text(c, name):
    return c.show(f"show ip bgp neighbors {c.address(name)}")


FAULTS = {"origin": (attribute(bgp.ORIGIN, b"\7"), "ORIGIN", "40 01 01 07"),
          "med": (attribute(bgp.MED, b"\7"), "MULTI_EXIT_DISC", "80 04 01 07"),
          "communities": (attribute(bgp.COMMUNITIES, b"\7"), "COMMUNIT", "c0 08 01 07"),
          "atomic_aggregate": (attribute(bgp.ATOMIC, b"\7"), "ATOMIC_AGGREGATE", "40 06 01 07")}
for label, (octets, name, shown) in FAULTS.items():
    def fault(c, octets=octets, name=name, shown=shown):
        """The neighbor's page and the log name the attribute and show its octets."""
        a, b = c.up("a"), c.up("b")
        attributes = sorted([*(each for each in c.good(a) if each[1] != octets[1]), octets], key=lambda each: each[1])
        a.send(bgp.update(attributes, bgp.prefix(c.prefix())))
        c.barrier(a, b)
        text = neighbor_text(c, "a")
        check(name in text and shown in text, lambda: f"'{name}' and '{shown}' are not in:\n{text}")
        lines = [line for line in c.daemon.log().splitlines() if c.address("a") in line and shown in line]
        check(lines and name in lines[0], "the log does not tell")
    add(f"shown.fault_of_{label}", fault, only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))

ENDS = {"bad_type": (bgp.message(77), "Bad Message Type"), "open_again": (None, "Unexpected Message"),
        "notification": (bgp.notification(6, 4), "Administrative Reset"),
        "bad_update": (bgp.update(attributes_length=200), "Malformed Attribute List")}
for label, (octets, shown) in ENDS.items():
    def ended(c, octets=octets, shown=shown):
        a = c.up("a")
        a.send(octets or c.open("a"))
        a.wait_closed()
        text = neighbor_text(c, "a")
        check(shown in text, lambda: f"'{shown}' is not in:\n{text}")
    add(f"shown.end_by_{label}", ended, only="kuland", a=EXTERNAL(65001))


@case(only="kuland", a=EXTERNAL(65001), i=INTERNAL())
def every_attribute_of_a_path(c):
    a, i = c.up("a"), c.up("i")
    extra = [bgp.med(77), attribute(bgp.ATOMIC), attribute(bgp.AGGREGATOR, u32(4200000001) + bgp.address("1.2.3.4")),
             bgp.communities("1:2", 0xffffff01), bgp.large_communities((4, 5, 6))]
    a.send(bgp.update(c.good(a, path=(65001, 4200000002), extra=extra), bgp.prefix(c.prefix())))
    i.wait_route(c.prefix())
    path = c.json(f"show bgp ipv4 unicast {c.prefix()}")["paths"][0]
    equal(path["aspath"]["string"], "65001 4200000002", "AS path")
    equal(path["metric"], 77, "MED")
    equal(path["origin"], "IGP", "ORIGIN")
    equal(path["community"]["string"], "1:2 no-export", "communities")
    equal(path["largeCommunity"]["string"], "4:5:6", "large communities")
    equal(path["aggregatorAs"], 4200000001, "aggregator")
    equal(path["nexthops"][0]["ip"], c.address("a"), "next hop")


@case(only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))
def an_ipv6_route_and_its_end(c):
    a, b = c.up("a"), c.up("b")
    a.send(bgp.update([bgp.origin(), bgp.as_path(65001), bgp.mp_reach(bgp.address("fd00::77"), bgp.prefix(c.prefix6()))]))
    b.wait_route(c.prefix6(), family=IPV6)
    path = c.json(f"show bgp ipv6 unicast {c.prefix6()}")["paths"][0]
    equal(path["nexthops"][0]["ip"], "fd00::77", "next hop")
    a.send(bgp.update([bgp.mp_unreach(bgp.prefix(c.prefix6()))]))
    b.wait_no_route(c.prefix6(), family=IPV6)
    check(c.prefix6() not in c.json("show bgp ipv6 unicast").get("routes", {}), "it is still shown")


@case(only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))
def messages_are_counted(c):
    a, b = c.up("a"), c.up("b")
    for number in range(5):
        a.send(bgp.update(c.good(a), bgp.prefix(c.prefix(number))))
    a.send(bgp.KEEPALIVE_MESSAGE * 3 + bgp.refresh() * 2)
    c.barrier(a, b)
    stats = c.json(f"show ip bgp neighbors {c.address('a')}")[c.address("a")]["messageStats"]
    equal((stats["opensRecv"], stats["updatesRecv"], stats["keepalivesRecv"], stats["routeRefreshRecv"]), (1, 6, 4, 2), "counters")
    equal(stats["notificationsRecv"], 0, "NOTIFICATIONs")
