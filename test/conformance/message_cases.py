"""The UPDATE as a whole: lengths, the attribute list, prefixes, MP_REACH_NLRI and MP_UNREACH_NLRI, End-of-RIB.
RFC 4271 §4.3 and §6.3, RFC 7606 §3 to §5, RFC 4760, RFC 4724 §2."""

import bgp
from bgp import IPV6, MP_REACH, MP_UNREACH, attribute, mp_reach, mp_unreach, prefix, u16, update
from kit import EXTERNAL, INTERNAL, case, check
from update_rows import ACCEPT, NEW, RESET, WITHDRAW, attributes_row, first, last, row, with_, without

HOP6 = bgp.address("fd00::77")
LINK_LOCAL = bgp.address("fe80::77")

# --- lengths of the message's parts -----------------------------------------------------------------------------------------

row("withdrawn_length_overruns", lambda s: update(s.good(), prefix(s.victim), withdrawn_length=4000), RESET, 1)
row("withdrawn_length_65535", lambda s: update(s.good(), prefix(s.victim), withdrawn_length=65535), RESET, 1)
row("attributes_length_overruns", lambda s: update(s.good(), prefix(s.victim), attributes_length=4000), RESET, 1)
row("attributes_length_one_too_many", lambda s: update(s.good(), attributes_length=len(b"".join(s.good())) + 1), RESET, 1)
row("attributes_length_missing", lambda s: bgp.message(bgp.UPDATE, u16(2) + b"\0\0" + b"\0"), RESET, 1)
row("attributes_length_one_short", lambda s: update(
    s.good(), prefix(s.victim), attributes_length=len(b"".join(s.good())) - 1), RESET, (1, 10))

# --- the list of attributes: RFC 7606 §4 ------------------------------------------------------------------------------------

for label, tail in {"one_octet": b"\x80", "two_octets": b"\x80\4", "extended_header_cut": b"\x90\4\0",
                    "value_overruns": b"\x80\4\5\0\0\0\0", "value_overruns_by_all": b"\x80\4\xff",
                    "extended_overruns": b"\x90\4\xff\xff\0\0\0\0", "unknown_overruns": b"\xc0\xc8\x09abc"}.items():
    row(f"list_ends_with_{label}", lambda s, t=tail: update([*s.good(), t], prefix(s.victim)), WITHDRAW)
    row(f"list_ends_with_{label}_after_mp_reach",
        lambda s, t=tail: update([*without(s.good6(), MP_REACH), *[o for o in s.good6() if o[1] == MP_REACH], t]),
        WITHDRAW, family=IPV6)
    row(f"list_ends_with_{label}_nothing_reachable", lambda s, t=tail: update([*s.good(), t]), RESET)
row("list_origin_eats_the_rest", lambda s: update(b"\x40\1\xff" + b"".join(without(s.good(), 1)), prefix(s.victim)), WITHDRAW)
row("list_mp_reach_overruns", lambda s: update(
    [*without(s.good6(), MP_REACH), attribute(MP_REACH, b"\0\2\1\x10" + HOP6 + b"\0", length=90)]), RESET)
row("list_mp_unreach_overruns", lambda s: update([attribute(MP_UNREACH, b"\0\2\1" + prefix(s.victim6), length=90)]), RESET)

# --- prefixes -----------------------------------------------------------------------------------------------------------------

