"""A codec of BGP messages that can also write what must not be written.

Encoders take octets or plain values and never check; every length and flag can be given by hand. The decoder reads what
a daemon sends and raises Malformed on what no speaker may send, so each message a case receives is checked as well.
"""

import ipaddress
import struct

OPEN, UPDATE, NOTIFICATION, KEEPALIVE, REFRESH = 1, 2, 3, 4, 5
NAMES = {1: "OPEN", 2: "UPDATE", 3: "NOTIFICATION", 4: "KEEPALIVE", 5: "ROUTE-REFRESH"}
MARKER = b"\xff" * 16
IPV4, IPV6 = (1, 1), (2, 1)

OPTIONAL, TRANSITIVE, PARTIAL, EXTENDED = 0x80, 0x40, 0x20, 0x10
ORIGIN, AS_PATH, NEXT_HOP, MED, LOCAL_PREF, ATOMIC, AGGREGATOR, COMMUNITIES = 1, 2, 3, 4, 5, 6, 7, 8
ORIGINATOR_ID, CLUSTER_LIST, MP_REACH, MP_UNREACH, EXT_COMMUNITIES = 9, 10, 14, 15, 16
AS4_PATH, AS4_AGGREGATOR, LARGE_COMMUNITIES, OTC = 17, 18, 32, 35
SET, SEQUENCE, CONFED_SEQUENCE, CONFED_SET = 1, 2, 3, 4
FLAGS = {ORIGIN: 0x40, AS_PATH: 0x40, NEXT_HOP: 0x40, MED: 0x80, LOCAL_PREF: 0x40, ATOMIC: 0x40, AGGREGATOR: 0xc0,
         COMMUNITIES: 0xc0, ORIGINATOR_ID: 0x80, CLUSTER_LIST: 0x80, MP_REACH: 0x80, MP_UNREACH: 0x80,
         EXT_COMMUNITIES: 0xc0, AS4_PATH: 0xc0, AS4_AGGREGATOR: 0xc0, LARGE_COMMUNITIES: 0xc0, OTC: 0xc0}
ATTRIBUTE_NAMES = {ORIGIN: "origin", AS_PATH: "as_path", NEXT_HOP: "next_hop", MED: "med", LOCAL_PREF: "local_pref",
                   ATOMIC: "atomic_aggregate", AGGREGATOR: "aggregator", COMMUNITIES: "communities",
                   ORIGINATOR_ID: "originator_id", CLUSTER_LIST: "cluster_list", MP_REACH: "mp_reach",
                   MP_UNREACH: "mp_unreach", EXT_COMMUNITIES: "extended_communities", AS4_PATH: "as4_path",
                   AS4_AGGREGATOR: "as4_aggregator", LARGE_COMMUNITIES: "large_communities", OTC: "otc"}


class Malformed(Exception):
    """The daemon sent what the RFC forbids to send."""


def address(text):
    """The octets of an address, given as text or octets."""
    return text if isinstance(text, bytes) else ipaddress.ip_address(text).packed


def u16(value):
    return struct.pack("!H", value)


def u32(value):
    return struct.pack("!I", value)


# --- messages --------------------------------------------------------------------------------------------------


def message(kind, body=b"", length=None, marker=MARKER):
    return marker + struct.pack("!HB", 19 + len(body) if length is None else length, kind) + body


KEEPALIVE_MESSAGE = message(KEEPALIVE)


def notification(code, subcode=0, data=b""):
    return message(NOTIFICATION, bytes([code, subcode]) + data)


def refresh(afi=1, safi=1, subtype=0):
    return message(REFRESH, struct.pack("!HBB", afi, subtype, safi))


def capability(code, value=b"", length=None):
    return bytes([code, len(value) if length is None else length]) + value


def mp(afi, safi=1, reserved=0):
    return capability(1, struct.pack("!HBB", afi, reserved, safi))


def as4(asn):
    return capability(65, u32(asn))


def add_path(*entries):
    """entries: (afi, safi, direction)."""
    return capability(69, b"".join(struct.pack("!HBB", *entry) for entry in entries))


def graceful_restart(flags_and_time, *families):
    return capability(64, u16(flags_and_time) + b"".join(struct.pack("!HBB", *family) for family in families))


REFRESH_CAPABILITY, EXTENDED_MESSAGE, ENHANCED_REFRESH = capability(2), capability(6), capability(70)


def parameter(kind, value=b"", length=None):
    return bytes([kind, len(value) if length is None else length]) + value


