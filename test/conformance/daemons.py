"""The speaker under test, on the network of the kit, with one neighbor for each peer of the cases.

    d0   10.0.0.1/16, fd00::1/64    the daemon's end; every other address of the two subnets is the tests'
"""

import json
import os
import re
import signal
import subprocess
import time

DAEMON4, DAEMON6, ROUTER_ID, PORT = "10.0.0.1", "fd00::1", "10.0.0.1", 179
REPOSITORY = os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__))))


def make_network():
    """Inside a network namespace of our own: the daemon's subnets, every address of them local."""
    subprocess.run(["ip", "-batch", "-"], check=True, text=True, input="\n".join([
        "link set lo up", "link add d0 type veth peer name d1", "link set d1 up", f"address add {DAEMON4}/16 dev d0",
        f"address add {DAEMON6}/64 dev d0 nodad", "link set d0 up",
        # The tests bind to any address of the subnets, and what they send comes in by lo.
        "route add local 10.0.0.0/16 dev lo", "route add local fd00::/64 dev lo"]) + "\n")


class Setup:
    """What the daemon itself is; cases of equal setups share one daemon.

    lines: of `router bgp` (kuland). bird: top-level lines of BIRD that say the same, or None: BIRD cannot.
    """

    def __init__(self, name, asn=65000, lines=(), bird=()):
        self.name, self.asn, self.lines, self.bird = name, asn, tuple(lines), None if bird is None else tuple(bird)


class Neighbor:
    """One peer of a case as the daemon is to see it.

    lines: of kuland after `neighbor A `; family_lines: the same in both address families; bird: of the protocol block;
    bird_channel: of both its channels.
    """

    def __init__(self, asn, client=False, passive=True, hold=90, families=("ipv4", "ipv6"), lines=(), family_lines=(),
                 bird=(), bird_channel=(), over_ipv6=False):
        self.asn, self.client, self.passive, self.hold, self.families = asn, client, passive, hold, families
        self.lines, self.family_lines, self.over_ipv6 = tuple(lines), tuple(family_lines), over_ipv6
        self.bird = None if bird is None else tuple(bird)
        self.bird_channel = tuple(bird_channel)
        self.address = None  # given by the runner


