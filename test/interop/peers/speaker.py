"""What every other speaker has in common: a place on a host of the lab, neighbors, prefixes, and what it learned."""

import dataclasses
import os
import subprocess
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.dirname(os.path.abspath(__file__)))))
from lab import netns  # noqa: E402
from lab.watch import wait_for  # noqa: E402

KEEPALIVE_SECONDS, HOLD_SECONDS = 3, 9


@dataclasses.dataclass
class Neighbor:
    """One neighbor in a speaker's configuration."""

    address: str
    remote_as: int
    families: tuple = ("ipv4", "ipv6")
    reflector_client: bool = False
    passive: bool = False
    password: str = ""  # RFC 2385
    raw: tuple = ()     # lines of the neighbor's block in the other program's own words
    channel: tuple = ()  # lines of each of its families, for BIRD and GoBGP; of the whole block for ExaBGP
    interface: bool = False  # the address is an interface's name: whoever is on that link

    @property
    def line(self):
        """The line that makes it, in the words of FRR and kuland."""
        return f"neighbor {self.address} {'interface ' if self.interface else ''}remote-as {self.remote_as}"


def family_of(prefix):
    return "ipv6" if ":" in prefix else "ipv4"


class Speaker:
    """host: lab.hosts.Host. networks: prefixes it originates. docker0: announce the bridge's subnets as well.
    lines: of the whole speaker, in its own words.

    A subclass writes the configuration, starts its programs and answers is_established and route.
    """

    NAME = ""
    PROGRAMS = ()      # absolute paths; all must be there for its tests to run
    WRITES_KERNEL = True
    BOTH_FAMILIES_IN_ONE_SESSION = True
    LACKS = {}         # row of matrix.ROWS → why the program cannot take part in it

    def __init__(self, host, folder, local_as, neighbors, networks=(), docker0=False, lines=()):
        self.host, self.local_as = host, local_as
        self.neighbors, self.networks, self.docker0 = list(neighbors), list(networks), docker0
        self.lines = list(lines)
        self.folder = os.path.join(folder, f"{host.name}-{self.NAME}")
        os.makedirs(self.folder, exist_ok=True)
        self.processes = []

    @classmethod
    def missing(cls):
        """Why it cannot run here, or None."""
        absent = [program for program in cls.PROGRAMS if not os.access(program, os.X_OK)]
        return f"{', '.join(absent)} is not installed" if absent else None

    def path(self, name):
        return os.path.join(self.folder, name)

    def write(self, name, lines, mode=0o600):
        path = self.path(name)
        with open(path, "w", encoding="utf-8") as file:
            file.write("\n".join(lines) + "\n")
        os.chmod(path, mode)
        return path

    def spawn(self, *words):
        """Starts a program of the speaker on its host; its output goes to NAME.log in the folder."""
        with open(self.path(os.path.basename(words[0]) + ".log"), "a", encoding="utf-8") as log:
            process = subprocess.Popen(netns.enter_command(self.host.namespace) + list(words), stdin=subprocess.DEVNULL,
                                       stdout=log, stderr=log, cwd=self.folder, start_new_session=True)
        self.processes.append(process)
        return process

    def command(self, *words, check=True):
        """Runs a program on its host, returns its output."""
        return netns.run(netns.enter_command(self.host.namespace) + list(words), check=check, timeout=20)

    def wait_started(self, answers, seconds=20.0):
        def ready():
            for process in self.processes:
                if process.poll() is not None:
                    raise AssertionError(f"{self.NAME} on {self.host.name} ended with {process.returncode}:\n{self.logs()}")
            return answers()
        wait_for(ready, f"{self.NAME} on {self.host.name} answers", seconds)
        return self

    def stop(self):
        for process in reversed(self.processes):
            process.terminate()
        self._reap()

    def kill(self):
        """As a crash: no NOTIFICATION, no farewell. The whole group, for those of several processes."""
        for process in self.processes:
            try:
                os.killpg(process.pid, 9)
            except ProcessLookupError:
                pass
        self._reap()

    def _reap(self):
        for process in self.processes:
            try:
                process.wait(5)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(5)
        self.processes = []

    def logs(self):
        texts = []
        for name in sorted(os.listdir(self.folder)):
            if name.endswith((".log", ".conf")):
                with open(self.path(name), encoding="utf-8", errors="replace") as file:
                    texts.append(f"--- {self.host.name} {self.NAME} {name}\n{file.read()[-4000:]}")
        return "\n".join(texts)

    # The face of each.

    def start(self):
        raise NotImplementedError

    def is_established(self, address):
        raise NotImplementedError

    def route(self, prefix):
        """The best route to a prefix: {"next_hop": text, "as_path": [numbers]}, more where it says so; or None."""
        raise NotImplementedError

    def describe(self, prefix):
        """Everything it shows of a prefix, as text with communities in the usual notation."""
        raise NotImplementedError

    def describe_neighbor(self, address):
        """Everything it shows of a neighbor, as text."""
        raise NotImplementedError

    def clear(self, address):
        """Tries anew, however long it means to wait after errors; most do soon by themselves."""

    def ask_refresh(self, address):
        """Sends ROUTE-REFRESH to a neighbor, RFC 2918."""
        raise NotImplementedError

    def announce(self, prefix):
        self.networks.append(prefix)
        self.apply_networks(added=prefix)

    def withdraw(self, prefix):
        self.networks.remove(prefix)
        self.apply_networks(removed=prefix)

    def apply_networks(self, added=None, removed=None):
        raise NotImplementedError
