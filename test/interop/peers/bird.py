"""BIRD 2."""

import re

from .speaker import HOLD_SECONDS, KEEPALIVE_SECONDS, Speaker, family_of


class Bird(Speaker):
    NAME = "bird"
    LACKS = {"extended_open": "never sends the long form by choice"}
    PROGRAMS = ("/usr/sbin/bird", "/usr/sbin/birdc")

    def start(self):
        self.write("bird.conf", self._config())
        self.spawn("/usr/sbin/bird", "-f", "-c", self.path("bird.conf"), "-s", self.path("bird.ctl"),
                   "-P", self.path("bird.pid"))
        return self.wait_started(lambda: "Daemon is up" in self._birdc("show status"))

    def _birdc(self, command, check=True):
        return self.command("/usr/sbin/birdc", "-s", self.path("bird.ctl"), *command.split(), check=check)

    def _config(self):
        lines = [f'log "{self.path("bird.log")}" all;', f"router id {self.host.ipv4};",
                 "protocol device { scan time 1; }",
                 # What next hops of iBGP resolve through; announced to nobody.
                 'protocol direct uplink { ipv4; ipv6; interface "eth0"; }', *self.lines]
        for family in ("ipv4", "ipv6"):
            lines += [f"protocol kernel kernel_{family} {{ {family} {{ import none; "
                      "export where source = RTS_BGP; }; }",
                      f"protocol static static_{family} {{ {family};"]
            lines += [f"  route {prefix} blackhole;" for prefix in self.networks if family_of(prefix) == family]
            lines.append("}")
        if self.docker0:
            lines.append('protocol direct { ipv4; ipv6; interface "docker0"; }')
        for number, neighbor in enumerate(self.neighbors, 1):
            lines += [f"protocol bgp peer{number} {{", f"  local as {self.local_as};",
                      f'  neighbor range fe80::/10 as {neighbor.remote_as}; interface "{neighbor.address}";'
                      if neighbor.interface else f"  neighbor {neighbor.address} as {neighbor.remote_as};",
                      f"  hold time {HOLD_SECONDS}; keepalive time {KEEPALIVE_SECONDS};",
                      "  connect retry time 1; connect delay time 1; error wait time 1, 2;"]
            if neighbor.password:
                lines.append(f'  password "{neighbor.password}";')
            if neighbor.passive:
                lines.append("  passive;")
            if neighbor.reflector_client:
                lines.append("  rr client;")
            lines += [f"  {line}" for line in neighbor.raw]
            lines += [f'  {family} {{ import all; export where proto != "uplink"; '
                      f'{" ".join(neighbor.channel)} }};' for family in neighbor.families]
            lines.append("}")
        return lines

    def is_established(self, address):
        for number, neighbor in enumerate(self.neighbors, 1):
            if neighbor.address == address:
                return "BGP state:          Established" in self._birdc(f"show protocols all peer{number}")
        return False

    def route(self, prefix):
        text = self._birdc(f"show route {prefix} primary all", check=False)  # exit status 1: no such network
        if "BGP.next_hop" not in text:
            return None
        def value(name):
            found = re.search(rf"BGP\.{name}: *(.*)", text)
            return found.group(1).strip() if found else ""
        return {"next_hop": value("next_hop").split()[0], "as_path": [int(word) for word in value("as_path").split() if word.isdigit()],
                "local_pref": value("local_pref"), "originator_id": value("originator_id"),
                "cluster_list": value("cluster_list").split()}

    def describe(self, prefix):
        text = self._birdc(f"show route {prefix} all", check=False)
        return re.sub(r"\((\d+), ?(\d+)(?:, ?(\d+))?\)",
                      lambda found: ":".join(part for part in found.groups() if part), re.sub(r"\((rt|ro), ", "(", text))

    def describe_neighbor(self, address):
        return self._birdc("show protocols all")

    def ask_refresh(self, address):
        for number, neighbor in enumerate(self.neighbors, 1):
            if neighbor.address == address:
                self._birdc(f"reload in peer{number}")

    def apply_networks(self, added=None, removed=None):
        self.write("bird.conf", self._config())
        self._birdc("configure")
