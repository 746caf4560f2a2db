#!/usr/bin/env python3
"""Writes the seeds of test/fuzz/corpus/TARGET/: messages as daemons send them, and a few that are wrong.

usage: test/fuzz/make_corpus.py      (writes beside itself; the files are in the repository)
"""
import pathlib

HERE = pathlib.Path(__file__).resolve().parent
MARKER = "ff" * 16


def attribute(flags, kind, value):
    octets = bytes.fromhex(value)
    if len(octets) > 255:
        return bytes([flags | 0x10, kind]) + len(octets).to_bytes(2, "big") + octets
    return bytes([flags, kind, len(octets)]) + octets


def update(withdrawn="", attributes=b"", nlri=""):
    gone = bytes.fromhex(withdrawn)
    return len(gone).to_bytes(2, "big") + gone + len(attributes).to_bytes(2, "big") + attributes + bytes.fromhex(nlri)


ORIGIN = attribute(0x40, 1, "00")
AS_PATH = attribute(0x40, 2, "0202 0000fde8 00010001")
AS_PATH_2 = attribute(0x40, 2, "0202 fde8 5ba0")
NEXT_HOP = attribute(0x40, 3, "0a000001")
LOCAL_PREF = attribute(0x40, 5, "00000064")
REACH6 = attribute(0x80, 14, "000201 20 20010db8000000000000000000000001 fe800000000000000000000000000001 00"
                             "30 20010db80001 40 20010db800020000")
REACH4 = attribute(0x80, 14, "000101 10 fe800000000000000000000000000001 00 18 0a0101")
UNREACH6 = attribute(0x80, 15, "000201 30 20010db80001")
REST = (attribute(0x80, 4, "00000005") + attribute(0x40, 6, "") + attribute(0xc0, 7, "0000fde8 0a000001")
        + attribute(0xc0, 8, "fde80001 ffffff01 ffff0000"))
REFLECTED = attribute(0x80, 9, "0a000003") + attribute(0x80, 10, "0a000001 0a000002")
LATE = (attribute(0xc0, 16, "0002fde800000001 4004fde847f42400") + attribute(0xc0, 32, "000000010000000200000003")
        + attribute(0xc0, 35, "0000fde8") + attribute(0xc0, 99, "0102030405"))
AS4 = (attribute(0xc0, 7, "5ba0 0a000001") + attribute(0xc0, 17, "0202 0000fde8 00010001")
       + attribute(0xc0, 18, "00010001 0a000001"))

# The first octet is what the session negotiated, see context_from() in targets.hpp.
INTERNAL, EXTERNAL, TWO_OCTETS, ADD_PATH, EXTENDED_NEXT_HOP = 0x00, 0x81, 0x02, 0x0c, 0x10
UPDATES = {
    "announce": (EXTERNAL, update("", ORIGIN + AS_PATH + NEXT_HOP + REST, "18 0a0101 20 0a020202 00")),
    "withdraw": (EXTERNAL, update("18 0a0101 08 0a")),
    "internal": (INTERNAL, update("", ORIGIN + AS_PATH + NEXT_HOP + LOCAL_PREF + REST + REFLECTED, "18 0a0101")),
    "everything": (INTERNAL, update("10 0a05", REACH6 + ORIGIN + AS_PATH + NEXT_HOP + LOCAL_PREF + REST + REFLECTED
                                    + UNREACH6 + LATE, "18 0a0101")),
    "ipv6": (EXTERNAL, update("", REACH6 + ORIGIN + AS_PATH)),
    "ipv6_withdraw": (EXTERNAL, update("", UNREACH6)),
    "ipv4_over_ipv6": (EXTERNAL | EXTENDED_NEXT_HOP, update("", REACH4 + ORIGIN + AS_PATH)),
    "two_octets": (EXTERNAL | TWO_OCTETS, update("", ORIGIN + AS_PATH_2 + NEXT_HOP + AS4, "18 0a0101")),
    "add_path": (INTERNAL | ADD_PATH, update("00000001 08 0a", ORIGIN + AS_PATH + NEXT_HOP + LOCAL_PREF,
                                             "00000001 18 0a0101 00000002 18 0a0101")),
    "end_of_rib": (INTERNAL, update()),
    "end_of_rib_ipv6": (INTERNAL, update("", attribute(0x80, 15, "000201"))),
    "bad_origin": (EXTERNAL, update("", attribute(0x40, 1, "07") + AS_PATH + NEXT_HOP, "18 0a0101")),
    "cut_short": (EXTERNAL, update("", ORIGIN + AS_PATH + NEXT_HOP + b"\x80\x04\x05\x00", "18 0a0101")),
    "duplicate": (EXTERNAL, update("", ORIGIN + ORIGIN + AS_PATH + NEXT_HOP, "18 0a0101")),
    "many_communities": (EXTERNAL, update("", ORIGIN + AS_PATH + NEXT_HOP + attribute(
        0xc0, 8, "".join(f"{i % 90:08x}" for i in range(120))), "18 0a0101")),
}

