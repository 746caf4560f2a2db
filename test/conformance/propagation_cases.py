"""What other peers are sent: attributes exactly, communities that forbid, sizes, replacements. RFC 4271 §5 and §9.2,
1997, 4360, 6793, 8092."""

import bgp
from bgp import (AGGREGATOR, AS4_AGGREGATOR, AS4_PATH, AS_PATH, ATOMIC, COMMUNITIES, EXT_COMMUNITIES, LARGE_COMMUNITIES,
                 LOCAL_PREF, MED, ORIGIN, ORIGINATOR_ID, address, attribute, segment, u32)
from kit import CLIENT, DAEMON4, DAEMON6, EXTERNAL, INTERNAL, add, case, check, equal

NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED = 0xffffff01, 0xffffff02, 0xffffff03
EXT_TRANSITIVE, EXT_LOCAL = b"\0\2\xfd\xe9\0\0\0\1", b"\x40\2\xfd\xe9\0\0\0\1"
EVERYTHING = [bgp.med(77), attribute(ATOMIC), attribute(AGGREGATOR, u32(4200000001) + address("1.2.3.4")),
              bgp.communities("1:2", "3:4"), bgp.extended_communities(EXT_TRANSITIVE), bgp.large_communities((1, 2, 3)),
              attribute(220, b"xyz", flags=0xc0)]


def announced(c, s, number=0, **good):
    s.send(bgp.update(c.good(s, **good), bgp.prefix(c.prefix(number))))


@case(s=EXTERNAL(65001), i=INTERNAL())
def external_to_internal(c):
    s, i = c.up("s"), c.up("i")
    announced(c, s, extra=EVERYTHING, path=(65001, 7, 8))
    route = i.wait_route(c.prefix())
    equal(route.path(), [65001, 7, 8], "AS_PATH")
    equal(route.next_hop, address(c.address("s")), "NEXT_HOP")
    equal(route.number(MED), 77, "MED")
    equal(route.number(LOCAL_PREF), 100, "LOCAL_PREF")
    for each in EVERYTHING[1:-1]:
        equal(route[each[1]], each[3:], bgp.ATTRIBUTE_NAMES[each[1]])
    equal((route.flags[220], route[220]), (0xe0, b"xyz"), "the unknown attribute")
    equal(route[ORIGINATOR_ID], None, "ORIGINATOR_ID")


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def external_to_external(c):
    s, e = c.up("s"), c.up("e")
    announced(c, s, extra=EVERYTHING, path=(65001, 7, 8))
    route = e.wait_route(c.prefix())
    equal(bgp.read_segments(route[AS_PATH]), [(2, [65000, 65001, 7, 8])], "AS_PATH")
    check(route.next_hop in (address(c.address("s")), address(DAEMON4)), "NEXT_HOP is a stranger's")
    equal(route[MED], None, "MED")
    equal(route[LOCAL_PREF], None, "LOCAL_PREF")
    for each in EVERYTHING[1:-1]:
        equal(route[each[1]], each[3:], bgp.ATTRIBUTE_NAMES[each[1]])


@case(s=INTERNAL(), e=EXTERNAL(65002))
def internal_to_external(c):
    s, e = c.up("s"), c.up("e")
    announced(c, s, lp=300, path=(7, 8), extra=[bgp.originator_id("8.8.8.8"), bgp.cluster_list("7.7.7.7"), bgp.med(5)])
    route = e.wait_route(c.prefix())
    equal(route.path(), [65000, 7, 8], "AS_PATH")
    for kind in (LOCAL_PREF, ORIGINATOR_ID, bgp.CLUSTER_LIST, MED):
        equal(route[kind], None, bgp.ATTRIBUTE_NAMES[kind])


for value in (0, 1, 2):
    def origins(c, v=value):
        s, e, i = c.up("s"), c.up("e"), c.up("i")
        s.send(bgp.update([bgp.origin(v), *c.good(s)[1:]], bgp.prefix(c.prefix())))
        for each in (e, i):
            equal(each.wait_route(c.prefix())[ORIGIN], bytes([v]), "ORIGIN")
    add(f"propagation.origin_{value}", origins, s=EXTERNAL(65001), e=EXTERNAL(65002), i=INTERNAL())


