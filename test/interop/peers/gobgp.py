"""GoBGP. It keeps routes to itself: nothing is written to the kernel."""

import json

from .speaker import HOLD_SECONDS, KEEPALIVE_SECONDS, Speaker, family_of


class GoBgp(Speaker):
    NAME = "gobgp"
    PROGRAMS = ("/usr/bin/gobgpd", "/usr/bin/gobgp")
    WRITES_KERNEL = False
    LACKS = {"route_refresh_answered": "it keeps what it received and never asks",
             "extended_message": "no such capability in this release",
             "two_octet_peer": "always offers four-octet AS numbers",
             "enhanced_refresh": "does not offer the capability", "role": "no such capability in this release",
             "allowas_in": "sends no path that has the neighbor's AS in it",
             "extended_open": "never sends the long form by choice"}

    def start(self):
        networks, self.networks = self.networks, []
        self.write("gobgpd.conf", self._config())
        self.spawn("/usr/bin/gobgpd", "-f", self.path("gobgpd.conf"), "-t", "toml", "--api-hosts", "127.0.0.1:50051",
                   "--pprof-disable")
        self.wait_started(lambda: "AS:" in self._gobgp("global"))
        for prefix in networks + (self.host.subnets if self.docker0 else []):
            self.announce(prefix)
        return self

    def _gobgp(self, *words, check=True):
        return self.command("/usr/bin/gobgp", "-u", "127.0.0.1", *words, check=check)

    def _config(self):
        lines = ["[global.config]", f"as = {self.local_as}", f'router-id = "{self.host.ipv4}"', *self.lines]
        for neighbor in self.neighbors:
            lines += ["[[neighbors]]", "[neighbors.config]",
                      f'neighbor-{"interface" if neighbor.interface else "address"} = "{neighbor.address}"',
                      f"peer-as = {neighbor.remote_as}", f'auth-password = "{neighbor.password}"',
                      "[neighbors.timers.config]", f"hold-time = {HOLD_SECONDS}",
                      f"keepalive-interval = {KEEPALIVE_SECONDS}", "connect-retry = 5", "idle-hold-time-after-reset = 1"]
            if neighbor.passive:
                lines += ["[neighbors.transport.config]", "passive-mode = true"]
            if neighbor.reflector_client:
                lines += ["[neighbors.route-reflector.config]", "route-reflector-client = true",
                          f'route-reflector-cluster-id = "{self.host.ipv4}"']
            lines += neighbor.raw
            for family in neighbor.families:
                lines += ["[[neighbors.afi-safis]]", "[neighbors.afi-safis.config]",
                          f'afi-safi-name = "{family}-unicast"', *neighbor.channel]
        return lines

    def is_established(self, address):
        for neighbor in json.loads(self._gobgp("neighbor", "-j")):
            if neighbor["state"]["neighbor_address"] == address:
                return neighbor["state"].get("session_state") == 6  # ESTABLISHED
        return False

    def route(self, prefix):
        answer = self._gobgp("global", "rib", prefix, "-a", family_of(prefix), "-j", check=False)
        if not answer.lstrip().startswith(("{", "[")):
            return None
        for paths in json.loads(answer).values():
            for path in paths:
                if path.get("best") or len(paths) == 1:
                    return _read_attributes(path["attrs"])
        return None

    def describe(self, prefix):
        text = self._gobgp("global", "rib", prefix, "-a", family_of(prefix), check=False)
        return text.replace("[65001:1:2]", "65001:1:2")

    def describe_neighbor(self, address):
        return self._gobgp("neighbor", address, check=False)

    def ask_refresh(self, address):
        self._gobgp("neighbor", address, "softresetin")

    def apply_networks(self, added=None, removed=None):
        prefix = added or removed
        next_hop = self.host.ipv6 if family_of(prefix) == "ipv6" else self.host.ipv4
        if any(neighbor.interface for neighbor in self.neighbors):
            next_hop = self.host.link_local
        words = ["global", "rib", "add" if added else "del", "-a", family_of(prefix), prefix]
        self._gobgp(*words, *(["nexthop", next_hop, "origin", "igp"] if added else []))


def _read_attributes(attributes):
    """GoBGP prints attributes by RFC 4271's type codes."""
    route = {"next_hop": "", "as_path": [], "local_pref": "", "originator_id": "", "cluster_list": []}
    for attribute in attributes:
        kind, value = attribute["type"], attribute.get("value")
        if kind == 2:
            route["as_path"] = [number for part in attribute.get("as_paths", []) for number in part["asns"]]
        elif kind in (3, 14):
            route["next_hop"] = attribute["nexthop"]
        elif kind == 5:
            route["local_pref"] = str(value)
        elif kind == 9:
            route["originator_id"] = value
        elif kind == 10:
            route["cluster_list"] = value
    return route
