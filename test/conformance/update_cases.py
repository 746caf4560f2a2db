"""Path attributes one by one: flags, lengths, values, duplicates, places, and what is missing. RFC 7606 §3, §4, §7."""

import bgp
from bgp import (AGGREGATOR, AS4_AGGREGATOR, AS4_PATH, AS_PATH, ATOMIC, CLUSTER_LIST, COMMUNITIES, EXT_COMMUNITIES,
                 LARGE_COMMUNITIES, LOCAL_PREF, MED, NEXT_HOP, ORIGIN, ORIGINATOR_ID, attribute, segment, u32)
from kit import check, equal
from update_rows import ACCEPT, NEW, PEER_AS, RESET, WITHDRAW, attributes_row, first, last, row, with_, without

EXTERNAL, INTERNAL, BOTH = ("external",), ("internal",), ("external", "internal")
TAGGED = bgp.community(NEW)
PATHS = {"external": segment(bgp.SEQUENCE, PEER_AS), "internal": b""}
GOOD = {ORIGIN: b"\0", NEXT_HOP: None, MED: u32(5), ATOMIC: b"", AGGREGATOR: u32(65001) + bytes(4),
        COMMUNITIES: TAGGED, EXT_COMMUNITIES: b"\0\2\xfd\xe9\0\0\0\1", LARGE_COMMUNITIES: u32(1) * 3}


def replaced(name, octets, outcome, subcode=None, kinds=BOTH, **options):
    """The attribute in its place, as the first and as the last: the place must not matter."""
    for place, put in (("", with_), ("_first", first), ("_last", last)):
        attributes_row(name + place, lambda attributes, put=put: put(attributes, octets), outcome, subcode, kinds=kinds,
                       **options)


# --- lengths and values ------------------------------------------------------------------------------------------------

for size in (0, 2, 5):
    replaced(f"origin_length_{size}", attribute(ORIGIN, bytes(size)), WITHDRAW)
for value in (3, 255):
    replaced(f"origin_value_{value}", attribute(ORIGIN, bytes([value])), WITHDRAW)
for value in (0, 1, 2):
    attributes_row(f"origin_value_{value}", lambda a, v=value: with_(a, bgp.origin(v)), ACCEPT,
                   look=lambda r, v=value: equal(r[ORIGIN], bytes([v]), "ORIGIN"))
for size in (0, 3, 5, 16):
    replaced(f"next_hop_length_{size}", attribute(NEXT_HOP, (b"\n\0\0\7" * 4)[:size]), WITHDRAW)
for label, address in {"zero": "0.0.0.0", "loopback": "127.0.0.1", "multicast": "224.0.0.5", "class_e": "240.0.0.1",
                       "broadcast": "255.255.255.255", "ours": "10.0.0.1"}.items():
    attributes_row(f"next_hop_{label}", lambda a, t=address: with_(a, bgp.next_hop(t)), WITHDRAW)
for kind, name in ((MED, "med"),):
    for size in (0, 3, 5):
        replaced(f"{name}_length_{size}", attribute(kind, bytes(size)), WITHDRAW)
for kind, name, sizes in ((LOCAL_PREF, "local_pref", (0, 3, 5)), (ORIGINATOR_ID, "originator_id", (0, 3, 5)),
                          (CLUSTER_LIST, "cluster_list", (0, 3, 5))):
    for size in sizes:
        replaced(f"{name}_length_{size}", attribute(kind, bytes(size)), WITHDRAW, kinds=INTERNAL)
        replaced(f"{name}_length_{size}_external", attribute(kind, bytes(size)), ACCEPT, kinds=EXTERNAL)
attributes_row("local_pref_from_outside", lambda a: with_(a, bgp.local_pref(999)), ACCEPT, kinds=EXTERNAL,
               look=lambda r: equal(r.number(LOCAL_PREF), 100, "LOCAL_PREF"))
attributes_row("originator_id_from_outside", lambda a: with_(a, bgp.originator_id("10.0.0.1")), ORIGINATOR_ID,
               kinds=EXTERNAL)
attributes_row("cluster_list_from_outside", lambda a: with_(a, bgp.cluster_list("10.0.0.1")), CLUSTER_LIST,
               kinds=EXTERNAL)
for size in (1, 4):
    replaced(f"atomic_aggregate_length_{size}", attribute(ATOMIC, bytes(size)), ATOMIC)
for size in (0, 6, 7, 9):
    replaced(f"aggregator_length_{size}", attribute(AGGREGATOR, bytes([0, 0, 1, 1, 1, 1, 1, 1, 1][:size])), AGGREGATOR)