row("nlri_length_33", lambda s: update(s.good(), prefix(s.victim) + b"\x21\1\1\1\1\0"), RESET, 10)
row("nlri_length_255", lambda s: update(s.good(), prefix(s.victim) + b"\xff\1\1\1\1"), RESET, 10)
row("nlri_overruns", lambda s: update(s.good(), prefix(s.victim) + b"\x18\1\1"), RESET, 10)
row("nlri_overruns_by_all", lambda s: update(s.good(), b"\x20"), RESET, 10)
row("withdrawn_prefix_length_33", lambda s: update(withdrawn=b"\x21\1\1\1\1\0"), RESET, (1, 10))
row("withdrawn_prefix_overruns", lambda s: update(withdrawn=b"\x18\1\1"), RESET, (1, 10))
row("nlri_trailing_bits", lambda s: update(s.good(), prefix(s.victim)[:-1] + bytes([prefix(s.victim)[-1] | 7])), ACCEPT)
row("nlri_the_same_twice", lambda s: update(s.good(), prefix(s.victim) * 2), ACCEPT)
row("nlri_withdrawn_and_announced", lambda s: update(s.good(), prefix(s.victim), withdrawn=prefix(s.victim)), ACCEPT)
row("nlri_multicast_beside_a_good_one", lambda s: update(s.good(), prefix("224.1.0.0/16") + prefix(s.victim)), ACCEPT)
row("withdrawn", lambda s: update(withdrawn=prefix(s.victim)), WITHDRAW)
row("withdrawn_trailing_bits", lambda s: update(withdrawn=prefix(s.victim)[:-1] + bytes([prefix(s.victim)[-1] | 7])), WITHDRAW)
row("withdrawn_unknown_prefix", lambda s: update(withdrawn=prefix("30.255.0.0/24"), attributes=s.good(),
                                                 nlri=prefix(s.victim)), ACCEPT)
row("withdrawn_by_mp_unreach_ipv4", lambda s: update([mp_unreach(prefix(s.victim), afi=1)]), WITHDRAW)
row("announced_by_mp_reach_ipv4", lambda s: update(with_(without(s.good(), bgp.NEXT_HOP), mp_reach(
    b"\n\0\x77\7", prefix(s.victim), afi=1))), ACCEPT)
row("error_withdraws_all_of_the_update", lambda s: update(
    with_(s.good(), attribute(bgp.ORIGIN, b"\7"), mp_reach(HOP6, prefix(s.victim6))), prefix(s.victim)), WITHDRAW,
    family=IPV6)

# --- MP_REACH_NLRI: RFC 7606 §5.3, §7.11 ----------------------------------------------------------------------------------------


def reach(name, make, outcome, subcode=None, **options):
    """make(scene): MP_REACH_NLRI, in the place of the good one, first and last."""
    for place, put in (("", with_), ("_first", first), ("_last", last)):
        row(f"mp_reach_{name}{place}", lambda s, put=put: update(put(s.good6(), make(s))), outcome, subcode, family=IPV6,
            **options)


for size in range(5):
    reach(f"of_{size}_octets", lambda s, n=size: attribute(MP_REACH, b"\0\2\1\0\0"[:n]), RESET)
for size in (0, 1, 4, 8, 15, 17, 24, 31, 33, 48, 255):
    reach(f"next_hop_length_{size}", lambda s, n=size: mp_reach((HOP6 * 16)[:n], prefix(s.victim6)), RESET)
reach("next_hop_overruns", lambda s: attribute(MP_REACH, b"\0\2\1\x10" + HOP6[:5]), RESET)
reach("next_hop_ends_the_attribute", lambda s: attribute(MP_REACH, b"\0\2\1\x10" + HOP6), RESET)
reach("two_next_hops", lambda s: mp_reach(HOP6 + LINK_LOCAL, prefix(s.victim6)), ACCEPT)
reach("reserved_octet", lambda s: mp_reach(HOP6, prefix(s.victim6), reserved=255), ACCEPT)
reach("next_hop_zero", lambda s: mp_reach(bytes(16), prefix(s.victim6)), WITHDRAW)
reach("next_hop_loopback", lambda s: mp_reach(bgp.address("::1"), prefix(s.victim6)), WITHDRAW)
reach("next_hop_multicast", lambda s: mp_reach(bgp.address("ff02::1"), prefix(s.victim6)), WITHDRAW)
reach("prefix_length_129", lambda s: mp_reach(HOP6, b"\x81" + bytes(17)), RESET)
reach("prefix_length_255", lambda s: mp_reach(HOP6, prefix(s.victim6) + b"\xff" + bytes(16)), RESET)
reach("prefix_overruns", lambda s: mp_reach(HOP6, prefix(s.victim6)[:-1]), RESET)
for label, family in {"afi_99": (99, 1), "afi_0": (0, 1), "safi_99": (2, 99), "safi_0": (2, 0), "vpn": (1, 128)}.items():
    # A family that was not negotiated: RFC 4760 §6 leaves ignoring it or resetting; what stands must not change.
    row(f"mp_reach_{label}_beside_ipv4", lambda s, f=family: update(
        with_(s.good(), mp_reach(HOP6, b"\x40" + bytes(8), *f)), prefix(s.victim)), ACCEPT)
    row(f"mp_unreach_{label}_alone", lambda s, f=family: update([mp_unreach(b"\x40" + bytes(8), *f)]) + update(
        s.good(), prefix(s.victim)), ACCEPT)
