"""The daemons that are measured: how each is configured as the partner of the generator's peers, and started.

All alike: passive, no policy, no kernel routes, no log of routes. `plan` is what `bgp_load --print-peers` says.
"""

import json
import os
import shutil
import subprocess

from lab.kuland import find_build


class Daemon:
    """NAME: as options and results have it. warm_up: seconds that it wants after its socket listens."""
    NAME = ""
    warm_up = 1.0

    def binary(self):
        """Where it is installed; None: it is not."""
        return None

    def version(self):
        return self.first_line_of("--version")

    def configure(self, folder, plan):
        """Writes its configuration. Returns the words that start it in the foreground."""
        raise NotImplementedError

    def shell(self, folder):
        """The words before a command of the daemon's own shell; None: it has none that knows FRR's commands."""
        return None

    def first_line_of(self, *arguments):
        done = subprocess.run([self.binary(), *arguments], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              stdin=subprocess.DEVNULL, timeout=10, check=False)
        return (done.stdout.strip().splitlines() or ["?"])[0]


def write(folder, name, lines):
    path = os.path.join(folder, name)
    with open(path, "w", encoding="utf-8") as file:
        file.write("\n".join(lines) + "\n")
    return path


def first_of(*paths):
    return next((path for path in paths if path and os.access(path, os.X_OK)), None)


def by_as(plan):
    """{AS: [addresses]}"""
    groups = {}
    for peer in plan["peers"]:
        groups.setdefault(peer["as"], []).append(peer["address"])
    return groups