for size in (0, 8):
    attributes_row(f"aggregator_length_{size}_two_octets", lambda a, n=size: with_(a, attribute(AGGREGATOR, b"\1" * n)),
                   AGGREGATOR, kinds=EXTERNAL, width=2)
attributes_row("aggregator_as_0", lambda a: with_(a, attribute(AGGREGATOR, bytes(4) + b"\1\1\1\1")), AGGREGATOR)
for size in (0, 3, 5):
    replaced(f"communities_length_{size}", attribute(COMMUNITIES, (TAGGED * 2)[:size]), WITHDRAW)
for size in (0, 7, 9):
    replaced(f"extended_communities_length_{size}", attribute(EXT_COMMUNITIES, bytes(size)), WITHDRAW)
for size in (0, 8, 11, 13):
    replaced(f"large_communities_length_{size}", attribute(LARGE_COMMUNITIES, bytes(size)), WITHDRAW)

SEGMENTS = {
    "type_0": segment(0, PEER_AS), "type_5": segment(5, PEER_AS), "type_255": segment(255, PEER_AS),
    "count_0": segment(2, PEER_AS) + segment(2), "count_too_large": segment(2, PEER_AS, count=2),
    "count_too_small": segment(2, PEER_AS, 7, count=1), "cut_after_the_type": segment(2, PEER_AS) + b"\2",
    "cut_in_a_number": segment(2, PEER_AS)[:-1], "only_a_type": b"\2", "of_two_octet_numbers": segment(2, PEER_AS, width=2),
    "as_0": segment(2, PEER_AS, 0), "as_0_in_a_set": segment(2, PEER_AS) + segment(1, 7, 0),
}
for label, octets in SEGMENTS.items():
    replaced(f"as_path_{label}", attribute(AS_PATH, octets), WITHDRAW)
for label, octets in {"confed_sequence": segment(3, 65010) + segment(2, PEER_AS),
                      "confed_set": segment(4, 65010) + segment(2, PEER_AS),
                      "confed_behind": segment(2, PEER_AS) + segment(3, 65010)}.items():
    attributes_row(f"as_path_{label}", lambda a, o=octets: with_(a, attribute(AS_PATH, o)), WITHDRAW, kinds=EXTERNAL)
attributes_row("as_path_first_as_is_another", lambda a: with_(a, bgp.as_path(64000, PEER_AS)), WITHDRAW, kinds=EXTERNAL)
attributes_row("as_path_empty_from_outside", lambda a: with_(a, bgp.as_path()), WITHDRAW, kinds=EXTERNAL)
attributes_row("as_path_loop", lambda a: with_(a, bgp.as_path(PEER_AS, 65000, 7)), WITHDRAW)
attributes_row("as_path_loop_in_a_set", lambda a: with_(a, attribute(AS_PATH, segment(2, PEER_AS) + segment(1, 9, 65000))),
               WITHDRAW)
attributes_row("as_path_with_a_set", lambda a: with_(a, attribute(AS_PATH, segment(2, PEER_AS) + segment(1, 8, 9))), ACCEPT)
attributes_row("as_path_of_300", lambda a: with_(a, bgp.as_path(PEER_AS, *range(1000, 1299))), ACCEPT,
               look=lambda r: equal(len(r.path()), 300, "its length"))
attributes_row("as_path_as_trans", lambda a: with_(a, bgp.as_path(PEER_AS, 23456)), ACCEPT)


# --- flags ---------------------------------------------------------------------------------------------------------------

def wrong_flags(kind, name, value, kinds=BOTH):
    right = bgp.FLAGS[kind]
    for label, flags in (("optional", right ^ 0x80), ("transitive", right ^ 0x40), ("both", right ^ 0xc0)):
        attributes_row(f"{name}_flag_{label}", lambda a, f=flags: with_(a, attribute(kind, value, flags=f)), WITHDRAW,
                       kinds=kinds)
    for label, flags in (("unused_bits", right | 0x0f), ("extended_length", right | 0x10)):
        attributes_row(f"{name}_flag_{label}", lambda a, f=flags: with_(a, attribute(kind, value, flags=f)), ACCEPT,
                       kinds=kinds)