PATHS = {  # what came: what leaves to an external peer
    "empty_from_internal": (b"", [(2, [65000])]),
    "set_first": (segment(1, 7, 8), [(2, [65000]), (1, [7, 8])]),
    "sequence_and_set": (segment(2, 7) + segment(1, 8, 9), [(2, [65000, 7]), (1, [8, 9])]),
    "full_segment": (segment(2, *range(1, 256)), [(2, [65000]), (2, list(range(1, 256)))]),
    "254_in_the_segment": (segment(2, *range(1, 255)), [(2, [65000, *range(1, 255)])]),
}
for label, (came, leaves) in PATHS.items():
    def prepended(c, value=came, wanted=leaves):
        s, e = c.up("s"), c.up("e")
        attributes = [attribute(AS_PATH, value) if each[1] == AS_PATH else each for each in c.good(s)]
        s.send(bgp.update(attributes, bgp.prefix(c.prefix())))
        equal(bgp.read_segments(e.wait_route(c.prefix())[AS_PATH]), wanted, "AS_PATH")
    add(f"propagation.as_path_{label}", prepended, s=INTERNAL(), e=EXTERNAL(65002))

COMMUNITY_RULES = {  # communities: who of (external, client, internal) gets the route of an external peer
    "no_export": ([NO_EXPORT], (False, True)), "no_advertise": ([NO_ADVERTISE], (False, False)),
    "no_export_subconfed": ([NO_EXPORT_SUBCONFED], (False, True)), "ordinary": ([0x00010001], (True, True)),
    "no_export_among_others": ([1, 2, NO_EXPORT, 3], (False, True)), "reserved_0": ([0x0000ffff], (True, True)),
    "no_peer": ([0xffffff04], (True, True)), "blackhole_unknown": ([0xffff029b], (True, True)),
}
for label, (values, passes) in COMMUNITY_RULES.items():
    for replacing in (False, True):
        def ruled(c, communities=values, wanted=passes, first=replacing):
            """As the first route, and as the replacement of one that was sent: that must be withdrawn."""
            s, e, i = c.up("s"), c.up("e"), c.up("i")
            if first:
                announced(c, s)
                e.wait_route(c.prefix())
                i.wait_route(c.prefix())
            announced(c, s, extra=[bgp.communities(*communities), bgp.med(3)])
            c.barrier(s, e, i)
            for receiver, passed in ((e, wanted[0]), (i, wanted[1])):
                route = receiver.route(c.prefix())
                check((route is not None) == passed, f"{receiver.name}: {'not ' if passed else ''}sent")
                if passed:
                    equal(route[COMMUNITIES], b"".join(map(u32, communities)), "COMMUNITIES")
        add(f"propagation.{label}{'_replaces' if replacing else ''}", ruled, s=EXTERNAL(65001), e=EXTERNAL(65002),
            i=INTERNAL())


@case(s=EXTERNAL(65001), e=EXTERNAL(65002), i=INTERNAL())
def extended_communities_that_stay_inside(c):
    """RFC 4360 §6: non-transitive ones do not leave the AS."""
    s, e, i = c.up("s"), c.up("e"), c.up("i")
    announced(c, s, extra=[bgp.extended_communities(EXT_TRANSITIVE, EXT_LOCAL)])
    equal(e.wait_route(c.prefix())[EXT_COMMUNITIES], EXT_TRANSITIVE, "EXTENDED COMMUNITIES")
    check(EXT_TRANSITIVE in i.wait_route(c.prefix())[EXT_COMMUNITIES], "the transitive one is lost")


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def large_communities_once_each(c):
    """RFC 8092 §5: duplicates are removed on receipt."""
    s, e = c.up("s"), c.up("e")
    announced(c, s, extra=[bgp.large_communities((1, 2, 3), (1, 2, 3), (4, 5, 6))])
    check(e.wait_route(c.prefix())[LARGE_COMMUNITIES] == (u32(1) + u32(2) + u32(3) + u32(4) + u32(5) + u32(6)), "duplicates")


# --- peers of two octets ------------------------------------------------------------------------------------------------

OLD = bgp.mp(1) + bgp.mp(2)


def to_old(name, path, wanted, as4, aggregator=None):
    def play(c):
        s, old = c.up("s"), c.up("e", capabilities=OLD)
        extra = [] if aggregator is None else [attribute(AGGREGATOR, u32(aggregator) + address("1.2.3.4"))]
        announced(c, s, path=path, extra=extra)
        route = old.wait_route(c.prefix())
        equal(route.path(width=2), wanted, "AS_PATH")
        got = route[AS4_PATH]
        if as4 is None:
            check(got is None, "AS4_PATH although all fit in two octets")
        else:
            numbers = [number for _, asns in bgp.read_segments(got or b"") for number in asns]
            check(numbers in as4, f"AS4_PATH {numbers}")
        if aggregator is not None:
            large = aggregator > 65535
            equal(route[AGGREGATOR], (b"\x5b\xa0" if large else aggregator.to_bytes(2, "big")) + address("1.2.3.4"),
                  "AGGREGATOR")
            equal(route[AS4_AGGREGATOR], u32(aggregator) + address("1.2.3.4") if large else None, "AS4_AGGREGATOR")
    add(f"propagation.to_two_octets_{name}", play, s=EXTERNAL(65001), e=EXTERNAL(65002))


