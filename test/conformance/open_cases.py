"""OPEN: every field, every way to write the optional parameters, every capability. RFC 4271 §4.2 and §6.2, 5492, 6286,
6793, 9072."""

import bgp
from bgp import as4, capability, mp, parameter
from kit import DAEMON4, EXTERNAL, INTERNAL, add, case, check, equal

UNSPECIFIC, VERSION, BAD_AS, BAD_IDENTIFIER, PARAMETER, HOLD, CAPABILITY, ROLE = 0, 1, 2, 3, 4, 6, 7, 11


def refused(name, make, subcode, data=None, asn=65001, internal=False):
    """make(c): the OPEN; it is answered by NOTIFICATION 2/subcode."""
    def play(c):
        a = c.connect("a")
        a.wait_open()
        a.send(make(c))
        a.expect_notification(2, subcode, data)
        check(a.count(bgp.KEEPALIVE) == 0, "a KEEPALIVE although the OPEN was refused")
    add(f"open.{name}", play, a=INTERNAL() if internal else EXTERNAL(asn))


def accepted(name, make, asn=65001, two_octets=False):
    """make(c): the OPEN; the session comes up and carries IPv4 routes."""
    def play(c):
        a, b = c.connect("a"), c.up("b")
        a.establish(make(c))
        a.send(bgp.update(c.good(a, width=2 if two_octets else 4), bgp.prefix(c.prefix())))
        b.wait_route(c.prefix())
    add(f"open.{name}", play, a=EXTERNAL(asn), b=EXTERNAL(65002))


def plain(c, **fields):
    return c.open("a", **fields)


# --- the fixed fields ------------------------------------------------------------------------------------------------

for version in (0, 1, 2, 3, 5, 255):
    refused(f"version_{version}", lambda c, v=version: plain(c, version=v), VERSION, b"\0\4")
for hold in (1, 2):
    refused(f"hold_time_{hold}", lambda c, h=hold: plain(c, hold=h), HOLD)
for hold in (0, 3, 4, 65535):
    accepted(f"hold_time_{hold}", lambda c, h=hold: plain(c, hold=h))
refused("as_0", lambda c: plain(c, my_as=0, capabilities=mp(1)), BAD_AS)
refused("as_of_another", lambda c: plain(c, asn=65099), BAD_AS)
refused("as_of_another_two_octets", lambda c: plain(c, my_as=65099, capabilities=mp(1)), BAD_AS)
refused("as_4_of_another", lambda c: plain(c, my_as=65001, capabilities=mp(1) + as4(65099)), BAD_AS)
refused("as_4_is_0", lambda c: plain(c, my_as=65001, capabilities=mp(1) + as4(0)), BAD_AS)
refused("as_4_is_0_beside_as_trans", lambda c: plain(c, my_as=23456, capabilities=mp(1) + as4(0)), BAD_AS)
refused("as_4_is_needed", lambda c: plain(c, my_as=23456, capabilities=mp(1)), BAD_AS, asn=4200000001)
refused("as_internal_but_other", lambda c: plain(c, asn=65099), BAD_AS, internal=True)
accepted("as_4_large", lambda c: plain(c), asn=4200000001)
accepted("as_two_octets_only", lambda c: plain(c, capabilities=mp(1)), two_octets=True)
accepted("as_trans_beside_small_as_4", lambda c: plain(c, my_as=23456, capabilities=mp(1) + as4(65001)))

refused("identifier_0", lambda c: plain(c, identifier="0.0.0.0"), BAD_IDENTIFIER)
refused("identifier_is_ours_internal", lambda c: plain(c, identifier=DAEMON4), BAD_IDENTIFIER, internal=True)
accepted("identifier_is_ours_external", lambda c: plain(c, identifier=DAEMON4))
accepted("identifier_is_multicast", lambda c: plain(c, identifier="224.0.0.1"))  # RFC 6286: any non-zero number
accepted("identifier_is_broadcast", lambda c: plain(c, identifier="255.255.255.255"))


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def identifier_of_two_external_peers(c):
    """RFC 6286: two peers of different ASes may have one identifier."""
    a, b = c.up("a", identifier="192.0.2.1"), c.up("b", identifier="192.0.2.1")
    c.alive(a, b)


# --- the length of the message and of the parameters ------------------------------------------------------------------

TWO = parameter(2, mp(1)) + parameter(2, as4(65001))
accepted("parameters_none", lambda c: plain(c, parameters=b"", my_as=65001), two_octets=True)
accepted("parameters_one_for_each_capability", lambda c: plain(c, parameters=TWO))
accepted("parameters_in_another_order", lambda c: plain(c, parameters=parameter(2, as4(65001)) + parameter(2, mp(1))))
accepted("parameters_empty_capabilities", lambda c: plain(c, parameters=parameter(2) + TWO))
accepted("parameters_254_octets", lambda c: plain(
    c, parameters=TWO + parameter(2, capability(200, bytes(254 - len(TWO) - 4)))))