for label, flags in (("optional", 0x00), ("transitive", 0xc0), ("both", 0x40)):
    # RFC 7606 §5.3 counts the flags among the syntactic errors of these two.
    row(f"mp_reach_flag_{label}", lambda s, f=flags: update(
        with_(s.good6(), bytes([f]) + mp_reach(HOP6, prefix(s.victim6))[1:])), RESET)
    row(f"mp_unreach_flag_{label}", lambda s, f=flags: update([bytes([f]) + mp_unreach(prefix(s.victim6))[1:]]), RESET)
for label, flags in (("unused_bits", 0x8f), ("partial", 0xa0)):
    row(f"mp_reach_flag_{label}", lambda s, f=flags: update(
        with_(s.good6(), attribute(MP_REACH, mp_reach(HOP6, prefix(s.victim6))[3:], flags=f & ~0x10))), ACCEPT, family=IPV6)
row("mp_reach_flag_extended_length", lambda s: update(
    with_(s.good6(), attribute(MP_REACH, mp_reach(HOP6, prefix(s.victim6))[3:], flags=0x90))), ACCEPT, family=IPV6)
row("mp_reach_twice", lambda s: update([*s.good6(), mp_reach(HOP6, prefix(s.victim6))]), RESET, 1)
row("mp_reach_twice_of_two_families", lambda s: update(
    [*s.good6(), mp_reach(b"\n\0\0\7", prefix(s.victim), afi=1)]), RESET, 1)
row("mp_reach_without_prefixes", lambda s: update(with_(s.good6(), mp_reach(HOP6, b""))) + update(s.good6()), ACCEPT,
    family=IPV6)

# --- MP_UNREACH_NLRI -----------------------------------------------------------------------------------------------------------

for size in range(3):
    row(f"mp_unreach_of_{size}_octets", lambda s, n=size: update([attribute(MP_UNREACH, b"\0\2\1"[:n])]), RESET)
row("mp_unreach_prefix_length_129", lambda s: update([mp_unreach(b"\x81" + bytes(17))]), RESET)
row("mp_unreach_prefix_overruns", lambda s: update([mp_unreach(prefix(s.victim6)[:-1])]), RESET)
row("mp_unreach_twice", lambda s: update([mp_unreach(prefix(s.victim6))] * 2), RESET, 1)
row("mp_unreach", lambda s: update([mp_unreach(prefix(s.victim6))]), WITHDRAW, family=IPV6)
row("mp_unreach_beside_ipv4", lambda s: update(with_(s.good(), mp_unreach(prefix(s.victim6))), prefix(s.victim)), WITHDRAW,
    family=IPV6)
row("mp_unreach_beside_mp_reach", lambda s: update(with_(
    s.good6(), mp_unreach(prefix("2001:db8:ffff::/64")))), ACCEPT, family=IPV6)
