"""OpenBGPD, the portable one: parent, route decision engine and session engine."""

import json

from .speaker import HOLD_SECONDS, Speaker, family_of


# It locks its processes into /run/openbgpd, which the service unit makes on a machine that runs it as a service.
WITH_ITS_FOLDER = "mount -t tmpfs none /run && mkdir /run/openbgpd && exec /usr/sbin/bgpd \"$@\""


class OpenBgpd(Speaker):
    NAME = "openbgpd"
    PROGRAMS = ("/usr/sbin/bgpd", "/usr/sbin/bgpctl")
    # The portable bgpd writes the kernel only where the platform's code is complete; Debian's does not.
    WRITES_KERNEL = False
    LACKS = {"route_refresh": "OpenBGPD 7.7 counts a ROUTE-REFRESH and sends nothing, also to BIRD",
             "extended_message": "no such capability in this release",
             "graceful_restart_helper": "names no family whose routes are to be kept",
             "long_lived": "no such capability in this release", "confederation": "knows no confederations",
             "extended_next_hop": "no such capability in this release", "unnumbered": "takes no neighbor by interface",
             "extended_open": "never sends the long form by choice"}
    BOTH_FAMILIES_IN_ONE_SESSION = False  # the portable one does not find the IPv6 next hop of an IPv4 session

    def start(self):
        networks = self.networks + (self.host.subnets if self.docker0 else [])
        self.write("bgpd.conf", self._config(networks))
        self.spawn("/usr/bin/unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", WITH_ITS_FOLDER,
                   "bgpd", "-d", "-f", self.path("bgpd.conf"))
        return self.wait_started(lambda: "neighbors" in self._bgpctl("-j", "show", "neighbor"))

    def _bgpctl(self, *words):
        return self.command("/usr/sbin/bgpctl", "-s", self.path("bgpd.sock"), *words)

    def _config(self, networks):
        lines = [f"AS {self.local_as}", f"router-id {self.host.ipv4}", f'socket "{self.path("bgpd.sock")}"',
                 "fib-update no", "connect-retry 5", f"holdtime {HOLD_SECONDS}",
                 f"listen on {self.host.ipv4}", f"listen on {self.host.ipv6}", "nexthop qualify via default", *self.lines]
        lines += [f"network {prefix}" for prefix in networks]
        for neighbor in self.neighbors:
            lines += [f"neighbor {neighbor.address} {{", f"  remote-as {neighbor.remote_as}"]
            lines += [f"  announce {'IPv4' if family == 'ipv4' else 'IPv6'} "
                      f"{'unicast' if family in neighbor.families else 'none'}" for family in ("ipv4", "ipv6")]
            lines += [f"  {line}" for line in neighbor.raw]
            if neighbor.reflector_client:
                lines.append("  route-reflector")
            if neighbor.password:
                lines.append(f'  tcp md5sig password "{neighbor.password}"')
            if neighbor.passive:
                lines.append("  passive")
            lines.append("}")
        return lines + ["allow from any", "allow to any"]

    def is_established(self, address):
        answer = json.loads(self._bgpctl("-j", "show", "neighbor", address))
        return any(neighbor.get("state") == "Established" for neighbor in answer.get("neighbors", []))

    def route(self, prefix):
        answer = json.loads(self._bgpctl("-j", "show", "rib", prefix, "all") or "{}")
        for route in answer.get("rib", []):
            if route.get("prefix") == prefix:
                return {"next_hop": route.get("exit_nexthop", ""),
                        "as_path": [int(word) for word in route.get("aspath", "").split() if word.isdigit()],
                        "local_pref": str(route.get("localpref", "")),
                        "originator_id": route.get("originator_id", ""), "cluster_list": route.get("cluster_list", [])}
        return None

    def paths(self, prefix):
        """The AS paths of all routes to a prefix, as text."""
        answer = json.loads(self._bgpctl("-j", "show", "rib", prefix, "all") or "{}")
        return sorted(route.get("aspath", "") for route in answer.get("rib", []) if route.get("prefix") == prefix)

    def describe(self, prefix):
        return self._bgpctl("show", "rib", "detail", prefix)

    def describe_neighbor(self, address):
        return self._bgpctl("show", "neighbor", address)

    def clear(self, address):
        self._bgpctl("neighbor", address, "clear")

    def ask_refresh(self, address):
        self._bgpctl("neighbor", address, "refresh")

    def apply_networks(self, added=None, removed=None):
        prefix = added or removed
        self._bgpctl("network", "add" if added else "delete", prefix)
