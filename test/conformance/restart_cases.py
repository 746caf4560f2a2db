"""Graceful restart, RFC 4724 and 8538: the daemon as helper of a peer that comes back."""

import bgp
from bgp import IPV6, as4, mp
from kit import EXTERNAL, INTERNAL, add, check, equal

RESTARTING, NOTIFICATION = 0x8000, 0x4000
BIRD = ["graceful restart on;"]


def offer(c, name, flags=0, seconds=60, families=((1, 1, 0x80), (2, 1, 0x80))):
    return mp(1) + mp(2) + as4(c.asn(name)) + bgp.REFRESH_CAPABILITY + bgp.graceful_restart(flags | seconds, *families)


def route(c, s, number, tag="1:1"):
    s.send(bgp.update(c.good(s, extra=[bgp.communities(tag)]), bgp.prefix(c.prefix(number))))


def route6(c, s, number, tag="1:1"):
    attributes = [each for each in c.good(s, extra=[bgp.communities(tag)]) if each[1] != bgp.NEXT_HOP]
    reach = bgp.mp_reach(bgp.address("fd00::77"), bgp.prefix(c.prefix6(number)))
    s.send(bgp.update(sorted([*attributes, reach], key=lambda each: each[1])))


def both(c, s):
    for number in (0, 1):
        route(c, s, number)
        route6(c, s, number)
    s.send(bgp.END_OF_RIB + bgp.update([bgp.mp_unreach()]))


def start(c, **fields):
    s, o = c.connect("s"), c.up("o")
    s.need_capability(64)
    s.establish(c.open("s", capabilities=offer(c, "s", **fields)))
    both(c, s)
    for number in (0, 1):
        o.wait_route(c.prefix(number))
        o.wait_route(c.prefix6(number), family=IPV6)
    return s, o


def stands(c, o, numbers=(0, 1)):
    """Asked after a third peer's route came through."""
    c.barrier(c.probe, o, number=30)
    for number in numbers:
        check(o.route(c.prefix(number)) is not None, f"IPv4 route {number} is gone")
        check(o.route(c.prefix6(number), IPV6) is not None, f"IPv6 route {number} is gone")


def gone(c, o, numbers=(0, 1)):
    for number in numbers:
        o.wait_no_route(c.prefix(number))
        o.wait_no_route(c.prefix6(number), family=IPV6)


def back(c, **fields):
    """The new session of the peer; a refusal for the sake of the old one is tried again."""
    while True:
        s = c.connect("s")
        s.wait(lambda: s.open or s.closed, "OPEN")  # noqa: B023
        if s.open and not s.closed:
            return s.establish(c.open("s", capabilities=offer(c, "s", **fields)))


PEERS = {"external": lambda **o: EXTERNAL(65001, bird=BIRD, **o), "internal": lambda **o: INTERNAL(bird=BIRD, **o)}


def restart(name, play, kinds=("external", "internal"), slow=False):
    for kind in kinds:
        def with_probe(c):
            c.probe = c.up("p")
            play(c)
        add(f"restart.{name}_{kind}", with_probe, slow=slow, s=PEERS[kind](), o=EXTERNAL(65009), p=EXTERNAL(65008))


def routes_stay_and_are_renewed(c):
    s, o = start(c)
    s.close()
    stands(c, o)
    s = back(c, flags=RESTARTING)
    stands(c, o)
    route(c, s, 0, "2:2")
    route6(c, s, 0, "2:2")
    o.wait_route(c.prefix(0), lambda r: r.communities() == ["2:2"])
    stands(c, o)                                     # 1 is stale until End-of-RIB
    s.send(bgp.END_OF_RIB)
    o.wait_no_route(c.prefix(1))
    check(o.route(c.prefix6(1), IPV6) is not None, "End-of-RIB of IPv4 ended IPv6")
    s.send(bgp.update([bgp.mp_unreach()]))
    o.wait_no_route(c.prefix6(1), family=IPV6)
    stands(c, o, (0,))


def the_same_routes_make_no_noise(c):
    s, o = start(c)
    before = [what for what in o.history if what[1][1] in (c.prefix(0), c.prefix(1))]
    s.close()
    s = back(c, flags=RESTARTING)
    both(c, s)
    stands(c, o)
    equal([what for what in o.history if what[1][1] in (c.prefix(0), c.prefix(1))], before, "what was sent of it")


def reset_is_a_restart_too(c):
    s, o = start(c)
    s.reset()
    stands(c, o)


def a_notification_ends_it(c):
    """RFC 4724 §4: without the N bit of RFC 8538 a NOTIFICATION is no restart."""
    s, o = start(c)
    s.send(bgp.notification(6, 4))
    gone(c, o)


def a_notification_with_the_n_bit(c):
    """RFC 8538 §4, when both sides have the bit."""
    s, o = start(c, flags=NOTIFICATION)
    ours = dict(s.open["capabilities"]).get(64, b"\0\0")
    s.send(bgp.notification(6, 4))
    stands(c, o) if ours[0] & 0x40 else gone(c, o)


def a_hard_reset(c):
    """RFC 8538 §3.1."""
    s, o = start(c, flags=NOTIFICATION)
    s.send(bgp.notification(6, 9, b"\6\4"))
    gone(c, o)


def forwarding_state_was_lost(c):
    """RFC 4724 §4.2: F not set for the family: its stale routes go at once."""
    s, o = start(c)
    s.close()
    stands(c, o)
    back(c, flags=RESTARTING, families=((1, 1, 0), (2, 1, 0)))
    gone(c, o)


def family_is_not_listed_again(c):
    s, o = start(c)
    s.close()
    stands(c, o)
    back(c, flags=RESTARTING, families=((1, 1, 0x80),))
    for number in (0, 1):
        o.wait_no_route(c.prefix6(number), family=IPV6)
    check(o.route(c.prefix(0)) is not None, "IPv4 went with it")


def comes_back_without_the_capability(c):
    s, o = start(c)
    s.close()
    stands(c, o)
    s = c.connect("s")
    s.wait(lambda: s.open or s.closed, "OPEN")
    while not s.open:
        s = c.connect("s")
        s.wait(lambda: s.open or s.closed, "OPEN")
    s.establish(c.open("s"))
    gone(c, o)


def without_the_capability(c):
    s, o = c.up("s"), c.up("o")
    both(c, s)
    o.wait_route(c.prefix(1))
    s.close()
    gone(c, o)


def never_comes_back(c):
    s, o = start(c, seconds=2)
    s.close()
    stands(c, o)
    gone(c, o)


restart("routes_stay_and_are_renewed", routes_stay_and_are_renewed)
restart("the_same_routes_make_no_noise", the_same_routes_make_no_noise)
restart("reset_is_a_restart_too", reset_is_a_restart_too)
restart("a_notification_ends_it", a_notification_ends_it)
restart("a_notification_with_the_n_bit", a_notification_with_the_n_bit)
restart("a_hard_reset", a_hard_reset)
restart("forwarding_state_was_lost", forwarding_state_was_lost)
restart("family_is_not_listed_again", family_is_not_listed_again)
restart("comes_back_without_the_capability", comes_back_without_the_capability)
restart("without_the_capability", without_the_capability)
restart("never_comes_back", never_comes_back, slow=True)
