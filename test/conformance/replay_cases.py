"""Random tables of many peers, dense in ties, come, change and go; each best path and everything that is sent of it is
compared with the reference decision process."""

import os
import random

import bgp
import kit
import reference
from bgp import address
from kit import CLIENT, DAEMON4, EXTERNAL, INTERNAL, Setup, add, equal
from session import CaseFailed

TABLES = Setup("tables", lines=["bgp bestpath compare-routerid"])
PREFIXES = int(os.environ.get("KULAN_REPLAY_PREFIXES", "400"))
SENDERS = {"e1": EXTERNAL(65001), "e2": EXTERNAL(65001), "e3": EXTERNAL(65002), "e4": EXTERNAL(65003),
           "i1": INTERNAL(), "c1": CLIENT(), "c2": CLIENT(), "i2": INTERNAL()}


def random_path(c, dice, name, hops):
    """Few values for each attribute, so that most comparisons end in a tie and go on to the next step."""
    external = not c.is_internal(name)
    asns = [dice.choice((7, 8)) for _ in range(dice.choice((0, 1, 1, 2)))]
    if external:
        asns.insert(0, c.asn(name))
    if dice.randrange(40) == 0:
        asns.append(c.local_as)  # a loop
    segments = [(2, asns)] if asns else []
    if dice.randrange(8) == 0:
        segments.append((1, [11, 12]))
    hop, cost = dice.choice(hops) if dice.randrange(3) == 0 else (c.address(name), 0)
    inside = {} if external else {
        "lp": dice.choice((99, 100, 100, 100, 101)),
        "originator": dice.choice((None, None, "5.0.0.1", "5.0.0.2", DAEMON4 if dice.randrange(20) == 0 else None)),
        "clusters": dice.choice(((), (), ("6.0.0.1",), ("6.0.0.1", "6.0.0.2"), (DAEMON4,) if dice.randrange(20) == 0 else ()))}
    return reference.Path(
        name, external, c.identifier(name), c.address(name), segments, dice.choice((0, 0, 0, 1, 2)), hop, cost,
        med=dice.choice((None, None, 0, 5, 10)),
        communities=dice.choice(((), (), (0x10001,), (0x10001, 0x10002), (reference.NO_EXPORT,), (reference.NO_ADVERTISE,))),
        **inside)


def encoded(path):
    attributes = [bgp.origin(path.origin),
                  bgp.attribute(bgp.AS_PATH, b"".join(bgp.segment(kind, *asns) for kind, asns in path.segments)),
                  bgp.next_hop(path.hop)]
    if path.med is not None:
        attributes.append(bgp.med(path.med))
    if not path.external:
        attributes.append(bgp.local_pref(path.lp))
        if path.originator:
            attributes.append(bgp.originator_id(path.originator))
        if path.clusters:
            attributes.append(bgp.cluster_list(*path.clusters))
    if path.communities:
        attributes.append(bgp.communities(*path.communities))
    return sorted(attributes, key=lambda octets: octets[1])


def seen_by_external(route):
    return bgp.read_segments(route[bgp.AS_PATH]), tuple(int.from_bytes(route[bgp.COMMUNITIES][i:i + 4], "big")
                                                        for i in range(0, len(route[bgp.COMMUNITIES] or b""), 4))


def seen_by_client(route):
    clusters = route[bgp.CLUSTER_LIST] or b""
    return (*seen_by_external(route), route.next_hop, route.number(bgp.LOCAL_PREF), route.number(bgp.MED),
            route[bgp.ORIGINATOR_ID], tuple(clusters[i:i + 4] for i in range(0, len(clusters), 4)))


def compare(c, tables, texts, o, r):
    for text in texts:
        candidates = [table[text] for table in tables.values() if text in table]
        best = reference.best(path for path in candidates if path.feasible(c.local_as, DAEMON4))
        wanted = best and reference.to_external(best, c.local_as)
        route = o.route(text)
        equal(route and seen_by_external(route), wanted, f"{text} to the external peer, seed {kit.SEED}")
        wanted = best and reference.to_client(best, DAEMON4)
        if wanted:
            segments, communities, hop, lp, med, originator, clusters = wanted
            wanted = (segments, communities, address(hop), lp, med, originator and address(originator),
                      tuple(map(address, clusters)))
        route = r.route(text)
        equal(route and seen_by_client(route), wanted, f"{text} to the client, seed {kit.SEED}")


def compare_with_show(c, tables, texts):
    """The daemon's own word about which path is best."""
    routes = c.json("show bgp ipv4 unicast")["routes"]
    for text in texts:
        best = reference.best(table[text] for table in tables.values()
                              if text in table and table[text].feasible(c.local_as, DAEMON4))
        chosen = [path for path in routes.get(text, []) if path.get("bestpath")]
        equal([path["peerId"] for path in chosen], [best.address] if best else [], f"best path of {text}, seed {kit.SEED}")


def replay(c):
    dice = random.Random(kit.SEED)
    sessions = {name: c.up(name) for name in SENDERS}
    o, r = c.up("o"), c.up("r")
    hops = [("10.0.5.5", 0), ("10.0.5.6", 0), ("99.9.9.9", None)]
    texts = [f"35.{number // 256}.{number % 256}.0/24" for number in range(PREFIXES)]
    tables = {name: {} for name in SENDERS}
    for phase in range(4):
        steps = [(name, text) for name in SENDERS for text in texts if dice.randrange(4) < (3 if phase == 0 else 1)]
        dice.shuffle(steps)
        for name, text in steps:
            if phase and dice.randrange(3) == 0:
                tables[name].pop(text, None)
                sessions[name].send(bgp.update(withdrawn=bgp.prefix(text)))
            else:
                path = tables[name][text] = random_path(c, dice, name, hops)
                sessions[name].send(bgp.update(encoded(path), bgp.prefix(text)))
        if phase == 3:  # one leaves with all it had
            sessions.pop("e1").close()
            tables.pop("e1")
        for name, session in sessions.items():
            c.barrier(session, o, r, number=list(SENDERS).index(name))
        if phase == 3:
            settle(c, tables, texts, o, r)
        compare(c, tables, texts, o, r)
        if c.has_shell:
            compare_with_show(c, tables, texts)


def settle(c, tables, texts, o, r):
    """The end of a session is worked through in slices: until the two agree, or patience ends."""
    def agrees():
        try:
            compare(c, tables, texts, o, r)
            r.receive(0)
            return True
        except CaseFailed:
            r.receive(0)
            return False
    try:
        o.wait(agrees, "the tables after a session's end", seconds=5)
    except CaseFailed:
        pass  # compare() says which route


add("replay.random_tables", replay, setup=TABLES, o=EXTERNAL(65009), r=CLIENT(), **SENDERS)
