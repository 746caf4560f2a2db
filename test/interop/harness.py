"""How an interop test is written, and what it gets.

    @interop(peers=("bird", "frr"))
    def session_comes_up(lab, peer):
        ...

makes the tests `session.session_comes_up_bird` and `…_frr` in session_test.py. `lab` is a Bench: hosts, kulands and other
speakers made through it are taken away at the end, however the test ends. Tests wait for conditions with a deadline.
"""

import itertools
import os
import re
import shutil
import sys

sys.path.insert(0, os.path.dirname(os.path.dirname(os.path.abspath(__file__))))
import peers  # noqa: E402
from lab import netns  # noqa: E402
from lab.container import KulandContainer  # noqa: E402
from lab.docker import CannotStart, DockerEngine, remove_cgroups, why_no_containers  # noqa: E402
from lab.hosts import Hosts  # noqa: E402
from lab.kuland import Kuland, address_layout, find_build, stop_all  # noqa: E402
from lab.watch import Deadline, wait_for  # noqa: E402
from peers import Neighbor  # noqa: E402

__all__ = ["AS_KULAND", "AS_PEER", "FAMILIES", "Bench", "Deadline", "Neighbor", "Skip", "check", "interop",
           "kuland_config", "neighbors_for", "netns", "peers", "wait_for"]

AS_KULAND, AS_PEER = 64512, 64513
FAMILIES = ("ipv4", "ipv6")
TESTS = {}  # name → (function, keyword arguments)
COVERS = {}  # name → keys of rows of matrix.ROWS, for docs/interop.md


class Skip(Exception):
    """Why a test cannot run here."""


def interop(covers=None, **parameters):
    """Registers a test once for each combination of its parameters' values. `peers=` gives `peer`, a Speaker class.
    covers: the feature, a key of matrix.ROWS, or several, that work between kuland and the peer if this test passes."""
    def register(function):
        feature = re.sub(r"_test$", "", function.__module__)
        for values in itertools.product(*parameters.values()):
            name = "_".join([f"{feature}.{function.__name__}", *map(str, values)])
            arguments = {("peer" if key == "peers" else key): (peers.ALL[value] if key == "peers" else value)
                         for key, value in zip(parameters, values)}
            TESTS[name] = (function, arguments)
            if covers:
                COVERS[name] = (covers,) if isinstance(covers, str) else tuple(covers)
        return function
    return register


def check(condition, what):
    """An expectation about what is true already."""
    if not condition:
        raise AssertionError(what)


def kuland_config(host, neighbors, local_as=AS_KULAND, lines=(), networks=(), docker0=True, more=()):
    """A file in FRR's syntax. lines: further lines under `router bgp`; more: further lines at the top level."""
    text = ["ip forwarding", "ipv6 forwarding", *more, f"router bgp {local_as}", f" bgp router-id {host.ipv4}",
            " no bgp ebgp-requires-policy", " no bgp default ipv4-unicast", " timers bgp 3 9"]
    for neighbor in neighbors:
        text += [f" {neighbor.line}",
                 f" neighbor {neighbor.address} timers connect 1"]
        if neighbor.passive:
            text.append(f" neighbor {neighbor.address} passive")
        if neighbor.password:
            text.append(f" neighbor {neighbor.address} password {neighbor.password}")
    if docker0:
        text.append(" advertise interface docker0")
    text += [f" {line}" for line in lines]
    for family in FAMILIES:
        text.append(f" address-family {family} unicast")
        text += [f"  network {prefix}" for prefix in networks if (":" in prefix) == (family == "ipv6")]
        for neighbor in neighbors:
            if family in neighbor.families:
                text.append(f"  neighbor {neighbor.address} activate")
                if neighbor.reflector_client:
                    text.append(f"  neighbor {neighbor.address} route-reflector-client")
        text.append(" exit-address-family")
    return "\n".join(text) + "\n"


def neighbors_for(peer, host, remote_as, **options):
    """The session, or where the other program needs it the two sessions, that carry both families to a host."""
    if peer is None or peer.BOTH_FAMILIES_IN_ONE_SESSION:
        return [Neighbor(host.ipv4, remote_as, **options)]
    return [Neighbor(host.ipv4, remote_as, ("ipv4",), **options), Neighbor(host.ipv6, remote_as, ("ipv6",), **options)]


