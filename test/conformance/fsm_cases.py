"""The state machine: every message in every state, ends of the connection, timers. RFC 4271 §8, 6608."""

import bgp
from header_cases import established, in_open_confirm, in_open_sent
from kit import EXTERNAL, INTERNAL, add, case, check
from session import Session

KEEPALIVE, REFRESH, EMPTY_UPDATE = bgp.KEEPALIVE_MESSAGE, bgp.refresh(), bgp.END_OF_RIB


def good_update(c, a):
    return bgp.update(c.good(a), bgp.prefix(c.prefix()))


def bad_update(c, a):
    return bgp.update(b"\x40\1\5\0", attributes_length=200)


MESSAGES = {"open": lambda c, a: c.open("a"), "bad_open": lambda c, a: c.open("a", version=3),
            "keepalive": lambda c, a: KEEPALIVE, "update": good_update, "end_of_rib": lambda c, a: EMPTY_UPDATE,
            "bad_update": bad_update, "refresh": lambda c, a: REFRESH,
            "bad_refresh": lambda c, a: bgp.message(bgp.REFRESH, bytes(9))}
UNEXPECTED = {  # state: (subcode, the messages that are out of turn)
    "open_sent": (1, in_open_sent, ("keepalive", "update", "end_of_rib", "bad_update", "refresh", "bad_refresh")),
    "open_confirm": (2, in_open_confirm, ("open", "bad_open", "update", "end_of_rib", "bad_update", "refresh",
                                          "bad_refresh")),
    "established": (3, established, ("open", "bad_open")),
}
for state, (code, reach_state, labels) in UNEXPECTED.items():
    for label in labels:
        def out_of_turn(c, reach=reach_state, subcode=code, make=MESSAGES[label]):
            """RFC 6608 §3: subcode of the state, data: the type."""
            a = reach(c)
            octets = make(c, a)
            a.send(octets)
            a.expect_notification(5, subcode, octets[18:19])
        add(f"fsm.{label}_in_{state}", out_of_turn, a=EXTERNAL(65001))


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def keepalives_in_established(c):
    a, b = established(c), c.up("b")
    a.send(KEEPALIVE * 50)
    c.alive(a, b)


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def refresh_in_established(c):
    a, b = established(c), c.up("b")
    a.send(REFRESH)
    c.alive(a, b)


NOTIFICATIONS = {"cease": (6, 2, b""), "cease_with_text": (6, 2, b"\4bye!"), "cease_text_too_long": (6, 2, b"\xffbye"),
                 "cease_text_not_utf8": (6, 4, b"\2\xff\xfe"), "version": (2, 1, b"\0\3"), "open_error": (2, 2, b""),
                 "update_error": (3, 5, b"\x40\1\2\0\0"), "hold": (4, 0, b""), "fsm": (5, 3, b"\4"),
                 "hard_reset": (6, 9, b"\6\2"), "hard_reset_empty": (6, 9, b""), "unknown_code": (200, 200, b"x"),
                 "unknown_subcode": (3, 99, b""), "code_0": (0, 0, b""), "longest": (6, 0, bytes(4075))}
for label, fields in NOTIFICATIONS.items():
    for state, reach_state in (("open_sent", in_open_sent), ("open_confirm", in_open_confirm),
                               ("established", established)):
        def notified(c, reach=reach_state, what=fields):
            """RFC 4271 §6.4: it ends the session and is never answered."""
            a = reach(c)
            a.send(bgp.notification(*what))
            a.expect_silent_close()
        add(f"fsm.notification_{label}_in_{state}", notified, a=EXTERNAL(65001))


# --- the end of the connection ------------------------------------------------------------------------------------------

for state, reach_state in (("open_sent", in_open_sent), ("open_confirm", in_open_confirm), ("established", established)):
    for how in ("close", "reset", "half_close"):
        def ended(c, reach=reach_state, way=how):
            """Then a new connection works."""
            a = reach(c)
            getattr(a, way)()
            if way == "half_close":
                a.wait_closed()
            b = c.up("b")
            again = c.connect("a")
            again.wait(lambda: again.open or again.closed, "OPEN or the refusal of a session that has not ended yet")
            while not again.open:
                again = c.connect("a")
                again.wait(lambda s=again: s.open or s.closed, "OPEN")
            again.establish(c.open("a"))
            c.alive(again, b)
        add(f"fsm.{how}_in_{state}", ended, a=EXTERNAL(65001), b=EXTERNAL(65002))


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def end_withdraws_the_routes(c):
    a, b = established(c), c.up("b")
    a.send(good_update(c, a))
    a.send(bgp.update([bgp.origin(), bgp.as_path(65001), bgp.mp_reach(bgp.address("fd00::99"),
                                                                       bgp.prefix(c.prefix6()))]))
    b.wait_route(c.prefix())
    b.wait_route(c.prefix6(), family=bgp.IPV6)
    a.close()
    b.wait_no_route(c.prefix())
    b.wait_no_route(c.prefix6(), family=bgp.IPV6)


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def routes_come_before_the_notification(c):
    """What was sent before a fatal error counts, what comes after it does not."""
    a, b = established(c), c.up("b")
    a.send(good_update(c, a) + bgp.message(77) + bgp.update(c.good(a), bgp.prefix(c.prefix(1))))
    a.expect_notification(1, 3, b"\x4d")
    b.wait(lambda: ("withdraw", (bgp.IPV4, c.prefix(), None)) in b.history or b.history == [], "the route's end")
    check(b.route(c.prefix(1)) is None, "what came after the error was taken")