to_old("small", (65001, 7), [65000, 65001, 7], None)
to_old("large", (65001, 4200000009, 7), [65000, 65001, 23456, 7], [[65000, 65001, 4200000009, 7], [4200000009, 7]])
to_old("small_aggregator", (65001,), [65000, 65001], None, 7)
to_old("large_aggregator", (65001,), [65000, 65001], None, 4200000009)


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def from_two_octets(c):
    """What an old peer sent in AS4_PATH reaches a new one in AS_PATH, and AS4_PATH does not."""
    s, e = c.up("s", capabilities=OLD), c.up("e")
    s.width = 2
    announced(c, s, width=2, path=(65001, 23456),
              extra=[attribute(AS4_PATH, segment(2, 65001, 4200000009))])
    route = e.wait_route(c.prefix())
    equal(route.path(), [65000, 65001, 4200000009], "AS_PATH")
    equal(route[AS4_PATH], None, "AS4_PATH")


# --- next hops ------------------------------------------------------------------------------------------------------------


@case(s=EXTERNAL(65001), e=EXTERNAL(65002), i=INTERNAL())
def ipv6_next_hops(c):
    """RFC 2545: global ones to all; the link-local one only beside a global one of the same link."""
    s, e, i = c.up("s"), c.up("e"), c.up("i")
    for hops in (address("fd00::77"), address("fd00::77") + address("fe80::77")):
        s.send(bgp.update([bgp.origin(), bgp.as_path(65001), bgp.med(len(hops)), bgp.mp_reach(hops, bgp.prefix(c.prefix6()))]))
        internal = i.wait_route(c.prefix6(), lambda route, n=len(hops): route.number(MED) == n, family=bgp.IPV6)
        equal(internal.next_hop[:16], address("fd00::77"), "next hop to the internal peer")
        external = e.wait_route(c.prefix6(), family=bgp.IPV6)
        check(external.next_hop[:16] in (address("fd00::77"), address(DAEMON6)), "next hop to the external peer")


@case(s=EXTERNAL(65001), e=EXTERNAL(65002), six=EXTERNAL(65003, over_ipv6=True))
def routes_cross_between_ipv4_and_ipv6_sessions(c):
    s, six = c.up("s"), c.up("six")
    announced(c, s)
    equal(six.wait_route(c.prefix()).path(), [65000, 65001], "AS_PATH")
    six.send(bgp.update([bgp.origin(), bgp.as_path(65003), bgp.mp_reach(address("fd00::77"), bgp.prefix(c.prefix6()))]))
    equal(s.wait_route(c.prefix6(), family=bgp.IPV6).path(), [65000, 65003], "AS_PATH")


# --- replacing, withdrawing, repeating -------------------------------------------------------------------------------------


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def not_back_to_its_sender(c):
    s, e = c.up("s"), c.up("e")
    announced(c, s)
    announced(c, e, number=1)
    s.wait_route(c.prefix(1))
    e.wait_route(c.prefix())
    check(("announce", (bgp.IPV4, c.prefix(), None)) not in s.history, "it came back")


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def an_equal_repetition_is_not_sent_again(c):
    s, e = c.up("s"), c.up("e")
    e.wait(lambda: len(e.ends_of_rib) == 2, "the end of its table")
    announced(c, s)
    announced(c, s)
    announced(c, s)
    c.barrier(s, e)
    equal(e.history.count(("announce", (bgp.IPV4, c.prefix(), None))), 1, "announcements")


CHANGES = {"med_internal": [bgp.med(1)], "communities": [bgp.communities("1:1")], "atomic": [attribute(ATOMIC)],
           "aggregator": [attribute(AGGREGATOR, u32(7) + bytes(4))], "large": [bgp.large_communities((1, 1, 1))],
           "extended": [bgp.extended_communities(EXT_TRANSITIVE)], "unknown": [attribute(220, b"a", flags=0xc0)]}