def open_body(my_as, hold, identifier, parameters=b"", version=4, length=None):
    """length: the octet before the parameters."""
    return struct.pack("!BHH", version, my_as, hold) + address(identifier) + \
        bytes([min(len(parameters), 255) if length is None else length]) + parameters


def extended_parameters(*parameters):
    """RFC 9072: parameters are (type, value); what stands after the identifier, with its length octet."""
    octets = b"".join(bytes([kind]) + u16(len(value)) + value for kind, value in parameters)
    return b"\xff\xff" + u16(len(octets)) + octets


def open_message(asn, identifier, hold=90, capabilities=None, my_as=None, **body):
    """capabilities: octets of one parameter; None: IPv4 and IPv6 unicast, four-octet AS, refresh."""
    if capabilities is None:
        capabilities = mp(1) + mp(2) + as4(asn) + REFRESH_CAPABILITY
    if my_as is None:
        my_as = asn if asn < 65536 else 23456
    body.setdefault("parameters", parameter(2, capabilities) if capabilities else b"")
    return message(OPEN, open_body(my_as, hold, identifier, **body))


# --- attributes ------------------------------------------------------------------------------------------------


def attribute(kind, value=b"", flags=None, length=None):
    """flags: all of them; with the extended-length bit the length has two octets, which long values need."""
    if flags is None:
        flags = FLAGS[kind] | (EXTENDED if len(value) > 255 else 0)
    length = len(value) if length is None else length
    return bytes([flags, kind]) + (u16(length) if flags & EXTENDED else bytes([length & 255])) + value


def origin(value=0):
    return attribute(ORIGIN, bytes([value]))


def segment(kind, *asns, width=4, count=None):
    return bytes([kind, len(asns) if count is None else count]) + \
        b"".join(u32(asn) if width == 4 else u16(asn) for asn in asns)


def as_path(*asns, width=4):
    """One AS_SEQUENCE, or an empty path; long ones become several segments."""
    parts = [asns[start:start + 255] for start in range(0, len(asns), 255)]
    return attribute(AS_PATH, b"".join(segment(SEQUENCE, *part, width=width) for part in parts))


def next_hop(text):
    return attribute(NEXT_HOP, address(text))


def med(value):
    return attribute(MED, u32(value))


def local_pref(value):
    return attribute(LOCAL_PREF, u32(value))


def community(text):
    high, low = text.split(":")
    return struct.pack("!HH", int(high), int(low))


def communities(*values):
    """Texts such as "65000:1", or numbers."""
    return attribute(COMMUNITIES, b"".join(u32(v) if isinstance(v, int) else community(v) for v in values))


def large_communities(*values):
    return attribute(LARGE_COMMUNITIES, b"".join(struct.pack("!III", *value) for value in values))


def extended_communities(*values):
    return attribute(EXT_COMMUNITIES, b"".join(values))


def originator_id(text):
    return attribute(ORIGINATOR_ID, address(text))


def cluster_list(*texts):
    return attribute(CLUSTER_LIST, b"".join(address(text) for text in texts))


