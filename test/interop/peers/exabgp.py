"""ExaBGP: says exactly what it is told to and keeps no table; a helper process records what it hears."""

import json
import os

from .speaker import HOLD_SECONDS, Speaker, family_of

# Runs below ExaBGP: what comes on the fifo goes to ExaBGP as a command, what ExaBGP reports goes into the record.
HELPER = """
import os, select, sys
fifo = os.open(sys.argv[1], os.O_RDWR)
record = open(sys.argv[2], "a", buffering=1)
inputs = [0, fifo]
while True:
    for ready in select.select(inputs, [], [])[0]:
        text = os.read(ready, 65536).decode()
        if ready == 0 and not text:
            sys.exit()
        if ready == 0:
            record.write(text)
        else:
            sys.stdout.write(text)
            sys.stdout.flush()
"""


class ExaBgp(Speaker):
    NAME = "exabgp"
    PROGRAMS = ("/usr/sbin/exabgp", "/usr/bin/python3")
    WRITES_KERNEL = False
    LACKS = {"shutdown_text": "its shell does not show it", "ttl_security": "sets no minimum TTL",
             "collision": "opens no second connection", "reflector_client": "does not reflect",
             "graceful_restart_restarter": "keeps no table of what it hears", "long_lived": "no such capability in this release",
             "role": "no such capability in this release", "confederation": "writes no AS_CONFED_SEQUENCE",
             "route_refresh": "ends the session when it is asked, also by BIRD",
             "unnumbered": "takes no neighbor by interface", "allowas_in": "passes nothing on",
             "extended_open": "never sends the long form by choice"}

    def start(self):
        networks, self.networks = self.networks, []
        for name in ("record",):
            open(self.path(name), "w", encoding="utf-8").close()
        if not os.path.exists(self.path("fifo")):
            os.mkfifo(self.path("fifo"))
        self.write("helper.py", [HELPER])
        self.write("exabgp.conf", self._config())
        settings = ["exabgp.daemon.user=root", "exabgp.api.cli=false", "exabgp.log.destination=stdout", "exabgp.tcp.once=false",
                    "exabgp.tcp.delay=0", "exabgp.cache.attributes=false", f"exabgp.tcp.bind={self._listens_on()}"]
        self.spawn("/usr/bin/env", *settings, "/usr/sbin/exabgp", self.path("exabgp.conf"))
        self.wait_started(lambda: os.path.exists(self.path("record")) and "loaded" in self.logs())
        for prefix in networks + (self.host.subnets if self.docker0 else []):
            self.announce(prefix)
        return self

    def _listens_on(self):
        return f"{self.host.ipv4} {self.host.ipv6}" if any(neighbor.passive for neighbor in self.neighbors) else ""

    def _config(self):
        lines = ["process recorder {", f"  run /usr/bin/python3 {self.path('helper.py')} {self.path('fifo')} {self.path('record')};",
                 "  encoder json;", "}"]
        for neighbor in self.neighbors:
            own = self.host.ipv6 if ":" in neighbor.address else self.host.ipv4
            lines += [f"neighbor {neighbor.address} {{", f"  router-id {self.host.ipv4};", f"  local-address {own};",
                      f"  local-as {self.local_as};", f"  peer-as {neighbor.remote_as};", f"  hold-time {HOLD_SECONDS};"]
            if neighbor.passive:
                lines.append("  passive true;")
            if neighbor.password:
                lines.append(f'  md5-password "{neighbor.password}";')
            lines += ["  family {", *(f"    {family} unicast;" for family in neighbor.families), "  }"]
            lines += ["  capability {", "    route-refresh enable;", *(f"    {line}" for line in neighbor.raw), "  }",
                      *(f"  {line}" for line in neighbor.channel)]
            lines += ["  api {", "    processes [ recorder ];", "    neighbor-changes;",
                      "    receive { parsed; update; refresh; notification; }", "  }", "}"]
        return lines

    def say(self, command):
        """One command of ExaBGP's API, such as `announce route 10.0.0.0/24 next-hop 10.0.0.1 community [65000:1]`."""
        with open(self.path("fifo"), "w", encoding="utf-8") as fifo:
            fifo.write(command + "\n")

    def heard(self):
        """Every event of the record, oldest first."""
        events = []
        with open(self.path("record"), encoding="utf-8") as record:
            for line in record:
                try:
                    events.append(json.loads(line))
                except ValueError:
                    pass  # a line that is being written
        return events

    def is_established(self, address):
        state = None
        for event in self.heard():
            neighbor = event.get("neighbor", {})
            if event.get("type") == "state" and neighbor.get("address", {}).get("peer") == address:
                state = neighbor.get("state")
        return state == "up"

    def route(self, prefix):
        """Of the last event about the prefix, whichever neighbor sent it."""
        found, key = None, f"{family_of(prefix)} unicast"
        for event in self.heard():
            if event.get("type") == "state" and event["neighbor"].get("state") == "down":
                found = None
            update = event.get("neighbor", {}).get("message", {}).get("update", {}) if event.get("type") == "update" else {}
            if any(route["nlri"] == prefix for route in update.get("withdraw", {}).get(key, [])):
                found = None
            # An IPv6 route stands below each of its two next hops, RFC 2545; the global one is wanted.
            announced = update.get("announce", {}).get(key, {})
            for next_hop, routes in sorted(announced.items(), key=lambda entry: not entry[0].startswith("fe80:")):
                for route in routes:
                    if route.get("nlri") == prefix:
                        found = _read(update.get("attribute", {}), next_hop, route)
        return found

    def paths(self, prefix):
        """{path identifier: AS path} of a prefix, RFC 7911, from all that was announced and not withdrawn."""
        found, key = {}, f"{family_of(prefix)} unicast"
        for event in self.heard():
            update = event.get("neighbor", {}).get("message", {}).get("update", {}) if event.get("type") == "update" else {}
            for route in update.get("withdraw", {}).get(key, []):
                if route["nlri"] == prefix:
                    found.pop(route.get("path-information"), None)
            for routes in update.get("announce", {}).get(key, {}).values():
                for route in routes:
                    if route.get("nlri") == prefix:
                        found[route.get("path-information")] = update["attribute"].get("as-path", [])
        return found

    def ask_refresh(self, address):
        self.say(f"neighbor {address} announce route-refresh ipv4 unicast")

    def describe(self, prefix):
        route = self.route(prefix) or {}
        words = [":".join(map(str, community)) for kind in ("communities", "large_communities") for community in route.get(kind, [])]
        words += [str(community.get("string", community)) for community in route.get("extended_communities", [])]
        return " ".join(words) + f"\n{route.get('attributes')}"

    def describe_neighbor(self, address):
        return json.dumps([event for event in self.heard() if event.get("neighbor", {}).get("address", {}).get("peer") == address])

    def apply_networks(self, added=None, removed=None):
        prefix = added or removed
        own = self.host.ipv6 if family_of(prefix) == "ipv6" else self.host.ipv4
        self.say(f"{'announce' if added else 'withdraw'} route {prefix} next-hop {own}")


def _read(attributes, next_hop, route):
    return {"next_hop": next_hop, "as_path": attributes.get("as-path", []),
            "local_pref": str(attributes.get("local-preference", "")), "originator_id": attributes.get("originator-id", ""),
            "cluster_list": attributes.get("cluster-list", []), "communities": attributes.get("community", []),
            "large_communities": attributes.get("large-community", []),
            "extended_communities": attributes.get("extended-community", []), "med": attributes.get("med"),
            "path_id": route.get("path-information"), "attributes": attributes}
