"""The other speakers: one class each, all with the same face (speaker.Speaker)."""

from .bird import Bird
from .exabgp import ExaBgp
from .frr import Frr
from .gobgp import GoBgp
from .openbgpd import OpenBgpd
from .speaker import Neighbor

ALL = {"bird": Bird, "frr": Frr, "gobgp": GoBgp, "openbgpd": OpenBgpd, "exabgp": ExaBgp}

__all__ = ["ALL", "Bird", "ExaBgp", "Frr", "GoBgp", "Neighbor", "OpenBgpd"]