wrong_flags(ORIGIN, "origin", b"\0")
wrong_flags(AS_PATH, "as_path", PATHS["external"])
wrong_flags(NEXT_HOP, "next_hop", b"\n\0\0\x63")
wrong_flags(MED, "med", u32(5))
wrong_flags(LOCAL_PREF, "local_pref", u32(100), INTERNAL)
wrong_flags(ATOMIC, "atomic_aggregate", b"")
wrong_flags(AGGREGATOR, "aggregator", u32(65001) + b"\1\1\1\1")
wrong_flags(COMMUNITIES, "communities", TAGGED)
wrong_flags(ORIGINATOR_ID, "originator_id", b"\1\1\1\1", INTERNAL)
wrong_flags(CLUSTER_LIST, "cluster_list", b"\1\1\1\1", INTERNAL)
wrong_flags(EXT_COMMUNITIES, "extended_communities", GOOD[EXT_COMMUNITIES])
wrong_flags(LARGE_COMMUNITIES, "large_communities", GOOD[LARGE_COMMUNITIES])
for kind in (LOCAL_PREF, ORIGINATOR_ID, CLUSTER_LIST):
    attributes_row(f"{bgp.ATTRIBUTE_NAMES[kind]}_flags_from_outside",
                   lambda a, k=kind: with_(a, attribute(k, b"\1\1\1\1", flags=0xff & ~0x10)), ACCEPT, kinds=EXTERNAL)
for kind in (ORIGIN, NEXT_HOP, AS_PATH):
    attributes_row(f"{bgp.ATTRIBUTE_NAMES[kind]}_flag_partial",
                   lambda a, k=kind: [bytes([o[0] | 0x20]) + o[1:] if o[1] == k else o for o in a], ACCEPT)

# --- twice, missing, in another order --------------------------------------------------------------------------------------

for kind, value in ((ORIGIN, b"\2"), (NEXT_HOP, b"\n\0\0\x63"), (MED, u32(9)), (COMMUNITIES, bgp.community("9:9")),
                    (AS_PATH, segment(2, PEER_AS, 9)), (ATOMIC, b""), (200, b"x"), (MED, b"\1")):
    flags = bgp.FLAGS.get(kind, 0xc0)
    label = bgp.ATTRIBUTE_NAMES.get(kind, "unknown") + ("_second_malformed" if value == b"\1" else "")

    def twice(attributes, k=kind, v=value, f=flags):
        """RFC 7606 §3 (g): all but the first are discarded."""
        if k not in [each[1] for each in attributes]:
            attributes = with_(attributes, attribute(k, u32(5) if k == MED else b"" if k == ATOMIC else b"1", flags=f))
        return [*attributes, attribute(k, v, flags=f)]

    def the_first(route, k=kind, v=value):
        check(v in (b"", b"x") or route[k] != v, "the second one counts")
    attributes_row(f"{label}_twice", twice, ACCEPT, look=the_first)
attributes_row("origin_first_malformed_twice", lambda a: [attribute(ORIGIN, b"\7"), *a], WITHDRAW)
for kind, kinds in ((ORIGIN, BOTH), (AS_PATH, BOTH), (NEXT_HOP, BOTH), (LOCAL_PREF, INTERNAL)):
    attributes_row(f"{bgp.ATTRIBUTE_NAMES[kind]}_missing", lambda a, k=kind: without(a, k), WITHDRAW, kinds=kinds)
attributes_row("attributes_all_missing", lambda a: [], WITHDRAW)
attributes_row("attributes_reversed", lambda a: a[::-1], ACCEPT)
for kind, kinds in ((ORIGIN, BOTH), (AS_PATH, BOTH), (LOCAL_PREF, INTERNAL)):
    row(f"ipv6_{bgp.ATTRIBUTE_NAMES[kind]}_missing", lambda s, k=kind: bgp.update(without(s.good6(), k)), WITHDRAW,
        kinds=kinds, family=bgp.IPV6)
row("next_hop_missing_beside_mp_reach", lambda s: bgp.update(s.good6(), bgp.prefix(s.victim)), WITHDRAW)
row("next_hop_needless_in_ipv6", lambda s: bgp.update(with_(s.good6(), bgp.next_hop("0.0.0.0"))), ACCEPT, family=bgp.IPV6)
row("next_hop_malformed_in_ipv6", lambda s: bgp.update(with_(s.good6(), attribute(NEXT_HOP, b"\1"))), WITHDRAW,
    family=bgp.IPV6)

# --- AS numbers of two octets: RFC 6793 -------------------------------------------------------------------------------------

LARGE = 4200000007


def merged(name, path, as4, wanted, more=()):
    """path: AS_PATH's value with two octets; as4: AS4_PATH's value; wanted: the numbers that the observer sees."""
    attributes_row(f"as4_path_{name}", lambda a: with_(a, attribute(AS_PATH, path), attribute(AS4_PATH, as4), *more),
                   ACCEPT, kinds=EXTERNAL, width=2, look=lambda r: equal(r.path(), wanted, "AS_PATH"))


def old(*asns):
    return segment(2, *asns, width=2)


