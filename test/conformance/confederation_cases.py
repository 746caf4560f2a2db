"""Confederations, RFC 5065: we are 65100 in the confederation 65000; 65101 is another member."""

import bgp
from bgp import AS_PATH, LOCAL_PREF, MED, address, attribute, segment
from kit import EXTERNAL, INTERNAL, Setup, add, case, check, equal

CONFED = Setup("confederation", asn=65100, lines=["bgp confederation identifier 65000", "bgp confederation peers 65101"])
SEQUENCE, CONFED_SEQUENCE, CONFED_SET = 2, 3, 4


def MEMBER(**options):
    return EXTERNAL(65101, bird=["confederation 65000; confederation member yes;"], **options)


def OUTSIDE(asn=65001):
    return EXTERNAL(asn, bird=["confederation 65000;"])


def INSIDE():
    return INTERNAL(bird=["confederation 65000;"])


def member_route(c, m, path, number=0, extra=()):
    """As a member sends it: LOCAL_PREF included."""
    attributes = [bgp.origin(), attribute(AS_PATH, path), bgp.next_hop(c.address("m")), bgp.local_pref(150), *extra]
    m.send(bgp.update(sorted(attributes, key=lambda each: each[1]), bgp.prefix(c.prefix(number))))


@case(setup=CONFED, m=MEMBER(), o=OUTSIDE(), i=INSIDE())
def who_we_say_we_are(c):
    for name, wanted in (("m", 65100), ("o", 65000), ("i", 65100)):
        session = c.connect(name)
        session.wait_open()
        equal(session.open["as"], wanted, f"AS in the OPEN to {name}")


@case(setup=CONFED, o=OUTSIDE(), m=MEMBER(), i=INSIDE())
def from_outside(c):
    o, m, i = c.up("o"), c.up("m"), c.up("i")
    o.send(bgp.update(c.good(o, path=(65001, 7), extra=[bgp.med(5)]), bgp.prefix(c.prefix())))
    route = m.wait_route(c.prefix())
    equal(bgp.read_segments(route[AS_PATH]), [(CONFED_SEQUENCE, [65100]), (SEQUENCE, [65001, 7])], "AS_PATH to the member")
    equal(route.number(LOCAL_PREF), 100, "LOCAL_PREF to the member")
    equal(route.number(MED), 5, "MED to the member")
    equal(route.next_hop, address(c.address("o")), "NEXT_HOP to the member")
    equal(i.wait_route(c.prefix()).path(), [65001, 7], "AS_PATH inside")


@case(setup=CONFED, m=MEMBER(), o=OUTSIDE(), i=INSIDE())
def from_a_member(c):
    m, o, i = c.up("m"), c.up("o"), c.up("i")
    member_route(c, m, segment(CONFED_SEQUENCE, 65101) + segment(SEQUENCE, 7), extra=[bgp.med(5)])
    route = o.wait_route(c.prefix())
    equal(bgp.read_segments(route[AS_PATH]), [(SEQUENCE, [65000, 7])], "AS_PATH to the outside")
    equal(route[LOCAL_PREF], None, "LOCAL_PREF to the outside")
    route = i.wait_route(c.prefix())
    equal(bgp.read_segments(route[AS_PATH]), [(CONFED_SEQUENCE, [65101]), (SEQUENCE, [7])], "AS_PATH inside")
    equal(route.number(LOCAL_PREF), 150, "LOCAL_PREF inside")


@case(setup=CONFED, m=MEMBER(), n=MEMBER(), o=OUTSIDE())
def from_member_to_member(c):
    m, n, o = c.up("m"), c.up("n"), c.up("o")
    member_route(c, m, segment(CONFED_SEQUENCE, 65101, 65102) + segment(CONFED_SET, 65103, 65104))
    equal(bgp.read_segments(n.wait_route(c.prefix())[AS_PATH]),
          [(CONFED_SEQUENCE, [65100, 65101, 65102]), (CONFED_SET, [65103, 65104])], "AS_PATH to the member")
    equal(o.wait_route(c.prefix()).path(), [65000], "AS_PATH to the outside")


LOOPS = {"our_member_as": segment(CONFED_SEQUENCE, 65101, 65100), "our_member_as_in_a_set":
         segment(CONFED_SEQUENCE, 65101) + segment(CONFED_SET, 65100),
         "the_identifier": segment(CONFED_SEQUENCE, 65101) + segment(SEQUENCE, 7, 65000)}
for label, path in LOOPS.items():
    def looped(c, octets=path):
        m, o = c.up("m"), c.up("o")
        member_route(c, m, segment(CONFED_SEQUENCE, 65101))
        o.wait_route(c.prefix())
        member_route(c, m, octets)
        o.wait_no_route(c.prefix())
        check(not m.closed, "the session ended")
    add(f"confederation.loop_of_{label}", looped, setup=CONFED, m=MEMBER(), o=OUTSIDE())


@case(setup=CONFED, o=OUTSIDE(), i=INSIDE())
def segments_from_outside(c):
    """RFC 5065 §5: malformed; RFC 7606: treat-as-withdraw."""
    o, i = c.up("o"), c.up("i")
    o.send(bgp.update(c.good(o), bgp.prefix(c.prefix())))
    i.wait_route(c.prefix())
    o.send(bgp.update(c.good(o, value=segment(CONFED_SEQUENCE, 65101) + segment(SEQUENCE, 65001)), bgp.prefix(c.prefix())))
    i.wait_no_route(c.prefix())
    check(not o.closed, "the session ended")


@case(setup=CONFED, o=OUTSIDE(), m=MEMBER(), i=INSIDE(), e=OUTSIDE(65002))
def communities_at_the_borders(c):
    """RFC 1997: NO_EXPORT stays in the confederation, NO_EXPORT_SUBCONFED in the member AS."""
    o, m, i, e = c.up("o"), c.up("m"), c.up("i"), c.up("e")
    for number, value in ((0, 0xffffff01), (1, 0xffffff03), (2, 0xffffff02)):
        o.send(bgp.update(c.good(o, extra=[bgp.communities(value)]), bgp.prefix(c.prefix(number))))
    c.barrier(o, m, i, e)
    equal([m.route(c.prefix(number)) is not None for number in range(3)], [True, False, False], "to the member")
    equal([i.route(c.prefix(number)) is not None for number in range(3)], [True, True, False], "inside")
    equal([e.route(c.prefix(number)) is not None for number in range(3)], [False, False, False], "to the outside")


@case(setup=CONFED, m=MEMBER(), o=OUTSIDE(), e=OUTSIDE(65002))
def confederation_segments_have_no_length(c):
    """RFC 5065 §5.3: they do not count in the decision."""
    m, o, e = c.up("m"), c.up("o"), c.up("e")
    o.send(bgp.update(c.good(o, path=(65001, 7), extra=[bgp.communities("1:1")]), bgp.prefix(c.prefix())))
    member_route(c, m, segment(CONFED_SEQUENCE, 65101, 65102, 65103) + segment(SEQUENCE, 7), extra=[bgp.communities("2:2")])
    e.wait_route(c.prefix(), lambda route: route.communities() == ["2:2"])  # LOCAL_PREF 150 wins in any case
    c.alive(o, e)
