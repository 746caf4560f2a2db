"""Roles and ONLY_TO_CUSTOMER, RFC 9234."""

import bgp
from bgp import OTC, as4, attribute, capability, mp, u32
from kit import EXTERNAL, INTERNAL, add, case, check, equal

NUMBER = {"provider": 0, "rs-server": 1, "rs-client": 2, "customer": 3, "peer": 4}
BIRD = {"provider": "provider", "rs-server": "rs_server", "rs-client": "rs_client", "customer": "customer", "peer": "peer"}
COUNTERPART = {"provider": "customer", "customer": "provider", "rs-server": "rs-client", "rs-client": "rs-server",
               "peer": "peer"}


def role(value):
    return capability(9, bytes([value]))


def neighbor(asn, ours, strict=False):
    """ours: the daemon's role towards it."""
    return EXTERNAL(asn, lines=[f"local-role {ours}{' strict-mode' if strict else ''}"],
                    bird=[f"local role {BIRD[ours]};", *(["require roles on;"] if strict else [])])


def offered(c, name, *roles):
    return c.open(name, capabilities=mp(1) + mp(2) + as4(c.asn(name)) + b"".join(map(role, roles)))


def up(c, name, *roles):
    return c.connect(name).establish(offered(c, name, *roles))


def opened(name, ours, theirs, accepted, strict=False):
    def play(c):
        a = c.connect("a")
        a.wait_open()
        equal([value for code, value in a.open["capabilities"] if code == 9], [bytes([NUMBER[ours]])], "our role")
        a.send(offered(c, "a", *theirs))
        if accepted:
            a.wait_message(bgp.KEEPALIVE)
        else:
            a.expect_notification(2, 11)
    add(f"role.{name}", play, a=neighbor(65001, ours, strict))


for ours in NUMBER:
    for theirs in NUMBER:
        opened(f"{ours}_with_{theirs}", ours, [NUMBER[theirs]], COUNTERPART[ours] == theirs)
    opened(f"{ours}_with_none", ours, [], True)
    opened(f"{ours}_with_none_strict", ours, [], False, strict=True)
    opened(f"{ours}_strict", ours, [NUMBER[COUNTERPART[ours]]], True, strict=True)
opened("unknown_value", "customer", [7], False)
opened("twice_the_same", "customer", [0, 0], True)
opened("twice_different", "customer", [0, 4], False)

# What the daemon is to the sender; OTC that came (None, "peer": the sender's AS, "other"); what an internal peer sees: the
# OTC value, or "leak": not passed on.
INGRESS = [(ours, came, "leak" if came and (ours in ("provider", "rs-server") or (ours == "peer" and came == "other"))
            else came or ("peer" if ours in ("customer", "rs-client", "peer") else None))
           for ours in NUMBER for came in (None, "peer", "other")]
AS_OF = {"peer": 65001, "other": 65077}
for ours, came, seen in INGRESS:
    def ingress(c, ours=ours, came=came, seen=seen):
        s, i = up(c, "s", NUMBER[COUNTERPART[ours]]), c.up("i")
        extra = [attribute(OTC, u32(AS_OF[came]))] if came else []
        s.send(bgp.update(c.good(s, extra=extra), bgp.prefix(c.prefix())))
        c.barrier(c.up("p"), i)
        if seen == "leak":
            s.send(bgp.update(c.good(s), bgp.prefix(c.prefix(1))))
            i.wait_route(c.prefix(1))
            return check(i.route(c.prefix()) is None, "a leaked route was taken")
        equal(i.wait_route(c.prefix())[OTC], u32(AS_OF[seen]) if seen else None, "ONLY_TO_CUSTOMER")
    add(f"role.from_{COUNTERPART[ours]}_otc_{came or 'none'}", ingress, s=neighbor(65001, ours), i=INTERNAL(),
        p=EXTERNAL(65005))

for ours in NUMBER:
    for came in (None, 65077):
        def egress(c, ours=ours, came=came):
            """Of a route without role, to a peer with one."""
            s, e, o = c.up("s"), up(c, "e", NUMBER[COUNTERPART[ours]]), c.up("o")
            extra = [attribute(OTC, u32(came))] if came else []
            s.send(bgp.update(c.good(s, extra=extra), bgp.prefix(c.prefix())))
            o.wait_route(c.prefix())
            c.barrier(s, o)
            if came and ours in ("customer", "peer", "rs-client"):
                s.send(bgp.update(c.good(s), bgp.prefix(c.prefix(1))))
                e.wait_route(c.prefix(1))
                return check(e.route(c.prefix()) is None, "it was leaked")
            wanted = came or (c.local_as if ours in ("provider", "peer", "rs-server") else None)
            equal(e.wait_route(c.prefix())[OTC], u32(wanted) if wanted else None, "ONLY_TO_CUSTOMER")
        add(f"role.to_{COUNTERPART[ours]}_otc_{came or 'none'}", egress, s=EXTERNAL(65001), e=neighbor(65002, ours),
            o=EXTERNAL(65009))


@case(s=EXTERNAL(65001), e=neighbor(65002, "customer"))
def a_marked_replacement_withdraws(c):
    """What may not be sent takes back what was."""
    s, e = c.up("s"), up(c, "e", 0)
    s.send(bgp.update(c.good(s), bgp.prefix(c.prefix())))
    e.wait_route(c.prefix())
    s.send(bgp.update(c.good(s, extra=[attribute(OTC, u32(7))]), bgp.prefix(c.prefix())))
    e.wait_no_route(c.prefix())


for size in (0, 3, 5, 8):
    def otc_length(c, octets=size):
        """RFC 9234 §5: treat-as-withdraw."""
        s, i = up(c, "s", NUMBER["provider"]), c.up("i")
        s.send(bgp.update(c.good(s), bgp.prefix(c.prefix())))
        i.wait_route(c.prefix())
        s.send(bgp.update(c.good(s, extra=[attribute(OTC, bytes(octets))]), bgp.prefix(c.prefix())))
        i.wait_no_route(c.prefix())
        check(not s.closed, "the session ended")
    add(f"role.otc_length_{size}", otc_length, s=neighbor(65001, "customer"), i=INTERNAL())