accepted("parameters_255_octets", lambda c: plain(
    c, parameters=TWO + parameter(2, capability(200, bytes(255 - len(TWO) - 4)))))
refused("parameters_longer_than_the_message", lambda c: plain(c, parameters=TWO, length=len(TWO) + 1), UNSPECIFIC)
refused("parameters_shorter_than_the_message", lambda c: plain(c, parameters=TWO, length=len(TWO) - 8), UNSPECIFIC)
refused("parameters_length_0_but_some", lambda c: plain(c, parameters=TWO, length=0), UNSPECIFIC)
refused("parameters_length_255_but_none", lambda c: plain(c, parameters=b"", length=255), UNSPECIFIC)
refused("parameter_cut_after_its_type", lambda c: plain(c, parameters=TWO + b"\2"), UNSPECIFIC)
refused("parameter_overruns", lambda c: plain(c, parameters=parameter(2, mp(1), length=20)), UNSPECIFIC)
refused("parameter_authentication", lambda c: plain(c, parameters=TWO + parameter(1, b"\0")), (PARAMETER, 5))
refused("parameter_unknown", lambda c: plain(c, parameters=TWO + parameter(77, b"\0")), PARAMETER)
refused("parameter_0", lambda c: plain(c, parameters=TWO + parameter(0)), PARAMETER)
refused("capability_overruns", lambda c: plain(c, parameters=parameter(2, capability(1, b"\0\1\0\1", length=5))),
        UNSPECIFIC)
refused("capability_cut_after_its_code", lambda c: plain(c, parameters=parameter(2, mp(1) + b"\2")), UNSPECIFIC)

EXTENDED = bgp.extended_parameters((2, mp(1)), (2, as4(65001)))
LONG = bgp.extended_parameters((2, mp(1) + as4(65001) + capability(200, bytes(250)) + capability(201, bytes(250))))


def raw(c, tail, length=None):
    """An OPEN that ends with these octets, the length of the parameters included."""
    head = bgp.open_body(65001, 90, c.identifier("a"))[:-1]
    return bgp.message(bgp.OPEN, head + tail, length)


accepted("extended_short", lambda c: raw(c, EXTENDED))
accepted("extended_long", lambda c: raw(c, LONG))
accepted("extended_with_another_length_octet", lambda c: raw(c, b"\x08" + EXTENDED[1:]))
refused("extended_longer_than_the_message", lambda c: raw(c, b"\xff\xff\0\x20" + EXTENDED[4:]), UNSPECIFIC)
refused("extended_shorter_than_the_message", lambda c: raw(c, b"\xff\xff\0\x09" + EXTENDED[4:]), UNSPECIFIC)
refused("extended_length_cut", lambda c: raw(c, b"\xff\xff\0"), UNSPECIFIC)
refused("extended_parameter_overruns", lambda c: raw(c, b"\xff\xff\0\x05\2\0\x09" + mp(1)[:2]), UNSPECIFIC)
refused("extended_parameter_cut", lambda c: raw(c, b"\xff\xff\0\2\2\0"), UNSPECIFIC)
refused("extended_parameter_unknown", lambda c: raw(c, bgp.extended_parameters((2, mp(1)), (77, b""))), PARAMETER)


@case(a=EXTERNAL(65001))
def length_28(c):
    """RFC 4271 §6.1: an OPEN has at least 29 octets."""
    a = c.connect("a")
    a.wait_open()
    a.send(bgp.message(bgp.OPEN, plain(c, parameters=b"")[19:-1]))
    a.expect_notification(1, 2, b"\0\x1c")


@case(a=EXTERNAL(65001))
def length_4097(c):
    """RFC 8654 §4: an OPEN is never extended."""
    a = c.connect("a")
    a.wait_open()
    a.send(bgp.message(bgp.OPEN, plain(c)[19:], length=4097))
    a.expect_notification(1, 2, b"\x10\x01")


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def arrives_octet_by_octet(c):
    a, b = c.connect("a"), c.up("b")
    for octet in c.open("a") + bgp.KEEPALIVE_MESSAGE:
        a.send(bytes([octet]))
    a.wait_message(bgp.KEEPALIVE)
    c.alive(a, b)


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def arrives_with_all_that_follows(c):
    """OPEN, KEEPALIVE and an UPDATE in one segment."""
    a, b = c.connect("a"), c.up("b")
    a.send(c.open("a") + bgp.KEEPALIVE_MESSAGE + bgp.update(c.good(a), bgp.prefix(c.prefix())))
    b.wait_route(c.prefix())


# --- capabilities ----------------------------------------------------------------------------------------------------