for label, extra in CHANGES.items():
    def changed(c, more=extra):
        """Every attribute counts when repetitions are suppressed."""
        s, i = c.up("s"), c.up("i")
        announced(c, s)
        i.wait_route(c.prefix(), lambda route: route[more[0][1]] is None)
        announced(c, s, extra=more)
        i.wait_route(c.prefix(), lambda route: route[more[0][1]] is not None)
        announced(c, s)
        i.wait_route(c.prefix(), lambda route: route[more[0][1]] is None)
    add(f"propagation.change_of_{label}", changed, s=EXTERNAL(65001), i=INTERNAL())


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def flapping_ends_as_it_ended(c):
    s, e = c.up("s"), c.up("e")
    for number in range(200):
        announced(c, s, extra=[bgp.communities(f"9:{number}")])
        if number % 3 == 0:
            s.send(bgp.update(withdrawn=bgp.prefix(c.prefix())))
    c.barrier(s, e)
    equal(e.route(c.prefix()).communities(), ["9:199"], "the last word")


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def default_and_host_routes(c):
    s, e = c.up("s"), c.up("e")
    texts = ["0.0.0.0/0", "30.254.0.1/32", "30.254.0.0/31", "128.0.0.0/1"]
    s.send(bgp.update(c.good(s), bgp.prefixes(*texts)))
    six = ["::/0", "2001:db8:fffe::1/128", "2001:db8:fffe::/127"]
    s.send(bgp.update([bgp.origin(), bgp.as_path(65001), bgp.mp_reach(address("fd00::77"), bgp.prefixes(*six))]))
    for text in texts:
        e.wait_route(text)
    for text in six:
        e.wait_route(text, family=bgp.IPV6)
    s.send(bgp.update(withdrawn=bgp.prefixes(*texts)) + bgp.update([bgp.mp_unreach(bgp.prefixes(*six))]))
    for text in texts:
        e.wait_no_route(text)
    for text in six:
        e.wait_no_route(text, family=bgp.IPV6)


# --- sizes ----------------------------------------------------------------------------------------------------------------


def filled(c, s, number, size):
    """An UPDATE of exactly so many octets with one prefix."""
    bare = bgp.update(c.good(s), bgp.prefix(c.prefix(number)))
    extra = [attribute(220, bytes(size - len(bare) - 4), flags=0xd0)]
    message = bgp.update(c.good(s, extra=extra), bgp.prefix(c.prefix(number)))
    assert len(message) == size
    return message


for size in (4096, 4095, 4093, 4092, 4091, 4090, 4088):
    for replacing in (False, True):
        def near_the_limit(c, octets=size, first=replacing):
            """Prepending our AS takes 4 octets: what has no room is withdrawn, never kept as it was."""
            s, e = c.up("s"), c.up("e")
            if first:
                announced(c, s)
                e.wait_route(c.prefix())
            s.send(filled(c, s, 0, octets))
            c.barrier(s, e)
            route = e.route(c.prefix())
            if octets + 4 > 4096:
                check(route is None, "it stands although it has no room")
            else:
                check(route is not None and len(route[220]) > 3000, "not sent although it has room")
        add(f"propagation.size_{size}{'_replaces' if replacing else ''}", near_the_limit, s=EXTERNAL(65001),
            e=EXTERNAL(65002))


@case(s=EXTERNAL(65001), e=EXTERNAL(65002), x=EXTERNAL(65003))
def extended_messages_reach_those_who_take_them(c):
    """RFC 8654 §4: to a peer without the capability it has no room."""
    extended = bgp.mp(1) + bgp.mp(2) + bgp.EXTENDED_MESSAGE
    s, e = c.up("s", capabilities=extended + bgp.as4(65001)), c.up("e")
    x = c.connect("x")
    x.maximum = 65535
    x.establish(c.open("x", capabilities=extended + bgp.as4(65003)))
    announced(c, s)
    e.wait_route(c.prefix())
    s.send(filled(c, s, 0, 30000))
    x.wait_route(c.prefix(), lambda route: route[220] is not None)
    e.wait_no_route(c.prefix())
    announced(c, s)
    e.wait_route(c.prefix())


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def prefixes_of_equal_attributes_share_messages(c):
    s, e = c.up("s"), c.up("e")
    texts = [f"33.{number // 256}.{number % 256}.0/24" for number in range(3000)]
    for start in range(0, 3000, 500):
        s.send(bgp.update(c.good(s), bgp.prefixes(*texts[start:start + 500])))
    c.barrier(s, e)
    missing = [text for text in texts if e.route(text) is None]
    check(not missing, f"{len(missing)} are missing")
    used = {id(e.route(text).update) for text in texts}
    check(len(used) <= 20, f"{len(used)} messages for 3000 prefixes")


@case(s=EXTERNAL(65001), e=EXTERNAL(65002))
def many_prefixes_come_and_go(c):
    s, e = c.up("s"), c.up("e")
    texts = [f"34.{number // 256}.{number % 256}.0/24" for number in range(20000)]
    for start in range(0, len(texts), 900):
        s.send(bgp.update(c.good(s), bgp.prefixes(*texts[start:start + 900])))
    e.wait(lambda: all((bgp.IPV4, text, None) in e.routes for text in (texts[0], texts[-1])), "all of them")
    s.close()
    e.wait(lambda: not any((bgp.IPV4, text, None) in e.routes for text in (texts[0], texts[-1])), "their withdrawal")
    e.wait(lambda: not [key for key in e.routes if key[1].startswith("34.")], "the withdrawal of all")
