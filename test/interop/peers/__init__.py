"""The other speakers: one class each, all with the same face (speaker.Speaker)."""

from .bird import Bird
from .frr import Frr
from .gobgp import GoBgp
from .openbgpd import OpenBgpd
from .speaker import Neighbor

ALL = {"bird": Bird, "frr": Frr, "gobgp": GoBgp, "openbgpd": OpenBgpd}

__all__ = ["ALL", "Bird", "Frr", "GoBgp", "Neighbor", "OpenBgpd"]