class Bench:
    """What one test gets: a lab of its own."""

    def __init__(self, name):
        self.name = name
        self.folder = f"/var/tmp/{name}"
        os.mkdir(self.folder, 0o755)
        self.topology = None
        self.kulands, self.speakers, self.engines, self.containers = [], [], [], []

    def hosts(self, count, docker0=None, forwarding=True):
        self.topology = Hosts(self.name, count, docker0, forwarding)
        self.topology.up()
        return self.topology

    def kuland(self, host, config=None, start=True, **options):
        daemon = Kuland(host, self.folder, config, **options)
        self.kulands.append(daemon)
        return daemon.start() if start else daemon

    def peer(self, kind, host, local_as, neighbors, **options):
        speaker = kind(host, self.folder, local_as, neighbors, **options)
        self.speakers.append(speaker)
        return speaker.start()

    def engine(self, host):
        """A real Docker engine in place of the host's docker0."""
        if DockerEngine.missing():
            raise Skip(DockerEngine.missing())
        engine = DockerEngine(host, self.folder, address_layout(find_build()))
        self.engines.append(engine)
        try:
            return engine.take_over_docker0()
        except CannotStart as why:
            raise Skip(why) from None

    def container(self, host, config, **options):
        """kuland in a container of a real Docker engine on the host."""
        if why_no_containers():
            raise Skip(why_no_containers())
        container = KulandContainer(self.engine(host), config, **options)
        self.containers.append(container)
        return container.start()

    def pair(self, peer, local_as=AS_KULAND, peer_as=AS_PEER, networks=("10.200.0.0/24", "fd00:200::/64"), **options):
        """kuland on host 1, the other program on host 2, sessions between them. (hosts, kuland, speaker)"""
        hosts = self.hosts(2)
        mine, its = neighbors_for(peer, hosts[2], peer_as, **options), neighbors_for(peer, hosts[1], local_as, **options)
        speaker = self.peer(peer, hosts[2], peer_as, its, networks=networks)
        daemon = self.kuland(hosts[1], kuland_config(hosts[1], mine, local_as))
        return hosts, daemon, speaker

    def chain(self, peer, raw=(), kuland_as=AS_KULAND, peer_as=AS_PEER, feeder_as=65001, lines=()):
        """ExaBGP on host 1 says anything to kuland on host 2, which passes it on to the peer on host 3.
        (hosts, feeder, kuland, peer)"""
        hosts = self.hosts(3)
        feeder = self.peer(peers.ExaBgp, hosts[1], feeder_as, [Neighbor(hosts[2].ipv4, kuland_as)])
        far = self.peer(peer, hosts[3], peer_as, neighbors_for(peer, hosts[2], kuland_as, raw=tuple(raw)))
        mine = [Neighbor(hosts[1].ipv4, feeder_as), *neighbors_for(peer, hosts[3], peer_as)]
        kuland = self.kuland(hosts[2], kuland_config(hosts[2], mine, kuland_as, lines))
        wait_for(lambda: feeder.is_established(hosts[2].ipv4), "the feeder's session is up")
        wait_for(lambda: far.is_established(hosts[2].ipv4), "the peer's session is up")
        return hosts, feeder, kuland, far

    def logs(self):
        texts = [f"--- {daemon.host.name} {daemon.config_path}\n{_read(daemon.config_path)}"
                 f"--- {daemon.host.name} kuland.log\n{daemon.log()[-8000:]}"
                 for daemon in (*self.kulands, *self.containers) if os.path.exists(daemon.log_path)]
        texts += [speaker.logs() for speaker in self.speakers]
        for host in self.topology or ():
            for family in ("-4", "-6"):
                table = netns.run(["ip", "-n", host.namespace, family, "route"], check=False)
                texts.append(f"--- {host.name} ip {family} route\n{table}")
        return "\n".join(texts)

    def sanitizer_reports(self):
        """What a sanitizer wrote into a daemon's log: a failure of every test it happens in."""
        marks = ("ERROR: AddressSanitizer", "ERROR: LeakSanitizer", "WARNING: ThreadSanitizer", "runtime error:",
                 "Assertion `", "terminate called")
        return [f"{daemon.host.name}: {line}" for daemon in (*self.kulands, *self.containers)
                if os.path.exists(daemon.log_path) for line in daemon.log().splitlines() if any(mark in line for mark in marks)]

    def close(self):
        stop_all(self.kulands)
        for speaker in self.speakers:
            speaker.kill()
        for engine in self.engines:
            if engine.is_running():
                engine.stop()
        end_lab(self.name)

    def remove_files(self):
        shutil.rmtree(self.folder, ignore_errors=True)


def end_lab(name):
    """Whatever is left of it, and of a test that could not close its own."""
    netns.remove_lab(name)
    remove_cgroups(name)


def _read(path):
    if not os.path.exists(path):
        return "(none)\n"
    with open(path, encoding="utf-8") as file:
        return file.read()


def why_not(name):
    """Why a test cannot run on this machine, or None."""
    _, arguments = TESTS[name]
    kind = arguments.get("peer")
    return kind.missing() if kind else None


def run_one(name):
    """Runs one test in this process. Returns the exit status: 0 passed, 77 skipped, 1 failed."""
    function, arguments = TESTS[name]
    bench = Bench(f"kulan-{os.getpid()}")
    status = 1
    try:
        function(bench, **arguments)
        status = 0
    except Skip as reason:
        print(f"skipped: {reason}")
        status = 77
    except BaseException:
        import traceback
        traceback.print_exc(file=sys.stdout)
        print(bench.logs())
        raise SystemExit(1) from None
    finally:
        bench.close()
        reports = bench.sanitizer_reports()
        if status == 0 and reports:
            print("\n".join(reports))
            print(bench.logs())
            status = 1
        if os.environ.get("KULAN_KEEP_FILES"):
            print(f"files are in {bench.folder}")
        else:
            bench.remove_files()
    return status
