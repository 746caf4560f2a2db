"""Sessions of an attacker made by mutation, live, beside two healthy peers: routes of the one must reach the other all
the time. The longest way is printed; with KULAN_BYSTANDER_LIMIT=0.1 (seconds) it is asserted, for machines that do nothing
else."""

import os
import random
import time

import bgp
import kit
from kit import CLIENT, DAEMON4, EXTERNAL, INTERNAL, add, check
from session import CaseFailed, Session

ROUNDS = int(os.environ.get("KULAN_FUZZ_ROUNDS", "150"))


class Dice(random.Random):
    def octets(self, most):
        return self.randbytes(self.randrange(most + 1))


def damaged(dice, octets):
    """One of the ways in which octets go wrong."""
    octets = bytearray(octets)
    for _ in range(dice.choice((1, 1, 1, 2, 5))):
        at = dice.randrange(len(octets)) if octets else 0
        way = dice.randrange(6)
        if way == 0 and octets:
            octets[at] = dice.randrange(256)
        elif way == 1 and octets:
            octets[at] ^= 1 << dice.randrange(8)
        elif way == 2:
            octets[at:at] = dice.octets(8)
        elif way == 3:
            del octets[at:at + dice.randrange(1, 8)]
        elif way == 4 and octets:
            octets[at] = dice.choice((0, 1, 0x7f, 0x80, 0xff))
        else:
            octets[at:at] = octets[at:at + dice.randrange(1, 40)]
    return bytes(octets)


def attribute(dice):
    """Known types with likely and unlikely flags, lengths and values."""
    kind = dice.choice((*bgp.FLAGS, 0, 11, 128, 200, 255))
    flags = bgp.FLAGS.get(kind, 0xc0)
    if dice.randrange(4) == 0:
        flags = dice.randrange(256)
    value = dice.octets(dice.choice((0, 1, 4, 8, 12, 40, 300)))
    flags |= bgp.EXTENDED if len(value) > 255 else 0
    length = None if dice.randrange(8) else dice.randrange(300)
    return bgp.attribute(kind, value, flags, length)


def updates(c, dice, name):
    """One UPDATE: sound, of sound parts with a fault, or of random attributes."""
    scene = c.good(c.attackers[name], extra=[attribute(dice) for _ in range(dice.choice((0, 0, 1, 3)))])
    if dice.randrange(3) == 0:
        dice.shuffle(scene)
    if dice.randrange(3) == 0:
        scene.append(bgp.mp_reach(bgp.address("fd00::77"), bgp.prefix(f"2001:db8:{dice.randrange(16):x}::/48")))
    nlri = b"".join(bgp.prefix(f"39.{dice.randrange(4)}.{dice.randrange(256)}.0/24") for _ in range(dice.randrange(4)))
    withdrawn = bgp.prefix(f"39.{dice.randrange(4)}.{dice.randrange(256)}.0/24") if dice.randrange(3) == 0 else b""
    return bgp.update(scene, nlri, withdrawn)


def script(c, dice, name):
    """Messages of one connection."""
    octets = [c.open(name, capabilities=bgp.mp(1) + bgp.mp(2) + bgp.as4(c.asn(name)) + bgp.REFRESH_CAPABILITY +
                     (bgp.EXTENDED_MESSAGE if dice.randrange(2) else b"") +
                     (bgp.add_path((1, 1, 3)) if dice.randrange(4) == 0 else b"") +
                     (bgp.graceful_restart(1, (1, 1, 0x80)) if dice.randrange(4) == 0 else b"")),
              bgp.KEEPALIVE_MESSAGE]
    for _ in range(dice.randrange(1, 40)):
        octets.append(dice.choice((
            lambda: updates(c, dice, name), lambda: updates(c, dice, name), lambda: updates(c, dice, name),
            lambda: bgp.KEEPALIVE_MESSAGE, lambda: bgp.refresh(dice.choice((1, 2, 25)), dice.choice((1, 128)), dice.randrange(4)),
            lambda: bgp.message(bgp.UPDATE, dice.octets(60)), lambda: bgp.message(dice.randrange(256), dice.octets(40)),
            lambda: bgp.notification(dice.randrange(8), dice.randrange(12), dice.octets(20)) if dice.randrange(6) == 0
            else bgp.KEEPALIVE_MESSAGE))())
    for _ in range(dice.choice((0, 0, 1, 1, 2))):
        at = dice.randrange(len(octets))
        octets[at] = damaged(dice, octets[at])
    return b"".join(octets)


