"""A table of a million routes is listed, filtered and paged while routes of it change without a pause."""

import os
import socket
import struct
import subprocess
import sys
import threading

from harness import AS_KULAND, AS_PEER, Neighbor, check, interop, kuland_config, netns, wait_for

sys.path.insert(0, os.path.join(os.path.dirname(os.path.dirname(os.path.abspath(__file__))), "conformance"))
import bgp  # noqa: E402

ROUTES = 1_000_000
FIRST = 20 << 16  # of the /24: 20.0.0.0/24, 20.0.1.0/24, …
MARKER = "10.200.0.0/24"
# AddressSanitizer keeps what was given back, by default 256 MiB of it: that would look like memory in use.
ENVIRONMENT = {"ASAN_OPTIONS": "quarantine_size_mb=1"}


def of_route(number):
    octets = FIRST + number
    return f"{octets >> 16}.{octets >> 8 & 255}.{octets & 255}.0/24"


class Feeder(threading.Thread):
    """A neighbor that has all routes, and then announces the marker with one MED after the other.

    med: the last one sent. keepalives: received. loss: why the session ended, empty while it is up.
    """

    def __init__(self, host, remote):
        super().__init__(daemon=True)
        with netns.inside(host.namespace):
            self.socket = socket.create_connection((remote.ipv4, 179), 20, (host.ipv4, 0))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.host, self.med, self.keepalives, self.loss = host, 0, 0, ""
        self.ended = threading.Event()

    def run(self):
        threading.Thread(target=self._receive, daemon=True).start()
        try:
            self._send()
        except OSError as error:
            self.loss = self.loss or str(error)

    def _send(self):
        attributes = [bgp.origin(), bgp.as_path(AS_PEER), bgp.next_hop(self.host.ipv4)]
        self.socket.sendall(bgp.open_message(AS_PEER, self.host.ipv4, 9, bgp.mp(1) + bgp.as4(AS_PEER)))
        self.socket.sendall(bgp.KEEPALIVE_MESSAGE)
        for start in range(0, ROUTES, 1000):
            nlri = b"".join(b"\x18" + struct.pack("!I", FIRST + number)[1:] for number in range(start, start + 1000))
            self.socket.sendall(bgp.update(attributes, nlri))
        self.socket.sendall(bgp.END_OF_RIB)
        while not self.ended.wait(0.01):
            self.socket.sendall(bgp.update([*attributes, bgp.med(self.med + 1)], bgp.prefix(MARKER)))
            self.med += 1
            if self.med % 100 == 0:
                self.socket.sendall(bgp.KEEPALIVE_MESSAGE)

    def _receive(self):
        with self.socket.makefile("rb") as stream:
            try:
                while header := stream.read(19):
                    body = stream.read(int.from_bytes(header[16:18], "big") - 19)
                    self.keepalives += header[18] == bgp.KEEPALIVE
                    if header[18] == bgp.NOTIFICATION:
                        self.loss = f"NOTIFICATION {body[0]}/{body[1]}"
                self.loss = self.loss or "closed"
            except OSError as error:
                self.loss = self.loss or str(error)

    def goes_on(self, kuland, what):
        """What is sent from now on arrives, and keepalives come, while something else is under way."""
        med, keepalives = self.med, self.keepalives
        wait_for(lambda: kuland.json(f"show ip bgp {MARKER}")["paths"][0]["metric"] > med, f"updates are taken while {what}")
        wait_for(lambda: self.keepalives > keepalives + 1, f"keepalives come while {what}")
        check(not self.loss, f"the session stays up while {what}: {self.loss}")


def memory(pid, key="VmRSS"):
    """In octets."""
    with open(f"/proc/{pid}/status", encoding="utf-8", errors="replace") as file:
        return next(int(line.split()[1]) * 1024 for line in file if line.startswith(key))


def with_a_full_table(lab):
    hosts = lab.hosts(2)
    kuland = lab.kuland(hosts[1], kuland_config(hosts[1], [Neighbor(hosts[2].ipv4, AS_PEER, ("ipv4",), passive=True)], docker0=False),
                        arguments=("--no-kernel",), environment=ENVIRONMENT)
    wait_for(kuland.peers, "the configuration is in force")
    feeder = Feeder(hosts[2], hosts[1])
    feeder.start()
    wait_for(lambda: kuland.peers()[hosts[2].ipv4]["pfxRcd"] > ROUTES and feeder.med, "the table is there", 100)
    return kuland, feeder


@interop()
def the_first_page_comes_before_the_rest_is_made(lab):
    kuland, feeder = with_a_full_table(lab)
    terminal = kuland.terminal(environment=ENVIRONMENT)
    prompt = f"{kuland.host.name}# "
    terminal.expect(prompt)
    terminal.keys("terminal paginate\r")
    terminal.expect(prompt)
    before = memory(kuland.process.pid), memory(terminal.pid)
    terminal.keys("show ip bgp\r")
    terminal.expect(of_route(10))
    terminal.expect("--More--")
    feeder.goes_on(kuland, "the first page is looked at")
    terminal.keys(" ")
    terminal.expect(of_route(30))
    terminal.expect("--More--")
    grown = memory(kuland.process.pid) - before[0], memory(terminal.pid, "VmHWM") - before[1]
    # The text has 70 octets a route.
    check(max(grown) < 16 * ROUTES, f"neither daemon nor shell keeps what is not read yet: {grown}")
    terminal.keys("q")
    terminal.expect(prompt)
    terminal.keys("show ip bgp summary\r")
    terminal.expect(kuland.peers().popitem()[0])
    terminal.expect(prompt)
    feeder.goes_on(kuland, "nobody looks")
    terminal.keys("exit\r")
    terminal.expect_end()
    feeder.ended.set()


@interop()
def all_of_it_is_listed_and_filtered_while_routes_change(lab):
    kuland, feeder = with_a_full_table(lab)
    before = memory(kuland.process.pid)

    def shell(command):
        return subprocess.Popen(kuland.shell_command(command), stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, text=True,
                                env=ENVIRONMENT)

    listing, found, first = shell("show ip bgp"), set(), 0
    for number, line in enumerate(listing.stdout):
        words = line.split()
        found.update(word for word in words[:3] if word.endswith("/24"))
        first = first or memory(listing.pid)
        if number == ROUTES // 2:
            grown = memory(listing.pid, "VmHWM") - first
            check(grown < 16 * ROUTES, f"the shell passes on what it has: {grown}")
            feeder.goes_on(kuland, "half of the listing is read")
    check(listing.wait() == 0, "the listing ends well")
    check({MARKER} | {of_route(number) for number in range(ROUTES)} == found, f"each route is listed: {len(found)}")

    wanted = sum(of_route(number).startswith("21.7.") for number in range(ROUTES))
    for command, count in (("show ip bgp | include ^\\*>\\s+21\\.7\\.", wanted), ("show ip bgp | grep /24 | exclude 10\\.200\\.0\\.0 | count", 1)):
        filtered = shell(command)
        lines = filtered.stdout.read().splitlines()
        check(filtered.wait() == 0 and len(lines) == count, f"{command}: {len(lines)}, {lines[:3]}")
    check(str(ROUTES) in lines[0], f"all but the marker: {lines}")
    feeder.goes_on(kuland, "nobody looks")
    grown = memory(kuland.process.pid) - before
    check(grown < 16 * ROUTES, f"the daemon keeps nothing of the listings: {grown}")
    feeder.ended.set()
