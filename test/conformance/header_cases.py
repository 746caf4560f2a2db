"""The message header: marker, length, type, in every state in which something can come. RFC 4271 §4.1 and §6.1, 8654."""

import bgp
from kit import EXTERNAL, add, case

EXTENDED = bgp.mp(1) + bgp.as4(65001) + bgp.REFRESH_CAPABILITY + bgp.EXTENDED_MESSAGE


def in_open_sent(c):
    a = c.connect("a")
    a.wait_open()
    return a


def in_open_confirm(c):
    a = in_open_sent(c)
    a.send(c.open("a"))
    a.wait_message(bgp.KEEPALIVE)
    return a


def established(c):
    return c.up("a")


def extended(c):
    return c.up("a", capabilities=EXTENDED)


STATES = {"open_sent": in_open_sent, "open_confirm": in_open_confirm, "established": established}


def refused(name, octets, subcode, data, states=None):
    for state, reach in (states or STATES).items():
        def play(c, reach=reach):
            a = reach(c)
            a.send(octets)
            a.expect_notification(1, subcode, data)
        add(f"header.{name}_in_{state}", play, a=EXTERNAL(65001))


for at in (0, 7, 15):
    refused(f"marker_octet_{at}", bgp.message(bgp.KEEPALIVE, marker=bytes(0xfe if i == at else 0xff for i in range(16))),
            1, b"")
refused("marker_zero", bgp.message(bgp.KEEPALIVE, marker=bytes(16)), 1, b"")
for length in (0, 1, 18):
    refused(f"length_{length}", bgp.message(bgp.KEEPALIVE, length=length), 2, bgp.u16(length))
for length in (4097, 65535):
    refused(f"length_{length}", bgp.message(bgp.UPDATE, bytes(4), length=length), 2, bgp.u16(length))
    refused(f"keepalive_length_{length}", bgp.message(bgp.KEEPALIVE, length=length), 2, bgp.u16(length),
            {"established": established, "extended": extended})
for kind in (0, 6, 7, 100, 127, 128, 254, 255):
    refused(f"type_{kind}", bgp.message(kind), 3, bytes([kind]))
refused("type_6_long", bgp.message(6, bytes(1000)), 3, b"\6")
refused("keepalive_20", bgp.message(bgp.KEEPALIVE, b"\0"), 2, b"\0\x14")
refused("keepalive_4096", bgp.message(bgp.KEEPALIVE, bytes(4077)), 2, b"\x10\0")
for size in (0, 1, 3):
    refused(f"update_{19 + size}", bgp.message(bgp.UPDATE, bytes(size)), 2, bgp.u16(19 + size))
for size in (0, 1):
    refused(f"notification_{19 + size}", bgp.message(bgp.NOTIFICATION, bytes(size)), 2, bgp.u16(19 + size))
for size in (0, 3):
    refused(f"refresh_{19 + size}", bgp.message(bgp.REFRESH, bytes(size)), 2, bgp.u16(19 + size),
            {"established": established})
refused("open_19", bgp.message(bgp.OPEN), 2, b"\0\x13")


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def length_4096_is_taken(c):
    a, b = established(c), c.up("b")
    head = bgp.update(c.good(a), bgp.prefix(c.prefix()))
    room = 4096 - len(head) - 4
    a.send(bgp.update(c.good(a, extra=[bgp.attribute(200, bytes(room), flags=0xd0)]), bgp.prefix(c.prefix())))
    c.alive(a, b)


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def length_65535_is_taken_when_extended(c):
    a, b = extended(c), c.up("b")
    filler = bgp.attribute(200, bytes(65535 - len(bgp.update(c.good(a), bgp.prefix(c.prefix()))) - 4), flags=0xd0)
    message = bgp.update(c.good(a, extra=[filler]), bgp.prefix(c.prefix()))
    assert len(message) == 65535
    a.send(message)
    c.alive(a, b)


@case(a=EXTERNAL(65001))
def length_4097_when_only_they_offer_it(c):
    """RFC 8654 §4: both must have offered it; kuland always does, so the peer's silence decides."""
    a = established(c)
    a.send(bgp.message(bgp.UPDATE, bytes(4), length=4097))
    a.expect_notification(1, 2, b"\x10\x01")


@case(a=EXTERNAL(65001))
def garbage_at_once(c):
    a = c.connect("a")
    a.send(b"GET / HTTP/1.1\r\nHost: example\r\n\r\n")
    a.expect_notification(1, 1, b"")


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def drips_octet_by_octet(c):
    """An UPDATE in single octets is one UPDATE; those after it as well."""
    a, b = established(c), c.up("b")
    for octet in bgp.update(c.good(a), bgp.prefix(c.prefix())):
        a.send(bytes([octet]))
    b.wait_route(c.prefix())
    c.alive(a, b)