merged("of_the_same_length", old(PEER_AS, 23456), segment(2, PEER_AS, LARGE), [PEER_AS, LARGE])
merged("shorter", old(PEER_AS, 7, 23456), segment(2, LARGE), [PEER_AS, 7, LARGE])
merged("longer_is_ignored", old(PEER_AS, 23456), segment(2, 1, 2, 3), [PEER_AS, 23456])
merged("with_confed_segments", old(PEER_AS, 23456), segment(3, 65010) + segment(2, LARGE), [PEER_AS, LARGE])
merged("of_type_9", old(PEER_AS, 23456), segment(9, LARGE), [PEER_AS, 23456])
merged("cut", old(PEER_AS, 23456), segment(2, LARGE)[:-1], [PEER_AS, 23456])
merged("empty", old(PEER_AS, 23456), b"", [PEER_AS, 23456])
merged("aggregator_not_as_trans", old(PEER_AS, 23456), segment(2, PEER_AS, LARGE), [PEER_AS, 23456],
       [attribute(AGGREGATOR, b"\0\7\1\1\1\1"), attribute(AS4_AGGREGATOR, u32(LARGE) + b"\1\1\1\1")])
merged("aggregator_as_trans", old(PEER_AS, 23456), segment(2, PEER_AS, LARGE), [PEER_AS, LARGE],
       [attribute(AGGREGATOR, b"\x5b\xa0\1\1\1\1"), attribute(AS4_AGGREGATOR, u32(LARGE) + b"\1\1\1\1")])
attributes_row("as4_aggregator_merged", lambda a: with_(
    a, attribute(AGGREGATOR, b"\x5b\xa0\1\1\1\1"), attribute(AS4_AGGREGATOR, u32(LARGE) + b"\2\2\2\2")), ACCEPT,
    kinds=EXTERNAL, width=2, look=lambda r: equal(r[AGGREGATOR][:4], u32(LARGE), "AGGREGATOR"))
for size in (0, 7, 9):
    attributes_row(f"as4_aggregator_length_{size}", lambda a, n=size: with_(
        a, attribute(AGGREGATOR, b"\x5b\xa0\1\1\1\1"), attribute(AS4_AGGREGATOR, b"\1" * n)), AS4_AGGREGATOR,
        kinds=EXTERNAL, width=2, look=lambda r: equal(r[AGGREGATOR][:4], u32(23456), "AGGREGATOR"))
for kind, value in ((AS4_PATH, segment(2, LARGE)), (AS4_PATH, b"\7"), (AS4_AGGREGATOR, u32(7) * 2), (AS4_AGGREGATOR, b"")):
    attributes_row(f"{bgp.ATTRIBUTE_NAMES[kind]}_from_a_new_speaker_{len(value)}",
                   lambda a, k=kind, v=value: with_(a, attribute(k, v)), kind)

# --- attributes that nobody knows --------------------------------------------------------------------------------------------


def passed_on(route):
    equal(route[200], b"value", "the attribute")
    equal(route.flags[200] & 0xe0, 0xe0, "flags, Partial set")


attributes_row("unknown_transitive", lambda a: with_(a, attribute(200, b"value", flags=0xc0)), ACCEPT, look=passed_on)
attributes_row("unknown_transitive_partial", lambda a: with_(a, attribute(200, b"value", flags=0xe0)), ACCEPT,
               look=passed_on)
attributes_row("unknown_transitive_extended", lambda a: with_(a, attribute(200, b"value", flags=0xd0)), ACCEPT,
               look=passed_on)
attributes_row("unknown_transitive_long", lambda a: with_(a, attribute(200, bytes(1000), flags=0xd0)), ACCEPT,
               look=lambda r: equal(r[200], bytes(1000), "the attribute"))
attributes_row("unknown_transitive_empty", lambda a: with_(a, attribute(200, b"", flags=0xc0)), ACCEPT,
               look=lambda r: equal(r[200], b"", "the attribute"))
attributes_row("unknown_transitive_first", lambda a: first(a, attribute(200, b"value", flags=0xc0)), ACCEPT, look=passed_on)
attributes_row("unknown_type_0_transitive", lambda a: with_(a, attribute(0, b"v", flags=0xc0)), ACCEPT)
attributes_row("unknown_non_transitive", lambda a: with_(a, attribute(200, b"value", flags=0x80)), 200)
attributes_row("unknown_several", lambda a: with_(a, *[attribute(k, b"v", flags=0xc0) for k in range(210, 240)]), ACCEPT,
               look=lambda r: check(all(r[k] == b"v" for k in range(210, 240)), "some are lost"))
for flags in (0x40, 0x00, 0x60):
    attributes_row(f"unknown_well_known_{flags:02x}", lambda a, f=flags: with_(a, attribute(200, b"v", flags=f)), RESET, 2)