class Daemon:
    def __init__(self, setup, neighbors, folder):
        self.setup, self.neighbors, self.folder = setup, neighbors, folder
        self.log_path = os.path.join(folder, f"{self.NAME}-{setup.name}.log")
        self.process = None

    def write(self, name, lines):
        path = os.path.join(self.folder, name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        return path

    def spawn(self, *words):
        with open(self.log_path, "a", encoding="utf-8") as log:
            self.process = subprocess.Popen(words, stdin=subprocess.DEVNULL, stdout=log, stderr=log, cwd="/")

    def wait_started(self, answers, seconds=30):
        deadline = time.monotonic() + seconds
        while not answers():
            if self.process.poll() is not None or time.monotonic() > deadline:
                raise AssertionError(f"{self.NAME} did not start:\n{self.log()[-2000:]}")
            time.sleep(0.02)
        return self

    def lacking_lines(self):
        """[(neighbor's address, or "", line)]: what this version of the daemon has no command for."""
        return []

    def is_running(self):
        return self.process.poll() is None

    def log(self):
        with open(self.log_path, encoding="utf-8", errors="replace") as file:
            return file.read()

    def stop(self):
        """Returns the exit status, after SIGKILL when it does not end by itself."""
        if self.is_running():
            self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(15)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
            return "killed"


class Kuland(Daemon):
    NAME = "kuland"

    def _config(self):
        lines = ["log level info", f"router bgp {self.setup.asn}", f" bgp router-id {ROUTER_ID}",
                 " no bgp ebgp-requires-policy", " no bgp default ipv4-unicast", " timers bgp 30 90"]
        lines += [f" {line}" for line in self.setup.lines]
        for neighbor in self.neighbors:
            head = f" neighbor {neighbor.address}"
            lines += [f"{head} remote-as {neighbor.asn}", f"{head} timers {neighbor.hold // 3} {neighbor.hold}",
                      f"{head} timers connect 1",
                      f"{head} passive" if neighbor.passive else f"{head} update-source {DAEMON4}",
                      *[f"{head} {line}" for line in neighbor.lines]]
        for family in ("ipv4", "ipv6"):
            lines.append(f" address-family {family} unicast")
            for neighbor in self.neighbors:
                if family in neighbor.families:
                    head = f"  neighbor {neighbor.address}"
                    lines += [f"{head} activate", *[f"{head} {line}" for line in neighbor.family_lines],
                              *([f"{head} route-reflector-client"] if neighbor.client else [])]
            lines.append(" exit-address-family")
        return lines

    def start(self):
        build = os.environ.get("KULAN_BUILD") or next(
            os.path.join(REPOSITORY, "build", preset) for preset in ("release", "asan", "debug", "dev")
            if os.path.exists(os.path.join(REPOSITORY, "build", preset, "kuland")))
        self.kulan = os.path.join(build, "kulan")
        self.socket = os.path.join(self.folder, f"{self.setup.name}.sock")
        state = os.path.join(self.folder, f"{self.setup.name}.state")
        os.makedirs(state, exist_ok=True)
        config = self.write(f"kuland-{self.setup.name}.conf", self._config())
        # The tests listen on the same port of other addresses.
        self.spawn(os.path.join(build, "kuland"), "--config", config, "--socket", self.socket, "--state-dir", state,
                   "--listen", DAEMON4, "--listen", DAEMON6)
        return self.wait_started(lambda: self._shell("show version").returncode == 0)

    def lacking_lines(self):
        config = os.path.join(self.folder, f"kuland-{self.setup.name}.conf")
        done = subprocess.run([os.path.join(os.path.dirname(self.kulan), "kuland"), "--check", "--config", config],
                              stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
        with open(config, encoding="utf-8") as file:
            lines = file.read().splitlines()
        found = [lines[int(number) - 1].split() for number in re.findall(r":(\d+): warning: kulan does not have", done.stdout)]
        return [(words[1], " ".join(words[2:])) if words[0] == "neighbor" else ("", " ".join(words)) for words in found]

    def _shell(self, *commands):
        words = [self.kulan, "--socket", self.socket]
        for command in commands:
            words += ["-c", command]
        return subprocess.run(words, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
                              text=True, timeout=20, env={})

    def show(self, *commands):
        done = self._shell(*commands)
        if done.returncode != 0:
            raise AssertionError(f"kulan -c {commands}: exit status {done.returncode}: {done.stdout}")
        return done.stdout

    def json(self, command):
        return json.loads(self.show(command + " json"))


class Bird(Daemon):
    """The other implementation that the cases themselves are checked against."""

    NAME = "bird"

    def _config(self):
        lines = [f"router id {ROUTER_ID};", "protocol device {}", "protocol direct { ipv4; ipv6; }", *self.setup.bird]
        for number, neighbor in enumerate(self.neighbors, 1):
            local = DAEMON6 if neighbor.over_ipv6 else DAEMON4
            asn = {"internal": self.setup.asn}.get(neighbor.asn, neighbor.asn)
            lines += [f"protocol bgp p{number} {{", f"  local {local} as {self.setup.asn};",
                      f"  neighbor {neighbor.address} as {asn};" if asn != "external"
                      else f"  neighbor {neighbor.address} external;", f"  hold time {neighbor.hold};",
                      "  connect retry time 1; connect delay time 0; error wait time 1, 2;",
                      "  enable extended messages on; strict bind on;",
                      # Its connections to neighbors of one hop leave by d0 only, where the tests do not hear them.
                      "  passive;" if neighbor.passive else "  multihop;",
                      *(["  rr client;"] if neighbor.client else []), *[f"  {line}" for line in neighbor.bird or ()]]
            channel = "import all; export where source = RTS_BGP; " + " ".join(neighbor.bird_channel)
            lines += [f"  {family} {{ {channel} }};" for family in neighbor.families] + ["}"]
        return lines

    def start(self):
        config = self.write(f"bird-{self.setup.name}.conf", self._config())
        self.control = os.path.join(self.folder, f"{self.setup.name}.ctl")
        self.spawn("/usr/sbin/bird", "-f", "-c", config, "-s", self.control, "-D", self.log_path)
        return self.wait_started(lambda: "Daemon is up" in subprocess.run(
            ["/usr/sbin/birdc", "-s", self.control, "show", "status"], text=True, stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT, timeout=20).stdout)


ALL = {"kuland": Kuland, "bird": Bird}
