"""ADD-PATH, RFC 7911: several paths of one prefix, each with an identifier that is the sender's."""

import bgp
from bgp import IPV4, IPV6, as4, mp
from kit import CLIENT, EXTERNAL, INTERNAL, add, case, check, equal

SEND, RECEIVE, BOTH = 2, 1, 3
BIRD_BOTH = ["add paths on;"]


def offer(c, name, direction):
    return mp(1) + mp(2) + as4(c.asn(name)) + bgp.REFRESH_CAPABILITY + bgp.add_path((1, 1, direction), (2, 1, direction))


def up(c, name, direction):
    """direction: what the test offers; the daemon's side is its configuration's."""
    session = c.connect(name)
    session.need_capability(69)
    ours = [value for code, value in session.open["capabilities"] if code == 69]
    directions = {tuple(ours[0][i:i + 3]): ours[0][i + 3] for i in range(0, len(ours[0]), 4)}
    families = [family for family in (IPV4, IPV6) if directions.get((0, family[0], family[1]), 0) & 2]
    session.path_id_families = tuple(families) if direction & RECEIVE else ()
    return session.establish(c.open(name, capabilities=offer(c, name, direction)))


def announce(c, s, path_id, tag, number=0, **good):
    s.send(bgp.update(c.good(s, extra=[bgp.communities(tag)], **good), bgp.prefix(c.prefix(number), path_id)))


def withdraw(c, s, path_id, number=0):
    s.send(bgp.update(withdrawn=bgp.prefix(c.prefix(number), path_id)))


def tagged(*tags):
    return lambda route: route.communities() == list(tags)


RX = {"external": EXTERNAL(65001, bird_channel=BIRD_BOTH), "client": CLIENT(bird_channel=BIRD_BOTH)}
for label, kind in RX.items():
    def two_paths(c):
        s, o = up(c, "s", SEND), c.up("o")
        internal = c.is_internal("s")
        path = (7,) if internal else (65001, 7)
        announce(c, s, 1, "1:1", path=path)
        o.wait_route(c.prefix(), tagged("1:1"))
        announce(c, s, 2, "2:2", path=path[:-1])
        o.wait_route(c.prefix(), tagged("2:2"))      # the shorter one
        withdraw(c, s, 2)
        o.wait_route(c.prefix(), tagged("1:1"))
        withdraw(c, s, 9)                            # nobody's
        announce(c, s, 1, "3:3", path=path)          # replaces
        o.wait_route(c.prefix(), tagged("3:3"))
        announce(c, s, 0, "4:4", path=path[:-1])     # 0 is an identifier like others
        o.wait_route(c.prefix(), tagged("4:4"))
        withdraw(c, s, 0)
        o.wait_route(c.prefix(), tagged("3:3"))
        withdraw(c, s, 1)
        o.wait_no_route(c.prefix())
    add(f"addpath.receive_from_{label}", two_paths, s=kind, o=EXTERNAL(65009))

    def two_paths6(c):
        s, o = up(c, "s", SEND), c.up("o")
        path = () if c.is_internal("s") else (65001,)

        def route(path_id, tag, more):
            attributes = [each for each in c.good(s, path=path + more, extra=[bgp.communities(tag)])
                          if each[1] != bgp.NEXT_HOP]
            reach = bgp.mp_reach(bgp.address("fd00::77"), bgp.prefix(c.prefix6(), path_id))
            s.send(bgp.update(sorted([*attributes, reach], key=lambda each: each[1])))
        route(5, "1:1", (7, 8))
        o.wait_route(c.prefix6(), tagged("1:1"), family=IPV6)
        route(6, "2:2", (7,))
        o.wait_route(c.prefix6(), tagged("2:2"), family=IPV6)
        s.send(bgp.update([bgp.mp_unreach(bgp.prefix(c.prefix6(), 6))]))
        o.wait_route(c.prefix6(), tagged("1:1"), family=IPV6)
        s.send(bgp.update([bgp.mp_unreach(bgp.prefix(c.prefix6(), 5))]))
        o.wait_no_route(c.prefix6(), family=IPV6)
    add(f"addpath.receive_ipv6_from_{label}", two_paths6, s=kind, o=EXTERNAL(65009))


@case(s=EXTERNAL(65001, bird_channel=BIRD_BOTH), o=EXTERNAL(65009))
def session_end_takes_all_paths(c):
    s, o = up(c, "s", SEND), c.up("o")
    for path_id in range(5):
        announce(c, s, path_id, f"{path_id}:1", path=(65001, *range(10, 15 - path_id)))
    o.wait_route(c.prefix(), tagged("4:1"))
    s.close()
    o.wait_no_route(c.prefix())


@case(s=EXTERNAL(65001, bird_channel=BIRD_BOTH), o=EXTERNAL(65009))
def fault_withdraws_its_path_only(c):
    """RFC 7606 by path: treat-as-withdraw of one identifier leaves the others."""
    s, o = up(c, "s", SEND), c.up("o")
    announce(c, s, 1, "1:1", path=(65001, 7))
    announce(c, s, 2, "2:2")
    o.wait_route(c.prefix(), tagged("2:2"))
    attributes = [bgp.attribute(bgp.ORIGIN, b"\7") if each[1] == bgp.ORIGIN else each for each in c.good(s)]
    s.send(bgp.update(attributes, bgp.prefix(c.prefix(), 2)))
    o.wait_route(c.prefix(), tagged("1:1"))