BASE = mp(1) + as4(65001)
GOOD_CAPABILITIES = {
    "refresh": capability(2), "extended_next_hop": capability(5, bytes.fromhex("000100010002")),
    "extended_next_hop_empty": capability(5), "extended_message": capability(6),
    "graceful_restart": bgp.graceful_restart(120, (1, 1, 0x80)),
    "graceful_restart_no_family": bgp.graceful_restart(0x8000 | 5),
    "graceful_restart_unknown_family": bgp.graceful_restart(120, (25, 70, 0x80)),
    "add_path": bgp.add_path((1, 1, 1)),  # it takes paths with ids; those it sends have none
    "add_path_direction_0": bgp.add_path((1, 1, 0)),
    "add_path_direction_4": bgp.add_path((1, 1, 4)), "add_path_unknown_family": bgp.add_path((99, 99, 3)),
    "enhanced_refresh": capability(70), "long_lived": capability(71, bytes.fromhex("00010180000e10")),
    "long_lived_empty": capability(71), "fqdn": capability(73, b"\4host\3net"), "fqdn_cut": capability(73, b"\x09ho"),
    "cisco_refresh": capability(128), "unknown": capability(199, b"whatever"), "unknown_empty": capability(250),
    "code_0": capability(0), "code_255": capability(255, bytes(10)), "dynamic": capability(67, b"\1\2\3"),
    "orf": capability(3, bytes.fromhex("00010001014003")),
    "multiprotocol_reserved": mp(2, reserved=255), "multiprotocol_unknown": mp(99, 99),
    "multiprotocol_twice": mp(1) + mp(1), "as_4_twice": as4(65001),
}
for label, octets in GOOD_CAPABILITIES.items():
    accepted(f"capability_{label}", lambda c, o=octets: plain(c, capabilities=BASE + o))
    accepted(f"capability_{label}_first_and_repeated", lambda c, o=octets: plain(c, capabilities=o + BASE + o * 2))

BAD_CAPABILITIES = {
    "multiprotocol_0": capability(1), "multiprotocol_3": capability(1, b"\0\1\0"),
    "multiprotocol_5": capability(1, b"\0\1\0\1\0"), "as_4_0": capability(65), "as_4_2": capability(65, b"\xfd\xe9"),
    "as_4_5": capability(65, b"\0\0\xfd\xe9\0"), "refresh_1": capability(2, b"\0"),
    "extended_next_hop_5": capability(5, bytes(5)), "extended_message_1": capability(6, b"\0"),
    "graceful_restart_0": capability(64), "graceful_restart_1": capability(64, b"\0"),
    "graceful_restart_3": capability(64, bytes(3)), "add_path_3": capability(69, bytes(3)),
    "add_path_5": capability(69, bytes(5)), "enhanced_refresh_1": capability(70, b"\0"),
    "long_lived_6": capability(71, bytes(6)), "role_0": capability(9), "role_2": capability(9, bytes(2)),
}


def bad_length(label, octets):
    """RFC 5492 leaves open what follows from a capability of impossible length: an OPEN error, or ignoring it."""
    def play(c):
        a = c.connect("a")
        a.wait_open()
        a.send(plain(c, capabilities=BASE + octets))
        a.wait(lambda: a.notification or a.count(bgp.KEEPALIVE), "an answer")
        if a.notification:
            a.expect_notification(2, (UNSPECIFIC, CAPABILITY, BAD_AS))
    add(f"open.capability_length_{label}", play, a=EXTERNAL(65001))


for label, octets in BAD_CAPABILITIES.items():
    bad_length(label, octets)


@case(a=EXTERNAL(65001))
def no_common_family(c):
    """RFC 5492 §5, RFC 4760 §8: the data names a capability that the peer lacks."""
    a = c.connect("a")
    a.wait_open()
    a.send(c.open("a", capabilities=mp(25, 70) + as4(65001)))
    a.expect_notification(2, CAPABILITY)
    equal(a.notification[2][:2], b"\1\4", "the data begins with the capability")


@case(a=EXTERNAL(65001, families=("ipv6",)))
def no_multiprotocol_but_ipv6_wanted(c):
    a = c.connect("a")
    a.wait_open()
    a.send(c.open("a", capabilities=as4(65001)))
    a.expect_notification(2, CAPABILITY)


@case(a=EXTERNAL(65001))
def ours_offers_what_we_speak(c):
    a = c.connect("a")
    a.wait_open()
    offers = a.open["capabilities"]
    equal(a.open["version"], 4, "version")
    equal(a.open["hold"], 90, "hold time")
    equal(a.open["identifier"], DAEMON4, "identifier")
    equal(a.open["as"], c.local_as, "AS")
    for wanted in ((1, b"\0\1\0\1"), (1, b"\0\2\0\1"), (2, b""), (6, b""), (65, bgp.u32(c.local_as))):
        check(wanted in offers, f"capability {wanted} is not offered: {offers}")


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def one_family_each(c):
    """Only what both offered is sent."""
    a, b = c.up("a", capabilities=mp(2) + as4(65001)), c.up("b")
    b.send(bgp.update(c.good(b), bgp.prefix(c.prefix())))
    reach = bgp.mp_reach(bgp.address("fd00::99"), bgp.prefix(c.prefix6()))
    b.send(bgp.update([bgp.origin(), bgp.as_path(65002), reach]))
    a.wait_route(c.prefix6(), family=bgp.IPV6)
    check(a.route(c.prefix()) is None, "an IPv4 route on a session of IPv6 alone")
