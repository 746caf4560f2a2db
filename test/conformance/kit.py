"""How a case is written, and what it gets.

    @case(a=EXTERNAL(65001), b=EXTERNAL(65002))
    def passes_a_route_on(c):
        a, b = c.up("a"), c.up("b")
        a.send(bgp.update(c.good(a), bgp.prefix(c.prefix())))
        b.wait_route(c.prefix())

in a module `thing_cases.py` is the case `thing.passes_a_route_on`. Keyword arguments are the peers: each case has peers of
its own in the daemon's configuration, each with its own address, AS and identifier; so cases of one setup share a daemon.
Tables register one case a row by `add`. Cases wait for conditions, never for time; `slow` ones, which wait for the
daemon's timers, run beside the others.
"""

import copy
import ipaddress
import re

import bgp
from daemons import DAEMON4, DAEMON6, PORT, Neighbor, Setup
from session import CaseFailed, Session

PLAIN = Setup("plain")
CASES = {}  # name → Case
SEED = 0    # of the random cases; set by the runner


class Case:
    def __init__(self, name, function, peers, setup, slow, only):
        self.name, self.function, self.peers, self.setup = name, function, peers, setup
        self.slow, self.only = slow, only  # only: a daemon's name
        self.number = 0  # given by the runner: which addresses and prefixes are its own


def add(name, function, setup=PLAIN, slow=False, only=None, **peers):
    if name in CASES:
        raise ValueError(f"two cases named {name}")
    peers = {key: copy.copy(neighbor) for key, neighbor in peers.items()}
    CASES[name] = Case(name, function, peers, setup, slow, only)


def case(setup=PLAIN, slow=False, only=None, **peers):
    def register(function):
        topic = re.sub(r"_cases$", "", function.__module__)
        add(f"{topic}.{function.__name__}", function, setup, slow, only, **peers)
        return function
    return register


def EXTERNAL(asn=65001, **options):
    return Neighbor(asn, **options)


def INTERNAL(**options):
    return Neighbor("internal", **options)


def CLIENT(**options):
    return Neighbor("internal", client=True, **options)


def check(condition, what):
    if not condition:
        raise CaseFailed(what() if callable(what) else what)


def equal(got, wanted, what):
    if got != wanted:
        def shown(value):
            return value.hex(" ") if isinstance(value, bytes) else repr(value)
        raise CaseFailed(f"{what}: wanted {shown(wanted)}, got {shown(got)}")


class Context:
    """What a case function gets."""

    def __init__(self, case_, daemon, neighbors):
        self.case, self.daemon, self.neighbors = case_, daemon, neighbors  # neighbors: {name: Neighbor}
        self.sessions, self.barriers = [], 0

    # Who is who.

    def address(self, name):
        return self.neighbors[name].address

    def asn(self, name):
        asn = self.neighbors[name].asn
        return self.daemon.setup.asn if asn == "internal" else asn

    @property
    def local_as(self):
        return self.daemon.setup.asn

    def identifier(self, name):
        """Of its IPv4 address, or one made of the case's number."""
        if self.neighbors[name].over_ipv6:
            return str(ipaddress.ip_address(0xac100000 + self.case.number * 8 + list(self.neighbors).index(name)))
        return self.address(name)

    def is_internal(self, name):
        return self.asn(name) == self.local_as

    def prefix(self, number=0):
        """A prefix no other case announces: 30.a.b.(number * 8)/29 of the case's /24."""
        return f"{ipaddress.ip_address(0x1e000000 + self.case.number * 256 + number * 8)}/29"

    def prefix6(self, number=0):
        return str(ipaddress.ip_network(f"2001:db8:{self.case.number:x}:{number:x}::/64"))

    # Sessions.

    def connect(self, name):
        """TCP only."""
        neighbor = self.neighbors[name]
        session = Session.connect(neighbor.address, DAEMON6 if neighbor.over_ipv6 else DAEMON4, PORT, name)
        session.spec_name = name
        self.sessions.append(session)
        return session

    def adopt(self, connection, name):
        """A connection the daemon made."""
        session = Session(connection, name)
        session.spec_name = name
        self.sessions.append(session)
        return session

    def open(self, name, **fields):
        """Our OPEN for the peer; fields as of bgp.open_message."""
        fields.setdefault("identifier", self.identifier(name))
        fields.setdefault("asn", self.asn(name))
        return bgp.open_message(**fields)

    def up(self, name, **fields):
        """An Established session, after the daemon's End-of-RIB where it sends one."""
        session = self.connect(name).establish(self.open(name, **fields))
        return session

    # Routes.

    def good(self, session, path=None, lp=100, extra=(), width=4, hop=None, origin=0, value=None):
        """The mandatory attributes as a sound peer sends them; extra: more attributes, put in order by type.

        value: the octets of AS_PATH in place of the numbers of `path`.
        """
        name = session.spec_name
        internal = self.is_internal(name)
        if path is None:
            path = () if internal else (self.asn(name),)
        attributes = [bgp.origin(origin),
                      bgp.as_path(*path, width=width) if value is None else bgp.attribute(bgp.AS_PATH, value),
                      bgp.next_hop(hop or (DAEMON4.replace(".1", ".250") if self.neighbors[name].over_ipv6
                                           else self.address(name)))]
        if internal:
            attributes.append(bgp.local_pref(lp))
        return sorted([*attributes, *extra], key=lambda octets: octets[1])

    def barrier(self, sender, *observers, number=31):
        """Once the observers have this route, the daemon has taken all that the sender sent before."""
        prefix = self.prefix(number)
        self.barriers += 1
        tag = f"64999:{self.barriers}"
        sender.send(bgp.update(self.good(sender, extra=[bgp.communities(tag)], width=sender.width),
                               bgp.prefix(prefix)))
        for observer in observers:
            observer.wait_route(prefix, lambda route: tag in route.communities())

    def alive(self, session, observer):
        """The session still works: what it announces now arrives."""
        self.barrier(session, observer, number=30)

    # The shell of kuland; the other daemons have none of these words.

    @property
    def has_shell(self):
        return self.daemon.NAME == "kuland"

    def show(self, *commands):
        return self.daemon.show(*commands)

    def json(self, command):
        return self.daemon.json(command)

    def close(self):
        for session in self.sessions:
            try:
                session.close()
            except OSError:
                pass
