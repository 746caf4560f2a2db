"""How one faulty UPDATE is judged: a good route stands, the UPDATE replaces it, and an observer tells what became of it."""

import bgp
from kit import CLIENT, EXTERNAL, INTERNAL, add, check

OLD, NEW = "64900:1", "64900:2"
RESET, WITHDRAW, ACCEPT = "reset", "withdraw", "accept"
PEER_AS = 65001


def without(attributes, *kinds):
    return [octets for octets in attributes if octets[1] not in kinds]


def with_(attributes, *octets):
    """Replaces those of the same types, in place; others are put in by type."""
    given = {each[1]: each for each in octets}
    kept = [given.pop(each[1], each) for each in attributes]
    return sorted([*kept, *given.values()], key=lambda each: each[1])


def first(attributes, octets):
    return [octets, *without(attributes, octets[1])]


def last(attributes, octets):
    return [*without(attributes, octets[1]), octets]


class Scene:
    """The peers of one row: `a` sends, `b` observes as an internal peer, so it sees every attribute."""

    def __init__(self, c, four_octet_as=True):
        self.c, self.victim, self.bystander = c, c.prefix(0), c.prefix(1)
        self.victim6 = c.prefix6(0)
        capabilities = bgp.mp(1) + bgp.mp(2) + (bgp.as4(c.asn("a")) if four_octet_as else b"")
        self.width = 4 if four_octet_as else 2
        self.a, self.b = c.up("a", capabilities=capabilities), c.up("b")
        self.a.width = self.width
        self.hop6 = bgp.address("fd00::77")

    def good(self, tag=NEW):
        return self.c.good(self.a, extra=[bgp.communities(tag)], width=self.width)

    def good6(self, tag=NEW):
        return with_(without(self.good(tag), bgp.NEXT_HOP), bgp.mp_reach(self.hop6, bgp.prefix(self.victim6)))

    def start(self):
        self.a.send(bgp.update(self.good(OLD), bgp.prefixes(self.victim, self.bystander)))
        self.a.send(bgp.update(self.good6(OLD)))
        for prefix in (self.victim, self.bystander):
            self.b.wait_route(prefix)
        self.b.wait_route(self.victim6, family=bgp.IPV6)

    def finish(self, outcome, subcode, family, look):
        victim = self.victim if family == bgp.IPV4 else self.victim6
        if outcome == RESET:
            self.a.expect_notification(3, subcode)
            for prefix in (self.victim, self.bystander):
                self.b.wait_no_route(prefix)
            return self.b.wait_no_route(self.victim6, family=bgp.IPV6)
        self.c.barrier(self.a, self.b)
        self.b.receive(0)
        check(self.b.route(self.bystander) is not None, "the other route of the session is gone")
        route = self.b.route(victim, family)
        if outcome == WITHDRAW:
            return check(route is None, "the route was not withdrawn")
        check(route is not None, "the route was withdrawn")
        check(NEW in route.communities(), "the route was not replaced")
        if isinstance(outcome, int):
            check(route[outcome] is None, f"attribute {outcome} was not discarded: {(route[outcome] or b'').hex(' ')}")
        if look:
            look(route)


def row(name, make, outcome, subcode=None, kinds=("external", "internal"), family=bgp.IPV4, look=None, width=4,
        setup=None):
    """make(scene): the UPDATE. outcome: RESET with subcode, WITHDRAW, ACCEPT, or the type that is discarded.

    look(route): more about the route as the observer got it.
    """
    for kind in kinds:
        def play(c):
            scene = Scene(c, width == 4)
            scene.start()
            scene.a.send(make(scene))
            scene.finish(outcome, subcode, family, look)
        extra = {} if setup is None else {"setup": setup}
        label = f"update.{name}" + (f"_{kind}" if len(kinds) > 1 else "")
        # An internal sender is a client, so that its routes reach the internal observer.
        add(label, play, a=EXTERNAL(PEER_AS) if kind == "external" else CLIENT(), b=INTERNAL(), **extra)


def attributes_row(name, change, outcome, subcode=None, **options):
    """change(attributes of a good IPv4 route): the attributes of the faulty one."""
    row(name, lambda s: bgp.update(change(s.good()), bgp.prefix(s.victim)), outcome, subcode, **options)
