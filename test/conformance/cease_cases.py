"""What the operator does to a session, as the peer hears it, and what a peer's limits do. RFC 4486, 9003, 8538."""

import bgp
from kit import EXTERNAL, INTERNAL, add, case, check, equal


def commanded(name, lines, subcode, data=b"", top=False):
    """lines(address): typed below `router bgp`, or at the top."""
    def play(c):
        a, b = c.up("a"), c.up("b")
        c.alive(a, b)
        typed = lines(c.address("a"))
        c.show(*typed) if top else c.show("configure terminal", f"router bgp {c.local_as}", *typed)
        a.expect_notification(6, subcode, data)
        b.wait_no_route(c.prefix(30))
        check(not b.closed, "another session ended too")
    add(f"cease.{name}", play, only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))


commanded("shutdown", lambda address: [f"neighbor {address} shutdown"], 2, (b"", b"\0"))
commanded("shutdown_with_text", lambda address: [f"neighbor {address} shutdown message Going home"], 2, b"\x0aGoing home")
commanded("removed", lambda address: [f"no neighbor {address}"], 3)
commanded("cleared", lambda address: [f"clear ip bgp {address}"], 4, (b"", b"\0"), top=True)
commanded("another_as_expected", lambda address: [f"neighbor {address} remote-as 65077"], (3, 6))


@case(only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002))
def shutdown_and_back(c):
    a, b = c.up("a"), c.up("b")
    head = ("configure terminal", f"router bgp {c.local_as}")
    c.show(*head, f"neighbor {c.address('a')} shutdown")
    a.expect_notification(6, 2)
    refused = c.connect("a")
    refused.wait_closed()
    check(not refused.open, "a neighbor that is shut down was greeted")
    c.show(*head, f"no neighbor {c.address('a')} shutdown")
    c.alive(c.up("a"), b)


TEXTS = {"text": (b"\x0bMaintenance", "Maintenance"), "utf8": (b"\x06" + "Grüß".encode(), "Grüß"),
         "empty": (b"\0", ""), "none": (b"", "")}
for label, (octets, shown) in TEXTS.items():
    def told(c, data=octets, text=shown):
        """RFC 9003: what the peer says is shown."""
        a = c.up("a")
        a.send(bgp.notification(6, 2, data))
        a.expect_silent_close()
        neighbor = c.show(f"show ip bgp neighbors {c.address('a')}")
        check(text in neighbor, lambda: f"'{text}' is not in {neighbor}")
    add(f"cease.peer_says_{label}", told, only="kuland", a=EXTERNAL(65001))


@case(only="kuland", a=EXTERNAL(65001, family_lines=["maximum-prefix 3"]), b=EXTERNAL(65002))
def maximum_prefix(c):
    """RFC 4486 §4: 6/1; the data, if any, is family and limit."""
    a, b = c.up("a"), c.up("b")
    a.send(bgp.update(c.good(a), bgp.prefixes(c.prefix(0), c.prefix(1), c.prefix(2))))
    b.wait_route(c.prefix(2))
    check(not a.closed, "closed at the limit")
    a.send(bgp.update(c.good(a), bgp.prefix(c.prefix(3))))
    a.expect_notification(6, 1, (b"", b"\0\1\1\0\0\0\3"))
    b.wait_no_route(c.prefix(0))


@case(only="kuland", a=EXTERNAL(65001, family_lines=["maximum-prefix 2 warning-only"]), b=EXTERNAL(65002))
def maximum_prefix_warning_only(c):
    a, b = c.up("a"), c.up("b")
    a.send(bgp.update(c.good(a), bgp.prefixes(*[c.prefix(number) for number in range(5)])))
    b.wait_route(c.prefix(4))
    c.alive(a, b)


@case(only="kuland", a=EXTERNAL(65001), i=INTERNAL())
def summary_tells_the_states(c):
    a = c.up("a")
    a.send(bgp.update(c.good(a), bgp.prefixes(c.prefix(0), c.prefix(1))))
    i = c.up("i")
    i.wait_route(c.prefix(1))
    peers = c.json("show bgp summary")["ipv4Unicast"]["peers"]
    equal(peers[c.address("a")]["state"], "Established", "state")
    equal(peers[c.address("a")]["pfxRcd"], 2, "prefixes received")
    a.send(bgp.message(77))
    a.expect_notification(1, 3)
    i.wait_no_route(c.prefix(1))
    peers = c.json("show bgp summary")["ipv4Unicast"]["peers"]
    check(peers[c.address("a")]["state"] != "Established", "still Established")