for label, octets in {"identifier_cut": b"\0\0\0", "identifier_alone": b"\0\0\0\1", "prefix_cut": b"\0\0\0\1\x18\1"}.items():
    def unreadable(c, nlri=octets):
        s = up(c, "s", SEND)
        s.send(bgp.update(c.good(s), nlri))
        s.expect_notification(3, 10)
    add(f"addpath.nlri_{label}", unreadable, s=EXTERNAL(65001, bird_channel=BIRD_BOTH))


@case(s=EXTERNAL(65001, bird_channel=BIRD_BOTH), o=EXTERNAL(65009))
def not_offered_by_the_peer(c):
    """Then prefixes have no identifiers, in either direction."""
    s, o = c.up("s"), c.up("o")
    s.send(bgp.update(c.good(s), bgp.prefix(c.prefix())))
    o.wait_route(c.prefix())


TX_ALL = {"family_lines": ["addpath-tx-all-paths"], "bird_channel": BIRD_BOTH}


def paths_of(session, prefix, family=IPV4):
    """{path id: communities}"""
    return {key[2]: route.communities() for key, route in session.routes.items() if key[:2] == (family, prefix)}


@case(a=EXTERNAL(65001), b=EXTERNAL(65002), r=INTERNAL(**TX_ALL))
def all_paths_are_sent(c):
    a, b, r = c.up("a"), c.up("b"), up(c, "r", RECEIVE)

    def route(s, tag, **good):
        s.send(bgp.update(c.good(s, extra=[bgp.communities(tag)], **good), bgp.prefix(c.prefix())))

    def sent():
        return sorted(tags[0] for tags in paths_of(r, c.prefix()).values())
    route(a, "1:1")
    r.wait(lambda: sent() == ["1:1"], "one path")
    route(b, "2:2", path=(65002, 7))
    r.wait(lambda: sent() == ["1:1", "2:2"], "two paths")
    check(len(paths_of(r, c.prefix())) == 2, "they share an identifier")
    before = {tags[0]: path_id for path_id, tags in paths_of(r, c.prefix()).items()}
    route(b, "3:3", path=(65002, 8))
    r.wait(lambda: sent() == ["1:1", "3:3"], "the second replaced")
    equal({tags[0]: path_id for path_id, tags in paths_of(r, c.prefix()).items()}["3:3"], before["2:2"], "its identifier")
    a.send(bgp.update(withdrawn=bgp.prefix(c.prefix())))
    r.wait(lambda: sent() == ["3:3"], "the first withdrawn")
    b.send(bgp.update(withdrawn=bgp.prefix(c.prefix())))
    r.wait(lambda: sent() == [], "all withdrawn")


@case(a=EXTERNAL(65001), b=EXTERNAL(65002), r=INTERNAL(**TX_ALL))
def a_late_peer_gets_all_paths(c):
    a, b = c.up("a"), c.up("b")
    for s, tag in ((a, "1:1"), (b, "2:2")):
        s.send(bgp.update(c.good(s, extra=[bgp.communities(tag)]), bgp.prefix(c.prefix())))
    r = up(c, "r", RECEIVE)
    r.wait(lambda: len(paths_of(r, c.prefix())) == 2, "both paths")
    before = len(r.history)
    r.send(bgp.refresh())
    r.wait(lambda: sum(1 for what in r.history[before:] if what[1][1] == c.prefix()) >= 2, "both again")


@case(a=EXTERNAL(65001), b=EXTERNAL(65002), r=INTERNAL(**TX_ALL), q=INTERNAL(**TX_ALL))
def only_to_those_who_take_them(c):
    a, b, r, q = c.up("a"), c.up("b"), up(c, "r", RECEIVE), c.up("q")
    for s, tag, path in ((a, "1:1", (65001,)), (b, "2:2", (65002, 7))):
        s.send(bgp.update(c.good(s, path=path, extra=[bgp.communities(tag)]), bgp.prefix(c.prefix())))
    r.wait(lambda: len(paths_of(r, c.prefix())) == 2, "both paths")
    q.wait_route(c.prefix(), tagged("1:1"))
    a.send(bgp.update(withdrawn=bgp.prefix(c.prefix())))
    q.wait_route(c.prefix(), tagged("2:2"))


@case(only="kuland", a=EXTERNAL(65001), b=EXTERNAL(65002), d=EXTERNAL(65003),
      r=INTERNAL(family_lines=["addpath-tx-best-selected 2"]))
def best_two_are_sent(c):
    a, b, d, r = c.up("a"), c.up("b"), c.up("d"), up(c, "r", RECEIVE)
    for s, tag, path in ((a, "1:1", (65001, 7, 8)), (b, "2:2", (65002, 7)), (d, "3:3", (65003,))):
        s.send(bgp.update(c.good(s, path=path, extra=[bgp.communities(tag)]), bgp.prefix(c.prefix())))

    def sent():
        return sorted(tags[0] for tags in paths_of(r, c.prefix()).values())
    r.wait(lambda: sent() == ["2:2", "3:3"], "the best two")
    d.send(bgp.update(withdrawn=bgp.prefix(c.prefix())))
    r.wait(lambda: sent() == ["1:1", "2:2"], "the two that are left")


@case(only="kuland", s=EXTERNAL(65001, family_lines=["disable-addpath-rx"]))
def receiving_is_disabled(c):
    s = c.connect("s")
    s.wait_open()
    for value in (value for code, value in s.open["capabilities"] if code == 69):
        check(all(value[i + 3] != RECEIVE and value[i + 3] != BOTH for i in range(0, len(value), 4)), "it is offered")