class Healthy:
    """Two peers, and how long a route takes from one to the other."""

    def __init__(self, c):
        self.c, self.sender, self.receiver = c, c.up("s"), c.up("b")
        self.longest, self.number = 0.0, 0

    def measure(self):
        self.number += 1
        tag = f"{self.number % 60000}:7"
        begin = time.monotonic()
        self.sender.send(bgp.update(self.c.good(self.sender, extra=[bgp.communities(tag)]), bgp.prefix(self.c.prefix())))
        self.receiver.wait_route(self.c.prefix(), lambda route: route.communities() == [tag])
        self.longest = max(self.longest, time.monotonic() - begin)
        if self.number % 20 == 0:
            self.sender.send(bgp.KEEPALIVE_MESSAGE)
            self.receiver.send(bgp.KEEPALIVE_MESSAGE)

    def finish(self, what):
        check(not self.sender.closed and not self.receiver.closed, "a healthy session ended")
        print(f"{what}: seed {kit.SEED}, {self.number} routes of the bystander, the slowest after "
              f"{self.longest * 1000:.0f} ms", flush=True)
        limit = os.environ.get("KULAN_BYSTANDER_LIMIT")
        check(not limit or self.longest < float(limit), f"the bystander waited {self.longest:.3f} s")


def attacked(c):
    """Many short sessions of mutated messages."""
    dice, healthy = Dice(kit.SEED ^ c.case.number), Healthy(c)
    names = [name for name in c.neighbors if name.startswith("x")]
    c.attackers = {}
    for number in range(ROUNDS):
        name = names[number % len(names)]
        attacker = c.attackers[name] = c.connect(name)
        octets = script(c, dice, name)
        try:
            for start in range(0, len(octets), 1000 if dice.randrange(3) else 7):
                attacker.send(octets[start:start + 1000])
                if attacker.closed:
                    break
            healthy.measure()
            attacker.receive(0)
        except bgp.Malformed as error:
            raise CaseFailed(f"round {number}, seed {kit.SEED}: sent to the attacker: {error}") from None
        finally:
            getattr(attacker, dice.choice(("close", "reset")))()
            c.sessions.remove(attacker)
    healthy.finish("mutated sessions")


add("fuzz.mutated_sessions", attacked, s=EXTERNAL(65001), b=EXTERNAL(65002), x1=EXTERNAL(65003), x2=INTERNAL(),
    x3=CLIENT(), x4=EXTERNAL(4200000004))


def flooded(name, flood):
    def play(c):
        healthy = Healthy(c)
        flood(c, healthy)
        healthy.finish(name)
    add(f"fuzz.{name}", play, s=EXTERNAL(65001), b=EXTERNAL(65002), x=EXTERNAL(65003), y=EXTERNAL(65004))


def connections(c, healthy):
    """A thousand connections of strangers and of a neighbor."""
    for number in range(1000):
        if number % 2:
            session = Session.connect(f"10.0.6.{number % 250 + 1}", DAEMON4)
        else:
            session = c.connect("x")
            c.sessions.remove(session)
        if number % 5 == 0:
            session.send(b"\xff" * 40)
        session.close()
        if number % 10 == 0:
            healthy.measure()


def keepalives(c, healthy):
    """A hundred thousand KEEPALIVEs as fast as they are taken."""
    x = c.up("x")
    for _ in range(50):
        x.send(bgp.KEEPALIVE_MESSAGE * 2000)
        healthy.measure()


def refreshes(c, healthy):
    """Ten thousand prefixes, and ROUTE-REFRESH without end by a peer that does not read them."""
    y = c.up("y")
    for start in range(0, 10000, 500):
        texts = [f"37.{number // 256}.{number % 256}.0/24" for number in range(start, start + 500)]
        y.send(bgp.update(c.good(y), bgp.prefixes(*texts)))
    x = c.up("x")
    for _ in range(40):
        x.send(bgp.refresh() * 50)
        healthy.measure()


def slow_reader(c, healthy):
    """A peer that reads nothing while others change everything."""
    c.up("x")
    y = c.up("y")
    for number in range(60):
        texts = [f"38.{index // 256}.{index % 256}.0/24" for index in range(800)]
        y.send(bgp.update(c.good(y, extra=[bgp.communities(f"{number}:1")]), bgp.prefixes(*texts)))
        healthy.measure()


def withdrawals(c, healthy):
    """Announcements and withdrawals of the same prefixes, as fast as they are taken."""
    x = c.up("x")
    texts = [f"38.{128 + index // 256}.{index % 256}.0/24" for index in range(700)]
    announce, withdraw = bgp.update(c.good(x), bgp.prefixes(*texts)), bgp.update(withdrawn=bgp.prefixes(*texts))
    for _ in range(60):
        x.send((announce + withdraw) * 3)
        healthy.measure()


def long_paths(c, healthy):
    """Each prefix with attributes of its own, as large as they get."""
    x = c.up("x")
    for number in range(200):
        extra = [bgp.communities(*(number * 900 + index for index in range(900)))]
        x.send(bgp.update(c.good(x, extra=extra), bgp.prefix(f"38.200.{number}.0/24")))
        if number % 4 == 0:
            healthy.measure()


for flood in (connections, keepalives, refreshes, slow_reader, withdrawals, long_paths):
    flooded(flood.__name__, flood)