row("mp_unreach_and_mp_reach_of_one_prefix", lambda s: update(with_(s.good6(), mp_unreach(prefix(s.victim6)))), ACCEPT,
    family=IPV6)
row("mp_unreach_with_errors_beside_it", lambda s: update(
    [attribute(bgp.ORIGIN, b"\7"), mp_unreach(prefix(s.victim6))]), RESET)

# --- nothing reachable: RFC 7606 §5.2 -----------------------------------------------------------------------------------------

row("nothing_reachable_bad_origin", lambda s: update([attribute(bgp.ORIGIN, b"\7")]), RESET, 6)
row("nothing_reachable_bad_length", lambda s: update([attribute(bgp.MED, b"\7")]), RESET, 5)
row("nothing_reachable_flags", lambda s: update([attribute(bgp.ORIGIN, b"\0", flags=0x80)]), RESET, 4)
row("nothing_reachable_withdrawn_and_bad_origin", lambda s: update(
    [attribute(bgp.ORIGIN, b"\7")], withdrawn=prefix(s.victim)), RESET, 6)
row("nothing_reachable_discard_only", lambda s: update(
    [attribute(bgp.ATOMIC, b"\7")], withdrawn=prefix(s.victim)), WITHDRAW)
row("nothing_reachable_sound_attributes", lambda s: update(s.good()) + update(s.good(), prefix(s.victim)), ACCEPT)
row("nothing_reachable_some_attributes", lambda s: update([bgp.origin()]) + update(s.good(), prefix(s.victim)), ACCEPT)

# --- several errors: the strongest counts ----------------------------------------------------------------------------------------

attributes_row("errors_discard_and_withdraw", lambda a: with_(a, attribute(bgp.ATOMIC, b"1"), attribute(bgp.MED, b"1")), WITHDRAW)
row("errors_withdraw_and_reset", lambda s: update(
    [attribute(bgp.ORIGIN, b"\7"), *without(s.good(), bgp.ORIGIN)], prefix(s.victim) + b"\x21\0\0\0\0\0"), RESET, (10, 6))
row("errors_withdraw_before_mp_reset", lambda s: update(with_(
    s.good6(), attribute(bgp.ORIGIN, b"\7"), attribute(MP_REACH, b"\0\2\1"))), RESET)

# --- End-of-RIB ------------------------------------------------------------------------------------------------------------------

for label, octets in {"ipv4": update(), "ipv6": update([mp_unreach()]), "ipv4_by_mp_unreach": update([mp_unreach(afi=1)]),
                      "extended_length": update([attribute(MP_UNREACH, b"\0\2\1", flags=0x90)]),
                      "of_another_family": update([mp_unreach(afi=25, safi=70)]),
                      "beside_an_attribute": update([bgp.origin(), mp_unreach()])}.items():
    row(f"end_of_rib_{label}", lambda s, o=octets: o * 2 + update(s.good(), prefix(s.victim)), ACCEPT)


@case(a=EXTERNAL(65001), b=INTERNAL())
def end_of_rib_comes_for_each_family(c):
    """RFC 4724 §2: once the table was sent, and once only."""
    b = c.up("b")
    b.wait(lambda: {bgp.IPV4, IPV6} <= set(b.ends_of_rib), "End-of-RIB of both families")
    a = c.up("a")
    c.barrier(a, b)
    check(len(b.ends_of_rib) == 2, f"{b.ends_of_rib}")


@case(a=EXTERNAL(65001), b=INTERNAL())
def end_of_rib_comes_after_the_table(c):
    a = c.up("a")
    late = c.connect("b")
    for number in range(20):
        a.send(update(c.good(a, extra=[bgp.communities(NEW)]), prefix(c.prefix(number))))
    c.json("show bgp summary") if c.has_shell else None
    late.establish(c.open("b"))
    late.wait(lambda: bgp.IPV4 in late.ends_of_rib, "End-of-RIB")
    for number in range(20):
        late.wait_route(c.prefix(number))