CAPABILITIES = {
    "all": "010400010001 01040002 0001 0200 050600010001 0002 0600 090103 400a c078 00010180 00020100"
           "4104 00010000 4504 00010103 4600 4707 00020180 012345 4907 056e6f646531 00 8000",
    "bird": "010400010001 0200 0600 4002 0078 4104 0000fc00 4600 4700",
    "frr": "010400010001 8000 0200 4600 41040000fc00 0600 4504 00010101 4902 0000 4002 0078",
}
OPENS = {
    "plain": "04 fc00 00b4 0a000001 00",
    "capabilities": "04 fc00 00b4 0a000001 10 02 0e 010400010001 0200 41040000fc00",
    "one_each": "04 5ba0 005a 0a000001 14 0206 010400010001 0202 0200 0206 4104 00010000",
    "extended": "04 fc00 00b4 0a000001 ff ff 0011 02 000e 010400010001 0200 41040000fc00",
    "version_3": "03 fc00 00b4 0a000001 00",
}

SEEDS = {
    "header": {"open": MARKER + "001d01", "update": MARKER + "001702", "notification": MARKER + "001503",
               "keepalive": MARKER + "001304", "route_refresh": MARKER + "001705", "bad": MARKER + "100106"},
    "open": OPENS,
    "capabilities": CAPABILITIES,
    "notification": {"hold_timer": "0400", "shutdown": "0602 05 48656c6c6f", "reset_utf8": "0604 03 e282ac",
                     "hard_reset": "0609 0602 0548656c6c6f", "length": "0102 1001"},
    "route_refresh": {"request": "0001 00 01", "begin": "0002 01 01", "end": "0002 02 01", "filter": "0001 00 01 0140"},
    "nlri": {"ipv4": "00 18 0a0101 00 20 0a020202", "ipv6": "01 30 20010db80001 80" + "20010db8" * 4,
             "ipv4_path_ids": "02 00000001 18 0a0101", "ipv6_path_ids": "03 00000001 20 20010db8"},
    "as_path": {"four": "00 0202 0000fde8 00010001", "two": "01 0202 fde8 5ba0",
                "sets": "00 0201 0000fde8 0102 00000001 00000002", "confederation": "00 0301 0000fde8 0201 00010001"},
    "update": {name: bytes([choice]) + body for name, (choice, body) in UPDATES.items()},
}

# Scripts of session_target.hpp: kind of peer, then steps. 00 choices: OPEN; 01: KEEPALIVE; 02 deviations local-preference …: UPDATE.
UP = "00 07 01"
SEEDS["session"] = {
    "external_announces": "00" + UP + "02 00 64 01 07 02 00 64 00 08 05 01 07",
    "internal_both_families": "01" + UP + "02 20 64 05 01 09 03 20 64 06 00 0a",
    "two_octet_numbers": "02" + UP + "02 00 64 01 07",
    "bad_attribute_then_more": "00" + UP + "02 10 64 00 00 00 00 00 00 40 01 01 07 01 07 02 00 64 01 08",
    "refresh_and_notification": "00" + UP + "06 04 00010001 06 04 00020101 07 02 0602",
    "flaps": "00" + UP + "02 00 64 01 07 0b" + UP + "02 00 64 01 07 0b" + UP,
    "silence_and_return": "00" + UP + "0c ff 0b" + UP + "0d 02 0e 02",
    "stalls": "00" + UP + "0f 0d 03 0d 04 0c 20 0f",
    "graceful": "00 00 a7 01 02 00 64 01 07 0b 00 e7 01 0c 40",
    "noise": "00" + UP + "08 20" + "ff" * 16 + "0013 04" + "ff" * 12,
    "lone_update": "00 0a 10 00000000 180a0101",
}

for target, seeds in SEEDS.items():
    folder = HERE / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for name, seed in seeds.items():
        (folder / name).write_bytes(seed if isinstance(seed, bytes) else bytes.fromhex(seed))
