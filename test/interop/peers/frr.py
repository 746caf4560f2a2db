"""FRR: zebra and bgpd, run as the package's user with files in the lab's folder."""

import json
import os
import shutil

from .speaker import HOLD_SECONDS, KEEPALIVE_SECONDS, Speaker, family_of


class Frr(Speaker):
    NAME = "frr"
    LACKS = {"extended_message": "no such capability in this release",
             "two_octet_peer": "always offers four-octet AS numbers"}
    PROGRAMS = ("/usr/lib/frr/zebra", "/usr/lib/frr/bgpd", "/usr/bin/vtysh")

    def start(self):
        # zebra drops root before it makes its sockets: the folder and the way to it are its user's.
        shutil.chown(self.folder, "frr", "frr")
        os.chmod(self.folder, 0o755)
        self.write("zebra.conf", ["hostname zebra"], 0o644)
        self.write("bgpd.conf", self._config(), 0o644)
        socket = ["-z", self.path("zserv.api")]
        for program in ("zebra", "bgpd"):
            self.spawn(f"/usr/lib/frr/{program}", "-f", self.path(f"{program}.conf"), "-i", self.path(f"{program}.pid"),
                       "--vty_socket", self.folder, "-P", "0", "-u", "frr", "-g", "frr", "--log", "stdout", *socket)
            self.wait_started(lambda program=program: os.path.exists(self.path(f"{program}.vty")))
        return self.wait_started(lambda: "FRRouting" in self._vtysh("show version"))

    def _vtysh(self, *commands):
        words = ["/usr/bin/vtysh", "--vty_socket", self.folder, "-d", "bgpd"]
        for command in commands:
            words += ["-c", command]
        return self.command(*words)

    def _config(self):
        lines = ["hostname bgpd", "debug bgp neighbor-events", f"router bgp {self.local_as}",
                 f" bgp router-id {self.host.ipv4}", " no bgp ebgp-requires-policy", " no bgp network import-check", " no bgp default ipv4-unicast",
                 f" timers bgp {KEEPALIVE_SECONDS} {HOLD_SECONDS}", *(f" {line}" for line in self.lines)]
        for neighbor in self.neighbors:
            lines += [f" {neighbor.line}",
                      f" neighbor {neighbor.address} timers connect 1"]
            if neighbor.password:
                lines.append(f" neighbor {neighbor.address} password {neighbor.password}")
            if neighbor.passive:
                lines.append(f" neighbor {neighbor.address} passive")
            lines += [f" neighbor {neighbor.address} {line}" for line in neighbor.raw]
        for family in ("ipv4", "ipv6"):
            lines.append(f" address-family {family} unicast")
            lines += [f"  network {prefix}" for prefix in self.networks if family_of(prefix) == family]
            if self.docker0:
                lines.append("  redistribute connected route-map docker0")
            for neighbor in self.neighbors:
                if family in neighbor.families:
                    lines.append(f"  neighbor {neighbor.address} activate")
                    if neighbor.reflector_client:
                        lines.append(f"  neighbor {neighbor.address} route-reflector-client")
            lines.append(" exit-address-family")
        return lines + ["route-map docker0 permit 10", " match interface docker0"]

    def is_established(self, address):
        answer = json.loads(self._vtysh(f"show bgp neighbors {address} json"))
        return answer.get(address, {}).get("bgpState") == "Established"

    def route(self, prefix):
        answer = json.loads(self._vtysh(f"show bgp {family_of(prefix)} unicast {prefix} json"))
        for path in answer.get("paths", []):
            if path.get("bestpath", {}).get("overall"):
                hops = [hop for hop in path["nexthops"] if hop.get("scope", "global") == "global"] or path["nexthops"]
                aspath = path.get("aspath", {}).get("string", "")
                return {"next_hop": hops[0]["ip"],
                        "as_path": [int(word) for word in aspath.split() if word.isdigit()],
                        "local_pref": str(path.get("locPrf", "")), "originator_id": path.get("originatorId", ""),
                        "cluster_list": path.get("clusterList", {}).get("list", [])}
        return None

    def describe(self, prefix):
        return self._vtysh(f"show bgp {family_of(prefix)} unicast {prefix}")

    def describe_neighbor(self, address):
        return self._vtysh(f"show bgp neighbors {address}")

    def ask_refresh(self, address):
        self._vtysh(f"clear bgp ipv4 unicast {address} soft in")

    def apply_networks(self, added=None, removed=None):
        prefix = added or removed
        self._vtysh("configure terminal", f"router bgp {self.local_as}", f"address-family {family_of(prefix)} unicast",
                    f"{'no ' if removed else ''}network {prefix}")