def frr_style(plan, more=()):
    """The lines that kuland and FRR read alike. more: further lines of each peer group."""
    keepalive = max(1, plan["hold_time"] // 3)
    lines = [f"router bgp {plan['as']}", f" bgp router-id {plan['identifier']}", " no bgp ebgp-requires-policy",
             " no bgp default ipv4-unicast", f" timers bgp {keepalive} {plan['hold_time']}"]
    activate = []
    for number, addresses in by_as(plan).items():
        group = f"AS{number}"
        lines += [f" neighbor {group} peer-group", f" neighbor {group} remote-as {number}",
                  f" neighbor {group} passive", *[f" neighbor {group} {line}" for line in more]]
        lines += [f" neighbor {address} peer-group {group}" for address in addresses]
        activate.append(f"  neighbor {group} activate")
        if plan["internal"]:
            activate.append(f"  neighbor {group} route-reflector-client")
    return [*lines, f" address-family {plan['family']} unicast", *activate, " exit-address-family"]


class Kulan(Daemon):
    NAME = "kulan"

    def binary(self):
        return first_of(os.path.join(find_build() or "", "kuland"))

    def configure(self, folder, plan):
        config = write(folder, "kulan.conf", frr_style(plan))
        return [self.binary(), "--no-kernel", "--config", config, "--socket", f"{folder}/kuland.sock",
                "--state-dir", f"{folder}/state", "--listen", plan["daemon"], "--bgp-port", str(plan["port"])]

    def shell(self, folder):
        return [os.path.join(os.path.dirname(self.binary()), "kulan"), "--socket", f"{folder}/kuland.sock", "-c"]


class Bird(Daemon):
    def __init__(self, name, major, threads=None):
        self.NAME, self.major, self.threads = name, major, threads

    def binary(self):
        """BIRD 3 may stand beside BIRD 2: $BIRD3, bird3, or the one that is installed."""
        candidates = [os.environ.get(self.NAME.upper()), shutil.which(self.NAME), "/usr/local/sbin/bird", "/usr/sbin/bird"]
        return next((path for path in candidates if first_of(path) and self._is_it(path)), None)

    def _is_it(self, path):
        done = subprocess.run([path, "--version"], text=True, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, check=False)
        return f"version {self.major}." in done.stdout

    def version(self):
        return super().version() + (f", threads {self.threads}" if self.threads else "")

    def configure(self, folder, plan):
        client = "rr client; direct;" if plan["internal"] else ""
        sets = "allow as sets;" if self.major >= 3 else ""
        lines = [f'log "{folder}/bird.log" {{ warning, error, fatal, bug }};', f"router id {plan['identifier']};",
                 f"threads {self.threads};" if self.threads else "", "protocol device { scan time 3600; }",
                 f"template bgp player {{ local {plan['daemon']} port {plan['port']} as {plan['as']}; passive; "
                 f"hold time {plan['hold_time']}; {client} {sets} {plan['family']} {{ import all; export all; }}; }}"]
        lines += [f"protocol bgp p{number} from player {{ neighbor {peer['address']} as {peer['as']}; }}"
                  for number, peer in enumerate(plan["peers"])]
        return [self.binary(), "-f", "-c", write(folder, "bird.conf", lines), "-s", f"{folder}/bird.ctl",
                "-P", f"{folder}/bird.pid"]


class Frr(Daemon):
    """bgpd alone, without zebra. Updates leave at once: no advertisement interval, no coalescing."""
    NAME = "frr"
    warm_up = 7.0  # its start timers run for passive neighbors, too, and drop a session that they meet

    def binary(self):
        return first_of("/usr/lib/frr/bgpd", "/usr/libexec/frr/bgpd")

    def configure(self, folder, plan):
        lines = frr_style(plan, ("advertisement-interval 0", "disable-connected-check"))
        lines[1:1] = [" coalesce-time 0", " no bgp suppress-duplicates"]
        config = write(folder, "bgpd.conf", [f"log file {folder}/bgpd.log errors", *lines])
        os.chmod(folder, 0o777)
        return [self.binary(), "-Z", "-S", "-f", config, "-i", f"{folder}/bgpd.pid", "-l", plan["daemon"],
                "-p", str(plan["port"]), "-A", "127.0.0.1", "-P", "0", "--vty_socket", folder]

    def shell(self, folder):
        return ["/usr/bin/vtysh", "--vty_socket", folder, "-d", "bgpd", "-c"]


class GoBgp(Daemon):
    NAME = "gobgp"

    def binary(self):
        return shutil.which("gobgpd")

    def version(self):
        return "gobgpd " + super().version()

    def configure(self, folder, plan):
        neighbors = []
        for peer in plan["peers"]:
            entry = {"config": {"neighbor-address": peer["address"], "peer-as": peer["as"]},
                     "timers": {"config": {"hold-time": plan["hold_time"], "keepalive-interval": plan["hold_time"] // 3}},
                     "transport": {"config": {"passive-mode": True, "local-address": plan["daemon"]}}}
            if plan["family"] == "ipv6":
                entry["afi-safis"] = [{"config": {"afi-safi-name": "ipv6-unicast"}}]
            if plan["internal"]:
                entry["route-reflector"] = {"config": {"route-reflector-client": True,
                                                       "route-reflector-cluster-id": plan["identifier"]}}
            neighbors.append(entry)
        config = {"global": {"config": {"as": plan["as"], "router-id": plan["identifier"], "port": plan["port"],
                                        "local-address-list": [plan["daemon"]]}}, "neighbors": neighbors}
        return [self.binary(), "-t", "json", "-f", write(folder, "gobgpd.json", [json.dumps(config)]), "-l", "error",
                "--pprof-disable", "--api-hosts", "127.0.0.1:50051"]


# OpenBGPD locks its processes into /run/openbgpd, which its service unit makes.
WITH_ITS_FOLDER = "mount -t tmpfs none /run && mkdir /run/openbgpd && exec \"$@\""


class OpenBgpd(Daemon):
    NAME = "openbgpd"

    def binary(self):
        return first_of("/usr/sbin/bgpd")

    def version(self):
        return self.first_line_of("-V")

    def configure(self, folder, plan):
        lines = [f"AS {plan['as']}", f"router-id {plan['identifier']}", f"holdtime {plan['hold_time']}",
                 f"listen on {plan['daemon']} port {plan['port']}", f'socket "{folder}/bgpd.sock"', "fib-update no"]
        announce = [" announce IPv4 none", " announce IPv6 unicast"] if plan["family"] == "ipv6" else []
        for number, addresses in by_as(plan).items():
            lines += [f'group "as{number}" {{', f" remote-as {number}", " enforce neighbor-as no", *announce]
            lines += [" route-reflector"] if plan["internal"] else []
            lines += [*[f" neighbor {address} {{ passive }}" for address in addresses], "}"]
        config = write(folder, "bgpd.conf", [*lines, "allow from any", "allow to any"])
        os.chmod(config, 0o600)
        return ["/usr/bin/unshare", "--mount", "--propagation", "private", "--", "/bin/sh", "-c", WITH_ITS_FOLDER, "sh",
                self.binary(), "-d", "-f", config]


ALL = {daemon.NAME: daemon for daemon in (Kulan(), Bird("bird2", 2), Bird("bird3", 3, threads=2), Frr(), GoBgp(), OpenBgpd())}