def prefix(text, path_id=None, length=None):
    """One prefix of an NLRI field. length: in place of the true number of bits."""
    network, _, bits = text.partition("/")
    octets = address(network)[:(int(bits) + 7) // 8]
    return (b"" if path_id is None else u32(path_id)) + bytes([int(bits) if length is None else length]) + octets


def prefixes(*texts, path_id=None):
    return b"".join(prefix(text, path_id) for text in texts)


def mp_reach(next_hop_octets, nlri, afi=2, safi=1, reserved=0, next_hop_length=None):
    return attribute(MP_REACH, struct.pack("!HBB", afi, safi, len(next_hop_octets) if next_hop_length is None
                                           else next_hop_length) + next_hop_octets + bytes([reserved]) + nlri)


def mp_unreach(nlri=b"", afi=2, safi=1):
    return attribute(MP_UNREACH, struct.pack("!HB", afi, safi) + nlri)


def update(attributes=b"", nlri=b"", withdrawn=b"", attributes_length=None, withdrawn_length=None):
    """attributes: octets, or a list of them."""
    if not isinstance(attributes, bytes):
        attributes = b"".join(attributes)
    return message(UPDATE, u16(len(withdrawn) if withdrawn_length is None else withdrawn_length) + withdrawn +
                   u16(len(attributes) if attributes_length is None else attributes_length) + attributes + nlri)


END_OF_RIB = update()


# --- reading what a daemon sent ----------------------------------------------------------------------------------


def read_open(body):
    """{version, as, hold, identifier, capabilities: [(code, value)]}."""
    version, my_as, hold = struct.unpack("!BHH", body[:5])
    rest, width = body[10:], 1
    if body[9] and rest[0] == 255:
        rest, width = rest[3:], 2
    found = []
    while rest:
        kind, length = rest[0], int.from_bytes(rest[1:1 + width], "big")
        value, rest = rest[1 + width:1 + width + length], rest[1 + width + length:]
        if kind != 2 or len(value) != length:
            raise Malformed("optional parameter of our OPEN")
        while value:
            found.append((value[0], value[2:2 + value[1]]))
            value = value[2 + value[1]:]
    asn = next((int.from_bytes(value, "big") for code, value in found if code == 65), my_as)
    return {"version": version, "my_as": my_as, "as": asn, "hold": hold,
            "identifier": str(ipaddress.ip_address(body[5:9])), "capabilities": found}


def read_prefixes(octets, afi, with_path_ids=False):
    """[(text, path id or None)]"""
    size, found = (4 if afi == 1 else 16), []
    while octets:
        path_id = None
        if with_path_ids:
            path_id, octets = int.from_bytes(octets[:4], "big"), octets[4:]
        bits, count = octets[0], (octets[0] + 7) // 8
        if bits > size * 8 or len(octets) < 1 + count:
            raise Malformed("NLRI")
        network = ipaddress.ip_address(octets[1:1 + count].ljust(size, b"\0"))
        found.append((f"{network}/{bits}", path_id))
        octets = octets[1 + count:]
    return found


def read_segments(value, width=4):
    """[(type, [AS])]"""
    found = []
    while value:
        kind, count = value[0], value[1]
        if len(value) < 2 + count * width or count == 0:
            raise Malformed("AS_PATH")
        found.append((kind, [int.from_bytes(value[2 + i * width:2 + (i + 1) * width], "big") for i in range(count)]))
        value = value[2 + count * width:]
    return found


class Update:
    """What one UPDATE said. withdrawn, announced: [(family, prefix, path id)]; attributes: {type: (flags, value)}."""

    def __init__(self, body, path_id_families=()):
        self.withdrawn, self.announced, self.attributes, self.mp_next_hop = [], [], {}, None
        length = int.from_bytes(body[:2], "big")
        withdrawn, rest = body[2:2 + length], body[2 + length:]
        length = int.from_bytes(rest[:2], "big")
        octets, nlri = rest[2:2 + length], rest[2 + length:]
        if len(octets) != length:
            raise Malformed("attribute list")
        self._add(self.withdrawn, withdrawn, IPV4, path_id_families)
        self._add(self.announced, nlri, IPV4, path_id_families)
        last = 0
        while octets:
            flags, kind, wide = octets[0], octets[1], octets[0] & EXTENDED
            start = 4 if wide else 3
            end = start + int.from_bytes(octets[2:start], "big")
            value = octets[start:end]
            if len(octets) < end or kind in self.attributes:
                raise Malformed("attribute")
            if kind in FLAGS and (flags & 0xc0) != FLAGS[kind]:
                raise Malformed(f"flags of attribute {kind}")
            if kind not in (MP_REACH, MP_UNREACH) and kind < last:
                raise Malformed("order of attributes")  # RFC 4271 §5: ascending, a SHOULD of senders
            last = kind if kind not in (MP_REACH, MP_UNREACH) else last
            self.attributes[kind] = (flags, value)
            octets = octets[end:]
        if MP_UNREACH in self.attributes:
            value = self.attributes[MP_UNREACH][1]
            self._add(self.withdrawn, value[3:], tuple(struct.unpack("!HB", value[:3])), path_id_families)
        if MP_REACH in self.attributes:
            value = self.attributes[MP_REACH][1]
            afi, safi, size = struct.unpack("!HBB", value[:4])
            self.mp_next_hop = value[4:4 + size]
            self._add(self.announced, value[5 + size:], (afi, safi), path_id_families)
        self.end_of_rib = None
        if not self.withdrawn and not self.announced:
            unreach = self.attributes.get(MP_UNREACH)
            self.end_of_rib = tuple(struct.unpack("!HB", unreach[1][:3])) if unreach else IPV4

    @staticmethod
    def _add(where, octets, family, path_id_families):
        where += [(family, text, path_id)
                  for text, path_id in read_prefixes(octets, family[0], family in path_id_families)]

    def value(self, kind):
        found = self.attributes.get(kind)
        return None if found is None else found[1]
