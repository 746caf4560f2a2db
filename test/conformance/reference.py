"""The decision process, written from RFC 4271 §9.1.2.2 and RFC 4456 §9 as they read, for comparison with a daemon's: no
elimination tricks, no order of arrival. And what a peer is to be sent of its result."""

import ipaddress

NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED = 0xffffff01, 0xffffff02, 0xffffff03


class Path:
    """segments: [(type, [AS])]; identifier, address: the peer's; hop_cost: None when the next hop is not reachable."""

    def __init__(self, peer, external, identifier, address, segments, origin, hop, hop_cost, lp=None, med=None,
                 originator=None, clusters=(), communities=()):
        self.peer, self.external, self.identifier, self.address = peer, external, identifier, address
        self.segments, self.origin, self.hop, self.hop_cost, self.lp, self.med = segments, origin, hop, hop_cost, lp, med
        self.originator, self.clusters, self.communities = originator, tuple(clusters), tuple(communities)

    def preference(self):
        return 100 if self.external or self.lp is None else self.lp

    def length(self):
        return sum(len(asns) if kind == 2 else 1 if kind == 1 else 0 for kind, asns in self.segments)

    def neighbor_as(self):
        """The first AS of a sequence; None: our own AS, which an internal peer's path is of that is empty or begins with
        a set. RFC 4271 §9.1.2.2 (c)."""
        assert not self.external or self.segments[0][0] == 2
        return self.segments[0][1][0] if self.segments and self.segments[0][0] == 2 else None

    def router_id(self):
        return int(ipaddress.ip_address(self.originator or self.identifier))

    def feasible(self, own_as, own_identifier):
        return self.hop_cost is not None and all(own_as not in asns for _, asns in self.segments) and \
            self.originator != own_identifier and own_identifier not in self.clusters


def best(paths):
    """The one that is left; None of none."""
    left = list(paths)
    if not left:
        return None

    def keep(key):
        lowest = min(key(path) for path in left)
        return [path for path in left if key(path) == lowest]
    left = keep(lambda path: -path.preference())
    left = keep(lambda path: path.length())                               # a
    left = keep(lambda path: path.origin)                                 # b
    left = [path for path in left if not any(                             # c
        other.neighbor_as() == path.neighbor_as() and (other.med or 0) < (path.med or 0) for other in left)]
    left = keep(lambda path: not path.external)                           # d
    left = keep(lambda path: path.hop_cost)                               # e
    left = keep(lambda path: path.router_id())                            # f
    left = keep(lambda path: len(path.clusters))                          # RFC 4456 §9
    left = keep(lambda path: int(ipaddress.ip_address(path.address)))     # g
    assert len(left) == 1
    return left[0]


def to_external(path, own_as):
    """(segments, communities), or None: not sent."""
    if {NO_EXPORT, NO_ADVERTISE, NO_EXPORT_SUBCONFED} & set(path.communities):
        return None
    segments = [(kind, list(asns)) for kind, asns in path.segments]
    if segments and segments[0][0] == 2 and len(segments[0][1]) < 255:
        segments[0][1].insert(0, own_as)
    else:
        segments.insert(0, (2, [own_as]))
    return segments, path.communities


def to_client(path, own_identifier):
    """(segments, communities, next hop, local preference, MED, originator, clusters), or None: not sent."""
    if NO_ADVERTISE in path.communities:
        return None
    originator, clusters = None, ()
    if not path.external:
        originator, clusters = path.originator or path.identifier, (own_identifier, *path.clusters)
    return path.segments, path.communities, path.hop, path.preference(), path.med, originator, clusters
