"""Connections that the daemon makes, and two at once. RFC 4271 §6.8, 6286 §2.3."""

import socket

import bgp
from kit import DAEMON4, EXTERNAL, INTERNAL, PORT, add, case, check, equal
from session import PATIENCE, CaseFailed

LOWER, HIGHER = "1.0.0.1", "223.0.0.1"  # than the daemon's 10.0.0.1


def listen(c, name):
    """The daemon connects to its neighbor here."""
    listener = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    listener.bind((c.address(name), PORT))
    listener.listen(8)
    listener.settimeout(PATIENCE)
    c.sessions.append(listener)
    return listener


def taken(c, listener, name):
    """The daemon's connection to us."""
    try:
        connection, _ = listener.accept()
    except socket.timeout:
        raise CaseFailed(f"{name}: the daemon does not connect") from None
    connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
    session = c.adopt(connection, name)
    session.wait_open()
    return session


@case(slow=True, a=EXTERNAL(65001, passive=False), b=EXTERNAL(65002))
def connects_by_itself(c):
    b, listener = c.up("b"), listen(c, "a")
    a = taken(c, listener, "a")
    equal(a.open["hold"], 90, "hold time")
    a.establish(c.open("a"))
    c.alive(a, b)


@case(slow=True, a=EXTERNAL(65001, passive=False), b=EXTERNAL(65002))
def connects_again_after_a_notification(c):
    b, listener = c.up("b"), listen(c, "a")
    a = taken(c, listener, "a").establish(c.open("a"))
    a.send(bgp.notification(6, 4))
    a.expect_silent_close()
    again = taken(c, listener, "a").establish(c.open("a"))
    c.alive(again, b)


@case(slow=True, a=EXTERNAL(65001, passive=False), b=EXTERNAL(65002))
def connects_again_after_a_reset(c):
    b, listener = c.up("b"), listen(c, "a")
    taken(c, listener, "a").establish(c.open("a")).reset()
    again = taken(c, listener, "a").establish(c.open("a"))
    c.alive(again, b)


@case(slow=True, a=EXTERNAL(65001, passive=False), b=EXTERNAL(65002))
def connects_again_after_a_bad_open(c):
    b, listener = c.up("b"), listen(c, "a")
    bad = taken(c, listener, "a")
    bad.send(c.open("a", version=5))
    bad.expect_notification(2, 1)
    again = taken(c, listener, "a").establish(c.open("a"))
    c.alive(again, b)


@case(slow=True, a=EXTERNAL(65001))
def passive_waits(c):
    """It never connects; the connection we make is the only one."""
    listener = listen(c, "a")
    a = c.up("a")
    a.wait_message(bgp.KEEPALIVE)
    listener.settimeout(2.5)
    try:
        listener.accept()
    except socket.timeout:
        return
    raise CaseFailed("a passive neighbor was connected to")


def dumped(session):
    session.expect_notification(6, 7, b"")


# Which of two connections survives: the one made by the side with the higher identifier. In each case `ours` is the
# daemon's connection to us, `theirs` the one we make.

def in_open_sent(session, octets):
    del octets
    return session


def in_open_confirm(session, octets):
    session.send(octets)
    session.wait_message(bgp.KEEPALIVE)
    return session


def collide(identifier, ours_state, theirs_first, external=True):
    def play(c):
        b, listener = c.up("b"), listen(c, "a")
        octets = c.open("a", identifier=identifier)
        ours = taken(c, listener, "a")
        ours_state(ours, octets)
        theirs = c.connect("a")
        daemons_stays = identifier == LOWER
        theirs.wait(lambda: theirs.open or theirs.notification, "OPEN")
        if not theirs.notification:
            theirs.send(octets)
        if ours_state is in_open_sent and theirs_first is False:
            ours.send(octets)
        loser, winner = (theirs, ours) if daemons_stays else (ours, theirs)
        loser.wait(lambda: loser.closed or loser.notification, "the end of the loser")
        dumped(loser)
        if winner.count(bgp.KEEPALIVE) == 0 and ours_state is in_open_sent and winner is ours and theirs_first:
            winner.send(octets)
        winner.wait_message(bgp.KEEPALIVE)
        winner.send(bgp.KEEPALIVE_MESSAGE)
        c.alive(winner, b)
    return play


for label, identifier in (("lower", LOWER), ("higher", HIGHER)):
    add(f"collision.{label}_identifier_ours_in_open_confirm", collide(identifier, in_open_confirm, True), slow=True,
        a=EXTERNAL(65001, passive=False), b=EXTERNAL(65002))
    add(f"collision.{label}_identifier_ours_in_open_confirm_internal", collide(identifier, in_open_confirm, True),
        slow=True, a=INTERNAL(passive=False), b=EXTERNAL(65002))
    add(f"collision.{label}_identifier_both_in_open_sent", collide(identifier, in_open_sent, False), slow=True,
        a=EXTERNAL(65001, passive=False), b=EXTERNAL(65002))


def equal_identifiers(larger):
    def play(c):
        """RFC 6286 §2.3: the larger AS number decides."""
        b, listener = c.up("b"), listen(c, "a")
        octets = c.open("a", identifier=DAEMON4)
        ours = in_open_confirm(taken(c, listener, "a"), octets)
        theirs = c.connect("a")
        theirs.wait(lambda: theirs.open or theirs.notification, "OPEN")
        theirs.send(octets)
        winner, loser = (theirs, ours) if larger else (ours, theirs)
        dumped(loser)
        winner.wait_message(bgp.KEEPALIVE)
        winner.send(bgp.KEEPALIVE_MESSAGE)
        c.alive(winner, b)
    return play


add("collision.equal_identifiers_larger_as", equal_identifiers(True), slow=True, a=EXTERNAL(65100, passive=False),
    b=EXTERNAL(65002))
add("collision.equal_identifiers_smaller_as", equal_identifiers(False), slow=True, a=EXTERNAL(64100, passive=False),
    b=EXTERNAL(65002))


def while_established(identifier):
    def play(c):
        """RFC 4271 §6.8: an Established connection stays, whatever the identifiers."""
        a, b = c.up("a", identifier=identifier), c.up("b")
        c.alive(a, b)
        second = c.connect("a")
        second.wait(lambda: second.open or second.notification, "OPEN or its refusal")
        second.send(c.open("a", identifier=identifier))
        dumped(second)
        c.alive(a, b)
    return play


for label, identifier in (("lower", LOWER), ("higher", HIGHER)):
    add(f"collision.while_established_{label}_identifier", while_established(identifier), a=EXTERNAL(65001),
        b=EXTERNAL(65002))


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def a_thousand_connections_while_established(c):
    a, b = c.up("a"), c.up("b")
    for _ in range(1000):
        extra = c.connect("a")
        c.sessions.remove(extra)
        extra.close()
    c.alive(a, b)
    check(not a.closed, "the session ended")


@case(a=EXTERNAL(65001), b=EXTERNAL(65002))
def the_second_of_two_incoming(c):
    """A peer that connects twice before it says anything has one session in the end."""
    first, b = c.connect("a"), c.up("b")
    first.wait_open()
    second = c.connect("a")
    second.wait(lambda: second.open or second.closed, "OPEN")
    for session in (second, first):
        if session.open and not session.closed:
            session.send(c.open("a"))
            session.wait(lambda s=session: s.count(bgp.KEEPALIVE) or s.closed, "an answer")
            if session.count(bgp.KEEPALIVE):
                session.send(bgp.KEEPALIVE_MESSAGE)
                return c.alive(session, b)
    raise CaseFailed("neither connection became a session")