@case(a=EXTERNAL(65001))
def notification_survives_a_flood(c):
    """The daemon half-closes and drains: a reset would eat the NOTIFICATION on its way."""
    a = established(c)
    a.send(bgp.message(77) + KEEPALIVE * 50000)
    a.expect_notification(1, 3, b"\x4d")
    check(a.closed == "end", f"the connection ended by {a.closed}")


@case(a=EXTERNAL(65001))
def notification_while_a_message_is_half_sent(c):
    a = established(c)
    a.send(bgp.message(77) + bgp.message(bgp.UPDATE, bytes(100))[:50])
    a.expect_notification(1, 3, b"\x4d")


@case(a=EXTERNAL(65001))
def a_connection_from_a_stranger_is_closed(c):
    stranger = Session.connect("10.0.7.77", "10.0.0.1", name="stranger")
    c.sessions.append(stranger)
    stranger.wait_closed()
    check(not stranger.open, "a stranger was greeted with an OPEN")
    check(stranger.notification is None or stranger.notification[:2] == (6, 5), stranger.state())


# --- timers ---------------------------------------------------------------------------------------------------------------


@case(slow=True, a=EXTERNAL(65001, hold=3))
def hold_timer_in_established(c):
    a = established(c)
    begin = a.arrivals[-1][0]
    a.expect_notification(4, 0, b"")
    check(a.arrivals[-1][0] - begin > 2.5, f"after {a.arrivals[-1][0] - begin:.1f} s")


@case(slow=True, a=EXTERNAL(65001, hold=3))
def hold_timer_in_open_confirm(c):
    a = in_open_confirm(c)
    a.expect_notification(4, 0, b"")


@case(slow=True, a=EXTERNAL(65001, hold=90))
def hold_timer_of_the_smaller_offer(c):
    a = c.up("a", hold=3)
    a.expect_notification(4, 0, b"")


@case(slow=True, a=EXTERNAL(65001, hold=6))
def keepalives_come_at_a_third(c):
    """Something comes at least so often (an UPDATE counts, RFC 4271 §4.4), and ours keep the session."""
    a = established(c)
    begin, answered = a.arrivals[0][0], 0.0
    while a.arrivals[-1][0] < begin + 8:
        before = len(a.arrivals)
        a.wait(lambda: len(a.arrivals) > before, "any message", seconds=5)
        if a.arrivals[-1][0] - answered > 0.5:
            answered = a.arrivals[-1][0]
            a.send(KEEPALIVE)


@case(slow=True, a=EXTERNAL(65001, hold=3), b=EXTERNAL(65002), c=EXTERNAL(65003))
def hold_time_0_runs_no_timer(c):
    """No KEEPALIVE comes, and silence does not end it."""
    a, b = c.up("a", hold=0), c.up("b")
    a.receive(0)
    before = a.count(bgp.KEEPALIVE)
    other = c.up("c", hold=3)
    other.expect_notification(4, 0)
    c.alive(a, b)
    a.receive(0)
    check(a.count(bgp.KEEPALIVE) == before, "a KEEPALIVE with hold time 0")


@case(slow=True, a=EXTERNAL(65001, hold=6), b=EXTERNAL(65002))
def updates_restart_the_hold_timer(c):
    a, b = established(c), c.up("b")
    last = a.arrivals[-1][0]
    for number in range(6):
        a.wait(lambda: a.arrivals[-1][0] > last + 1.5, "the next seconds")
        last = a.arrivals[-1][0]
        a.send(bgp.update(c.good(a, extra=[bgp.med(number)]), bgp.prefix(c.prefix())))
    c.alive(a, b)


@case(slow=True, a=INTERNAL(hold=3), b=EXTERNAL(65002, hold=3))
def large_hold_timer_in_open_sent(c):
    """RFC 4271 §8.2.2 suggests 4 minutes: an OPEN that comes after the hold time is early enough."""
    a = in_open_sent(c)
    other = c.up("b")
    other.expect_notification(4, 0)
    a.establish(c.open("a"))
